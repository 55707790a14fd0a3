import { listed } from './words.js';

/** What is said of one server: `redis-2`, and `redis-2 is down`. */
interface Said {
  subject: string;
  brief: string;
}

/** What may be said of several servers at once: the verb, and the same for several. */
const VERBS: readonly (readonly [one: string, several: string])[] = [
  ['is down', 'are down'],
  ['does not answer', 'do not answer'],
  ['denies a command to this user', 'deny a command to this user'],
  ['rejects this password', 'reject this password'],
  ['rejects this user name or password', 'reject this user name or password'],
  ['wants a password', 'want a password'],
  ['wants another password than the master', 'want another password than the master'],
  ['wants a password that the master does not want', 'want a password that the master does not want'],
];
/** The same with an object: `announces 0.0.0.0`. */
const WITH_OBJECT: readonly (readonly [one: string, several: string])[] = [['announces ', 'announce ']];

/** How a text begins that names its subject first; empty where it does not. */
const leadOf = ({ brief, subject }: Said): string =>
  [`${subject}: `, `${subject} `].find((lead) => brief.startsWith(lead)) ?? '';

const predicate = (said: Said): string => said.brief.slice(leadOf(said).length);

/** The predicate for several servers; null where it may be said of one only. */
function plural(said: string): string | null {
  const verb =
    VERBS.find(([single]) => said === single || said.startsWith(`${single}:`)) ??
    WITH_OBJECT.find(([single]) => said.startsWith(single) && !/\bits?\b/.test(said));
  return verb === undefined ? null : `${verb[1]}${said.slice(verb[0].length)}`;
}

/** Those that say the same of another server, `one` included. */
export const sayTheSame = <T extends Said>(one: T, all: readonly T[]): readonly T[] =>
  sayingOf(one) === null ? [one] : all.filter((other) => predicate(other) === predicate(one));

/** What is said of one server that may be said of several at once: `is down`; null where it may not. */
export function sayingOf(one: Said): string | null {
  const said = predicate(one);
  return plural(said) === null ? null : said;
}

/** `redis-2 and redis-3 are down`. */
export function together(alike: readonly Said[]): string {
  const [first, ...others] = alike;
  if (first === undefined) return '';
  if (others.length === 0) return first.brief;
  const said = predicate(first);
  const subjects = alike.map((one) => one.subject);
  if (leadOf(first) === '') return said;
  if (leadOf(first) === `${first.subject}: `) return `${subjects.join(', ')}: ${said}`;
  const several = plural(said);
  return several === null ? `${listed(subjects)}: each ${said}` : `${listed(subjects)} ${several}`;
}

/** What a text says, whichever of several servers it is about; the text itself where it names that elsewhere too. */
export function saidOfAny(one: Said): string {
  const said = predicate(one);
  return said.includes(one.subject) ? one.brief : said;
}

/** The text without the lead, where it begins with it. */
export const without = (lead: string, text: string): string =>
  text.startsWith(lead) ? text.slice(lead.length) : text;
