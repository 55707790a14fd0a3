import { OPEN } from './expand.js';
import { type Content, type Machine, textOf } from './machine.js';

/*
 * A start script asks the sentinels for the master, and has a name of its own for the case that none answers. At the
 * first start both are the same node: the sentinels name the one that they were told to monitor.
 */

/** Whether a word is the answer of a sentinel to the question for the master. */
const isAnswer = (word: string): boolean => word.includes(OPEN) && /get-master-addr-by-name/i.test(word);

/** Whether a word is the pod at hand, by its name or its address. */
const isSelf = ({ pod }: Machine, word: string): boolean =>
  pod !== null && (`${word}.`.startsWith(`${pod.name}.`) || word === `${OPEN}(status.podIP)`);

/** Whether two words are the answer of a sentinel and the pod at hand, which is not the first one: not the master then. */
export const isAnswerToOther = (machine: Machine, one: string, other: string): boolean =>
  !machine.again &&
  machine.pod !== null &&
  machine.pod.name !== machine.pod.first &&
  ((isAnswer(one) && isSelf(machine, other)) || (isAnswer(other) && isSelf(machine, one)));

/** Of two values, the known one where the other one is an answer that means the same; undefined where they differ. */
export function settledValue(
  machine: Machine,
  one: string | undefined,
  other: string | undefined,
): string | undefined {
  if (one === undefined || other === undefined || machine.again) return undefined;
  if (isAnswer(one)) return isOfOther(machine, other) ? other : undefined;
  return isAnswer(other) && isOfOther(machine, one) ? one : undefined;
}

const isOfOther = (machine: Machine, value: string): boolean =>
  value !== '' && !value.includes(OPEN) && machine.pod !== null && !isSelf(machine, value);

/** Of two files, the one whose `replicaof` or `sentinel monitor` line is known, where they differ in nothing else. */
export function settledFile(
  machine: Machine,
  one: Content | undefined,
  other: Content | undefined,
): Content | undefined {
  if (one === undefined || other === undefined || 'why' in one || 'why' in other) return undefined;
  const [own, their] = [linesOf(one), linesOf(other)];
  if (own.length !== their.length) return undefined;
  const settled = own.map((line, i) => settledLine(machine, line, their[i] ?? ''));
  return settled.every((line, i) => line === own[i])
    ? one
    : settled.every((line, i) => line === their[i])
      ? other
      : undefined;
}

const linesOf = (content: Extract<Content, { segments: unknown }>): string[] =>
  textOf(content.segments)
    .split('\n')
    .filter((line) => line.trim() !== '');

function settledLine(machine: Machine, one: string, other: string): string | undefined {
  if (one === other) return one;
  // A blank within an answer is another sign (expand.ts).
  const [own, their] = [one.split(/[ \t]+/), other.split(/[ \t]+/)];
  if (own.length !== their.length) return undefined;
  const settled = own.map((word, i) => (word === their[i] ? word : settledValue(machine, word, their[i])));
  if (settled.includes(undefined)) return undefined;
  return settled.every((word, i) => word === own[i])
    ? one
    : settled.every((word, i) => word === their[i])
      ? other
      : undefined;
}
