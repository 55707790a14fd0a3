import { sayingOf, together, without } from '../model/together.js';
import { about } from '../model/words.js';
import type { Finding } from './check.js';

/** What two findings must have in common to be one about several subjects; only the place in a file may differ. */
const textOf = ({ id, severity, impact, masterName, message, fix, repairs }: Finding): string =>
  JSON.stringify([id, severity, impact, masterName ?? null, message, fix, repairs]);

/**
 * Findings that say the same of several subjects as one, with all the subjects and one fix, at the place of the first;
 * `at` keeps that place and `places` all of them. Pure.
 */
export function alike(findings: readonly Finding[]): Finding[] {
  const bySaying = new Map<string, Finding>();
  for (const finding of findings) {
    const key = textOf(finding);
    const first = bySaying.get(key);
    bySaying.set(key, first === undefined ? finding : inOnePlace(first, finding));
  }
  return [...bySaying.values()];
}

function inOnePlace(first: Finding, other: Finding): Finding {
  const subjects = new Set([first, other].flatMap(({ subject }) => subject.split(', ')));
  const subject = [...subjects].join(', ');
  // The first line names its subject: `sentinel-1: …` becomes `sentinel-1, sentinel-2: …`.
  const brief = first.brief.startsWith(`${first.subject}: `)
    ? `${subject}${first.brief.slice(first.subject.length)}`
    : first.brief;
  const places = [...placesOf(first), ...placesOf(other)];
  return { ...first, subject, brief, ...(places.length > 0 && { places }) };
}

const placesOf = ({ at, places }: Finding): NonNullable<Finding['places']> =>
  places ?? (at === undefined ? [] : [at]);

/**
 * Findings of one check that say the same of several servers as one, with all the subjects and every command, at the
 * place of the first; what they explain too. After the verdict, which counts each of them. Pure.
 */
export const byServer = (findings: readonly Finding[]): Finding[] =>
  sayTheSame(findings, (finding) => finding).map(ofSeveral);

/** Those whose findings differ only in the server that they are about, together; in the order of the first of each. */
export function sayTheSame<T>(all: readonly T[], findingOf: (one: T) => Finding): [T, ...T[]][] {
  if (all.length < 2) return all.map((one) => [one]);
  const groups = new Map<unknown, [T, ...T[]]>();
  for (const one of all) {
    const finding = findingOf(one);
    const { id, severity, impact, masterName = null, at, message } = finding;
    // A place in a file is one server's.
    const key =
      at === undefined
        ? JSON.stringify([id, severity, impact, masterName, sayingOf(finding) ?? message])
        : one;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [one]);
    else group.push(one);
  }
  return [...groups.values()];
}

/** One finding about all their subjects. */
export function ofSeveral(found: readonly [Finding, ...Finding[]]): Finding {
  const [first] = found;
  if (found.length === 1)
    return first.consequences.length === 0 ? first : { ...first, consequences: byServer(first.consequences) };
  const isOne = found.every(({ message }) => message === first.message);
  const servers = [...new Set(found.flatMap((f) => f.servers ?? []))];
  const subjects = [...new Set(found.flatMap(({ subject }) => subject.split(', ')))];
  const reasons = reasonsIn(found).join('; ');
  const brief = isOne ? first.brief : together(found);
  return {
    ...first,
    subject: subjects.join(', '),
    ...(servers.length > 0 && { servers }),
    headline: found.every(({ headline }) => headline),
    fix: fixOfAll(found.map(({ fix }) => fix)),
    repairs: found.flatMap(({ repairs }) => repairs),
    consequences: byServer(found.flatMap(({ consequences }) => consequences)),
    ...(!isOne && {
      brief,
      evidence: reasons === '' ? null : about(subjects, reasons),
      message: reasons === '' ? brief : `${brief}: ${reasons}`,
    }),
  };
}

/** What each says beyond its brief, without its name: one reason is said once. */
const reasonsIn = (found: readonly Finding[]): string[] => [
  ...new Set(
    found.flatMap(({ subject, evidence }) => (evidence === null ? [] : [without(`${subject}: `, evidence)])),
  ),
];

/** One fix after the other, each step as often as it is to be typed; what all of them begin or end with is there once. */
function fixOfAll(all: readonly (readonly string[])[]): string[] {
  const fixes = [...new Map(all.map((fix) => [fix.join('\n'), fix])).values()];
  const [first = []] = fixes;
  const shortest = Math.min(...fixes.map((fix) => fix.length));
  const alikeFrom = (
    lineOf: (fix: readonly string[], i: number) => string | undefined,
    most: number,
  ): number => {
    let i = 0;
    while (i < most && fixes.every((fix) => lineOf(fix, i) === lineOf(first, i))) i++;
    return i;
  };
  const begin = alikeFrom((fix, i) => fix[i], shortest);
  const end = alikeFrom((fix, i) => fix.at(-1 - i), shortest - begin);
  const own = fixes.flatMap((fix) => fix.slice(begin, fix.length - end));
  return [...first.slice(0, begin), ...own, ...first.slice(first.length - end)];
}
