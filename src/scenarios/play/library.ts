import { readdir, readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { messageOf, usageError } from '../../errors.js';
import { catalogue } from '../../faults/catalogue/index.js';
import { nearest } from '../../model/nearest.js';
import { parseScenario } from '../format/parse.js';
import type { Scenario } from '../format/scenario.js';
import { checkFile } from './check-file.js';

const faultNames = (): string[] => catalogue.map((f) => f.name);

/** The scenarios that come with sentinelctl, by name: beside src/ in a checkout, beside dist/ once built. */
export async function builtIns(): Promise<Scenario[]> {
  for (const up of ['../../scenarios/', '../../../scenarios/']) {
    const directory = new URL(up, import.meta.url);
    const files = (await readdir(directory).catch(() => [])).filter((f) => f.endsWith('.yaml')).sort();
    // src/ has a room of the same name, with code in it.
    if (files.length === 0) continue;
    return Promise.all(
      files.map(async (file) => {
        const text = await readFile(new URL(file, directory), 'utf8');
        const scenario = await parseScenario(text, `built-in ${file}`, faultNames(), checkFile);
        return scenario;
      }),
    );
  }
  throw usageError('no-scenarios', 'the scenarios that come with sentinelctl are not there', {
    hint: 'install the package again',
  });
}

/** Reads a scenario of the user's own. Throws `scenario-file`, `bad-scenario` (64). */
export async function scenarioFromFile(path: string): Promise<Scenario> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw usageError('scenario-file', `can't read the scenario ${path}`, {
      why: messageOf(error),
      hint: 'sentinelctl chaos list shows those that come with it',
    });
  }
  return parseScenario(text, path, faultNames(), checkFile);
}

/** Whether a word names a file rather than a built-in scenario. */
export const isFile = (word: string): boolean => /\.ya?ml$/.test(word) || basename(word) !== word;

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
      throw usageError('scenario-unknown', `there is no scenario "${word.slice(0, 60)}"`, {
        why: meant === undefined ? undefined : `did you mean ${meant}?`,
        hint: 'sentinelctl chaos list, or name a file: chaos run ./mine.yaml',
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
      hint: `one of: ${known.join(', ')}`,
    });
  }
  return all.filter((s) => s.tags.some((t) => tags.includes(t)));
}
