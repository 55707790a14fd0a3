import type { Finding } from './check.js';

/** What two findings must have in common to be one about several subjects; only the place in a file may differ. */
const sayingOf = ({ id, severity, impact, masterName, message, fix, repairs }: Finding): string =>
  JSON.stringify([id, severity, impact, masterName ?? null, message, fix, repairs]);

/**
 * Findings that say the same of several subjects as one, with all the subjects and one fix, at the place of the first;
 * `at` keeps that place and `places` all of them. Pure.
 */
export function alike(findings: readonly Finding[]): Finding[] {
  const bySaying = new Map<string, Finding>();
  for (const finding of findings) {
    const key = sayingOf(finding);
    const first = bySaying.get(key);
    bySaying.set(key, first === undefined ? finding : together(first, finding));
  }
  return [...bySaying.values()];
}

function together(first: Finding, other: Finding): Finding {
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
