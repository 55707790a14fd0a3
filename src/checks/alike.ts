import { isTyped } from '../model/fix-steps.js';
import { saidOfAny, sayingOf, together, without } from '../model/together.js';
import { about } from '../model/words.js';
import type { Finding } from './check.js';
import { grouped } from './snapshot.js';

/** Where it is in a file. */
const placeOf = ({ at }: Finding): string => JSON.stringify(at ?? null);

/** The lines of a fix, whichever server they are for. */
const fixForAny = ({ fix, subject }: Finding): string =>
  JSON.stringify(fix.map((line) => line.replaceAll(subject, '')));

/**
 * Findings in files that say the same of several subjects as one, with all the subjects and one fix, at the place of the
 * first; `at` keeps that place and `places` all of them. Pure.
 */
export function alike(findings: readonly Finding[]): Finding[] {
  const saying = ({ id, severity, impact, masterName = null, subject, message, repairs }: Finding): string =>
    JSON.stringify([id, severity, impact, masterName, saidOfAny({ subject, brief: message }), repairs]);
  // One line of one file cannot be written in several ways.
  const contradict = (a: Finding, b: Finding): boolean =>
    a.at !== undefined && placeOf(a) === placeOf(b) && fixForAny(a) !== fixForAny(b);
  return grouped(findings, saying).flatMap((same) =>
    same.some((a) => same.some((b) => contradict(a, b)))
      ? grouped(same, fixForAny).map(inOnePlace)
      : [inOnePlace(same)],
  );
}

function inOnePlace(found: Finding[]): Finding {
  const [first] = found as [Finding];
  if (found.length === 1) return first;
  const subjects = subjectsOf(found);
  const places = found.flatMap((f) => f.places ?? (f.at === undefined ? [] : [f.at]));
  const isOneFix = new Set(found.map(fixForAny)).size === 1;
  return {
    ...first,
    ...saidOfAll(found),
    subject: subjects.join(', '),
    fix: fixOfAll(found.map((f) => (isOneFix ? f.fix : forServer(f)))),
    ...(places.length > 0 && { places }),
  };
}

const subjectsOf = (found: readonly Finding[]): string[] => [
  ...new Set(found.flatMap(({ subject }) => subject.split(', '))),
];

const VARIABLE = /^[A-Z_]+=/;

/** Lines of a file, each with the server that it is for; a command names its server itself. */
const forServer = ({ fix, subject }: Finding): string[] =>
  fix.map((line) =>
    line.startsWith('#') || line.includes(subject) || (isTyped(line) && !VARIABLE.test(line))
      ? line
      : `${subject}: ${line}`,
  );

/** What all of them say, of all of them; undefined where they differ in more than the server. */
function saidOfAll(found: readonly Finding[]): Pick<Finding, 'brief' | 'message' | 'evidence'> | undefined {
  const ofAll = (textOf: (f: Finding) => string): string | undefined => {
    const said = found.map((f) => ({ subject: f.subject, brief: textOf(f) }));
    const isSame = new Set(said.map(saidOfAny)).size === 1;
    return isSame ? together(said) : undefined;
  };
  const brief = ofAll((f) => f.brief);
  const message = ofAll((f) => f.message);
  const evidence = ofAll((f) => f.evidence ?? '');
  if (brief === undefined || message === undefined || evidence === undefined) return undefined;
  return { brief, message, evidence: evidence === '' ? null : evidence };
}

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
    const { id, severity, impact, masterName = null, at, subject, message } = finding;
    // A place in a file is one server's.
    const key =
      at === undefined
        ? JSON.stringify([
            id,
            severity,
            impact,
            masterName,
            sayingOf(finding) ?? saidOfAny({ subject, brief: message }),
          ])
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
  const subjects = subjectsOf(found);
  return {
    ...first,
    subject: subjects.join(', '),
    ...(servers.length > 0 && { servers }),
    headline: found.every(({ headline }) => headline),
    fix: fixOfAll(found.map(({ fix }) => fix)),
    repairs: found.flatMap(({ repairs }) => repairs),
    consequences: byServer(found.flatMap(({ consequences }) => consequences)),
    ...((isOne || sayingOf(first) === null ? saidOfAll(found) : undefined) ?? withReasons(found, subjects)),
  };
}

/** What their first lines say of all, and the reasons of each. */
function withReasons(
  found: readonly [Finding, ...Finding[]],
  subjects: readonly string[],
): Pick<Finding, 'brief' | 'message' | 'evidence'> {
  const reasons = reasonsIn(found).join('; ');
  const brief = together(found);
  return {
    brief,
    evidence: reasons === '' ? null : about(subjects, reasons),
    message: reasons === '' ? brief : `${brief}: ${reasons}`,
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
