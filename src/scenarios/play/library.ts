import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { messageOf, usageError } from '../../errors.js';
import { nearest } from '../../model/nearest.js';
import type { Scenario } from '../format/scenario.js';
import { builtIns } from './built-ins.js';

/** Reads a scenario of the user's own. Throws `scenario-file`, `bad-scenario` (64). */
async function scenarioFromFile(path: string): Promise<Scenario> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw usageError('scenario-file', `cannot read the scenario ${path}`, {
      why: messageOf(error),
      hint: 'sentinelctl chaos list # shows those that come with it',
    });
  }
  const [{ parseScenario }, { catalogue }, { checkFile }] = await Promise.all([
    import('../format/parse.js'),
    import('../../faults/catalogue/index.js'),
    import('./check-file.js'),
  ]);
  const faults = catalogue.map((f) => f.name);
  return parseScenario(text, path, faults, checkFile);
}

/** Whether a word names a file rather than a built-in scenario. */
const isFile = (word: string): boolean => /\.ya?ml$/.test(word) || basename(word) !== word;

/** What is named, in order: built-ins by name, files by path. Throws `scenario-unknown` (64) with the nearest name. */
export async function scenariosNamed(words: readonly string[]): Promise<Scenario[]> {
  const known = words.every(isFile) ? [] : await builtIns();
  return Promise.all(
    words.map(async (word) => {
      if (isFile(word)) return scenarioFromFile(word);
      const found = known.find((s) => s.name === word);
      if (found !== undefined) return found;
      const meant = nearest(
        word,
        known.map((s) => s.name),
      );
      throw usageError('scenario-unknown', `unknown scenario "${word.slice(0, 60)}"`, {
        why: meant === undefined ? undefined : `did you mean ${meant}?`,
        hint: 'sentinelctl chaos list # or name a file: chaos run ./mine.yaml',
      });
    }),
  );
}

/** The built-ins that have any of the tags. Throws `tag-unknown` (64). */
export async function scenariosTagged(tags: readonly string[]): Promise<Scenario[]> {
  const all = await builtIns();
  const known = [...new Set(all.flatMap((s) => s.tags))].sort();
  const strange = tags.find((t) => !known.includes(t));
  if (strange !== undefined) {
    throw usageError('tag-unknown', `no scenario has the tag "${strange.slice(0, 60)}"`, {
      hint: `sentinelctl chaos list # their tags: ${known.join(', ')}`,
    });
  }
  return all.filter((s) => s.tags.some((t) => tags.includes(t)));
}
