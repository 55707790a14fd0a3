import { presentName } from '../conf.js';
import { takesSeveral } from '../values.js';
import { isDiffering } from './expand.js';
import type { Machine } from './machine.js';

/** Whether a word that differs between the ways may be options, not the value of the one before it. */
export function isOptions(words: readonly string[], at: number): boolean {
  if (at === 0 || !isDiffering(words[at] ?? '')) return false;
  const option = words.slice(0, at).findLastIndex((word) => word.startsWith('--'));
  const name = presentName((words[option] ?? '').slice(2));
  const values = words.slice(option + 1, at);
  if (values.length === 0) return false;
  return !takesSeveral(name) || isComplete(name, values) || SAYS_SO.test(words[at] ?? '');
}

/** The name of a variable that has options. */
const SAYS_SO = /arg|opt|flag|extra|param/i;

/** How many values of an option belong together: with these it needs no further one. */
const TOGETHER: Readonly<Record<string, number>> = {
  save: 2,
  replicaof: 2,
  'rename-command': 2,
  'client-output-buffer-limit': 4,
};

const isComplete = (name: string, values: readonly string[]): boolean =>
  (name === 'save' && values.join() === '') || values.length % (TOGETHER[name] ?? Infinity) === 0;

/** `set -eu`, `set +e`, `set -o errexit`. */
export function setStrict(machine: Machine, words: readonly string[]): void {
  for (const [i, word] of words.entries()) {
    if (word === '--') return;
    const isNamed = word === 'errexit' && /^[-+][a-z]*o$/.test(words[i - 1] ?? '');
    if (isNamed || /^[-+][a-z]*e/.test(word)) machine.strict = (isNamed ? words[i - 1] : word)?.[0] === '-';
  }
}
