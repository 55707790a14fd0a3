import { IMPACTS, type Weighed } from '../model/verdict.js';
import type { Finding } from './check.js';

const STARTS_ALL = /^sentinelctl up\b/;

/** A root as it counts: what it explains may be worse than itself, and is ended by its fix. */
export function weigh(root: Finding): Weighed<Finding> {
  const all = [root, ...root.consequences];
  const rank = ({ impact }: Finding): number => IMPACTS.indexOf(impact);
  const [worst = root] = all.toSorted((a, b) => rank(a) - rank(b));
  const { impact, subject, masterName = root.masterName } = worst;
  // What a critical cause leads to is not the first thing to read, nor what is only ever a consequence.
  const isCause = worst !== root && (root.severity === 'critical' || worst.id === 'writes-refused');
  // The same with more: when a failover is expected.
  const fuller = all.find((f) => f !== worst && f.impact === impact && f.brief.startsWith(`${worst.brief};`));
  const brief = isCause ? `${root.brief}; ${worst.brief}` : (fuller ?? worst).brief;
  const of = all.filter((f) => brief.includes(f.brief));
  // What several servers lead to together is not ended by starting the one that it is shown under.
  const startsAll = !isCause && worst.fix.some((line) => STARTS_ALL.test(line));
  return { of, impact, subject, brief, masterName, fix: startsAll ? worst.fix : root.fix, first: root.first };
}
