import { sayTheSame, together } from '../model/together.js';
import { IMPACTS, type Weighed } from '../model/verdict.js';
import type { Finding } from './check.js';
import { does } from './fix-lines.js';
import type { Explains } from './fold.js';

/**
 * Each root as it counts: what it explains may be worse than itself, and is ended by its fix. `status` and `doctor` both
 * say their first line from this.
 */
export const weigh = (roots: readonly Finding[], explains: Explains): Weighed<Finding>[] =>
  roots.flatMap((root) => weighOne(root, roots, explains));

function weighOne(root: Finding, roots: readonly Finding[], explains: Explains): Weighed<Finding>[] {
  const all = root.misread === true ? [root] : [root, ...root.consequences];
  const rank = ({ impact }: Finding): number => IMPACTS.indexOf(impact);
  const [worst = root] = all.toSorted((a, b) => rank(a) - rank(b));
  const { impact, subject, masterName = root.masterName } = worst;
  const cause = causeOf(worst, root, explains);
  // What a critical cause leads to is not the first thing to read, nor what is only ever a consequence.
  const isCause = worst !== cause && (cause.severity === 'critical' || worst.id === 'writes-refused');
  // The same with more: when a failover is expected.
  const fuller = all.find((f) => f !== worst && f.impact === impact && f.brief.startsWith(`${worst.brief};`));
  const isSaid = worst.brief.includes(cause.brief);
  // Of a thousand masters nearly every root is the worst of its own.
  const beside =
    worst === root ? [] : roots.filter((other) => other !== root && leadsTo(other, worst, root, explains));
  const alike = sayTheSame(cause, [cause, ...beside]);
  // What hides the state of a server hides the same of what it leads to.
  const hides = isCause && root.impact === 'unknown';
  const effect = hides
    ? together(alike)
    : isCause && !isSaid
      ? `${together(alike)}; ${worst.brief}`
      : (fuller ?? worst).brief;
  const { countdown } = hides ? root : isCause && !isSaid ? worst : (fuller ?? worst);
  // Its command comes first: why, and not only what it led to.
  const isLeft = root.first === true && root.severity !== 'info' && worst !== root;
  const brief = isLeft ? `${effect}; ${root.brief}` : effect;
  const said = all.filter((f) => brief.includes(f.brief));
  const of = isCause && !isSaid ? [...new Set([...alike, ...said])] : said;
  const covers = isCause ? alike : beside;
  // What several servers lead to together is not ended by starting the one that it is shown under: without a majority of
  // the sentinels, which name the master, no data node can be started safely.
  const isAwaited = !isCause && worst !== root && worst.fix.some((line) => does(line, 'awaits'));
  const isStart = (line: string): boolean => does(line, 'starts all') || does(line, 'starts a sentinel');
  const isOwn = isAwaited || (!isCause && worst.fix.some(isStart));
  const fix = isOwn ? worst.fix : cause.fix;
  const lacks = root.impact === 'unknown' || of.some((f) => f.impact === 'unknown');
  const weighed = {
    of,
    covers,
    impact,
    subject,
    brief,
    countdown,
    masterName,
    fix,
    first: root.first,
    lacks,
  };
  if (!isAwaited || said.includes(root)) return [weighed];
  // What does not end with the failover is a finding beside it.
  return [weighed, { ...root, of: [root], lacks: false }];
}

/** What leads to it: a critical finding under the root where there is one, since a node that was down before is not why the master is down. */
function causeOf(end: Finding, root: Finding, explains: Explains): Finding {
  if (end === root || root.severity === 'critical' || root.first === true) return root;
  return root.consequences.find((f) => f.severity === 'critical' && explains(f, end)) ?? root;
}

/** Whether another root is a cause of the same consequence too, which is shown under one of them only. */
function leadsTo(other: Finding, end: Finding, root: Finding, explains: Explains): boolean {
  const onTheWay = [end];
  for (const f of onTheWay)
    onTheWay.push(...root.consequences.filter((c) => !onTheWay.includes(c) && explains(c, f)));
  return onTheWay.some((f) => explains(other, f));
}
