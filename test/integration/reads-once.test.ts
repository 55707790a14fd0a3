import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Cli, openCli } from '../helpers/cli.js';

const LONG_MS = 600_000;

/** Loaded before the command: notes how often each file is opened to be read, or looked for, and writes that down at the end. */
const COUNTER = `
const fs = require('node:fs');
const seen = {};
const counted = (of, name, flagsAt) => {
  const real = of[name];
  of[name] = function (...args) {
    const flags = flagsAt === null ? 'r' : (args[flagsAt] ?? 'r');
    const file = String(args[0]).split('/').slice(-1)[0];
    if (flags === 'r') seen[file] = (seen[file] ?? 0) + 1;
    return real.apply(this, args);
  };
};
for (const of of [fs, fs.promises]) { counted(of, 'open', 1); counted(of, 'readFile', null); }
counted(fs, 'openSync', 1);
counted(fs, 'readFileSync', null);
require('node:module').syncBuiltinESMExports();
process.on('exit', () => fs.writeFileSync(process.env.READS_OF + '.' + process.pid, JSON.stringify(seen)));
`;

let cli: Cli;
let counter: string;
beforeAll(async () => {
  cli = await openCli();
  const up = await cli.run(['up', '--driver', 'process', '--port', 'auto', '--down-after', '5s']);
  expect(up.code, up.stderr).toBe(0);
  counter = join(cli.home, 'counter.cjs');
  await writeFile(counter, COUNTER);
}, LONG_MS);
afterAll(() => cli?.close());

async function readsOf(args: string[]): Promise<Record<string, number>> {
  const to = join(cli.home, 'reads');
  let pid = 0;
  const ran = await cli.run(args, {
    env: { NODE_OPTIONS: `--require ${counter}`, READS_OF: to },
    onStart: (child) => {
      pid = child.pid;
    },
  });
  expect(ran.code, ran.stderr).toBe(0);
  return JSON.parse(await readFile(`${to}.${pid}`, 'utf8')) as Record<string, number>;
}

it.each([
  [['restart', 'redis-2']],
  [['inject', 'replica-kill', '--for', '1s']],
  [['failover-test', '--budget', '60s', '--clients', '0', '--rejoin', 'guarded']],
])(
  '%s reads the state, the record and the journal of its cluster once',
  { timeout: LONG_MS },
  async (args) => {
    expect(await readsOf(args)).toMatchObject({
      'cluster.json': 1,
      'attached.json': 1,
      'journal.ndjson': 1,
      password: 1,
    });
  },
);
