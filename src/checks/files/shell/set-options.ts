import { presentName } from '../conf.js';
import { takesSeveral } from '../values.js';
import { isDiffering } from './expand.js';
import type { Machine } from './machine.js';

/** Whether a word that differs between the ways may be options, not the value of the one before it. */
export function isOptions(words: readonly string[], at: number): boolean {
  if (at === 0 || !isDiffering(words[at] ?? '')) return false;
  const option = words.slice(0, at).findLastIndex((word) => word.startsWith('--'));
  return option !== at - 1 && !takesSeveral(presentName((words[option] ?? '').slice(2)));
}

/** `set -eu`, `set +e`, `set -o errexit`. */
export function setStrict(machine: Machine, words: readonly string[]): void {
  for (const [i, word] of words.entries()) {
    if (word === '--') return;
    const isNamed = word === 'errexit' && /^[-+][a-z]*o$/.test(words[i - 1] ?? '');
    if (isNamed || /^[-+][a-z]*e/.test(word)) machine.strict = (isNamed ? words[i - 1] : word)?.[0] === '-';
  }
}
