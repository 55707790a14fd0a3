import { readdir } from 'node:fs/promises';
import { expect } from 'vitest';
import { listProcesses } from '../../src/host/process-list.js';
import { type Cli, type Ran, type RunOptions, runInside } from './cli.js';
import { expectTypeable, typeLooks } from './hints.js';

/** How a command is expected to fail. */
export interface Refusal {
  /** The exit code. */
  exit: number;
  /** The error's stable code. */
  code: string;
  /** What its words must hold: what, why or what to type next. */
  says?: string | RegExp;
}

/**
 * Runs a command that must fail, once for a person and once with --json: the same error both times, said once, without
 * a stack, and with what to type next, which can be typed, and is typed where it only looks. Answers both. In the test's
 * own process, unless another command is to run it.
 */
export async function refusal(
  cli: Cli,
  args: string[],
  { exit, code, says = '' }: Refusal,
  options?: RunOptions,
): Promise<{ plain: Ran; document: Ran }> {
  const run = (words: string[]): Promise<Ran> =>
    options?.via === undefined ? runInside(cli.home, words, options) : cli.run(words, options);
  const plain = await run(args);
  const shown = `${args.join(' ')}\n${plain.stderr}`;
  expect(plain.code, shown).toBe(exit);
  expect(plain.stdout, shown).toBe('');
  expect(plain.stderr.match(/^error: /gm), shown).toHaveLength(1);
  expect(plain.stderr.match(/^ {2}try: \S/gm), shown).toHaveLength(1);
  expect(plain.stderr, shown).toMatch(says);
  expectNoStack(plain);
  const document = await run(['--json', ...args]);
  expect(document.code, shown).toBe(exit);
  expect(document.json()).toEqual({
    error: expect.objectContaining({ code, message: expect.any(String), hint: expect.any(String) }),
  });
  expect(document.stderr).not.toMatch(/^error: /m);
  expectNoStack(document);
  const { error } = document.json() as { error: { code: string; hint: string } };
  await expectTypeable(error.hint);
  await typeLooks(error, run);
  return { plain, document };
}

/** Nothing that a JavaScript engine prints about itself. */
export function expectNoStack({ stdout, stderr }: Pick<Ran, 'stdout' | 'stderr'>): void {
  expect(`${stdout}\n${stderr}`).not.toMatch(/^\s+at |node:internal|Node\.js v\d/m);
}

/** Servers that have a path below `home` on their command line, the files of clusters there, and locks that are held. */
export async function leftBehind(home: string): Promise<string[]> {
  const servers = (await listProcesses())
    .filter(({ command }) => command.includes(home))
    .map(({ pid, command }) => `pid ${pid}: ${command}`);
  const below = async (name: string): Promise<string[]> =>
    (await readdir(`${home}/${name}`).catch(() => [])).map((file) => `${name}/${file}`);
  return [...servers, ...(await below('clusters')), ...(await below('locks'))];
}
