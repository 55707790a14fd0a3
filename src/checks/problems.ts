import type { Problem } from '../model/status.js';
import { ofSeveral, sayTheSame } from './alike.js';
import type { Finding, RawFinding } from './check.js';

interface Judged {
  finding: Finding;
  raw: Pick<RawFinding, 'fix' | 'later' | 'servers'>;
}

/** What says the same of several servers is one problem, as in `doctor`. */
export const problemsIn = <T extends Judged>(judged: readonly T[], said: ReadonlySet<T>): Problem[] =>
  sayTheSame(judged, ({ finding }) => finding).map((group) => problemOf(group, said));

function problemOf<T extends Judged>(group: [T, ...T[]], said: ReadonlySet<T>): Problem {
  const [{ finding, raw }, ...others] = group;
  // What comes later is a field of its own here.
  const first = { ...finding, fix: raw.fix };
  const whole = ofSeveral([first, ...others.map((one) => ({ ...one.finding, fix: one.raw.fix }))]);
  const { id, severity, impact, message, evidence, consequence, subject, servers, fix } = whole;
  const later = group.find((one) => one.raw.later !== undefined)?.raw.later;
  return {
    id,
    severity,
    impact,
    subjects:
      (others.length === 0 ? raw.servers : servers) ?? subject.split(', ').filter((name) => name !== ''),
    message,
    headline: group.every((one) => said.has(one)),
    evidence,
    why: consequence,
    fix: fix.join('\n'),
    ...(later !== undefined && { later }),
  };
}
