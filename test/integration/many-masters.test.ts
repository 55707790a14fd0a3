import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Finding } from '../../src/checks/index.js';
import type { StatusResult } from '../../src/model/status.js';
import { type Cli, openCli } from '../helpers/cli.js';
import { flat } from '../helpers/doctor.js';

const FAKE = resolve(import.meta.dirname, '../../bench/fake-masters.mjs');
const LONG_MS = 300_000;
const PORT = 6010;
/** Names that the sentinels monitor, and how many of them have a master; none of the others was ever reached. */
const [NAMES, ANSWERING] = [40, 30];

/** One process answers for all servers, and the machine may be busy: a deadline is not what is proved. */
const PATIENT = ['--timeout', '60s'];

let own: Cli;
let fake: ReturnType<typeof spawn>;
let addrs = '';

beforeAll(async () => {
  own = await openCli();
  const started = spawn(process.execPath, [FAKE, NAMES, ANSWERING, PORT].map(String), {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  fake = started;
  const [ports] = await once(started.stdout, 'data');
  addrs = `${ports}`
    .trim()
    .split(' ')
    .map((port) => `127.0.0.1:${port}`)
    .join(',');
}, LONG_MS);
afterAll(async () => {
  if (fake !== undefined) {
    const ended = once(fake, 'exit');
    fake.stdin?.end();
    await ended;
  }
  await own?.close();
}, LONG_MS);

const shards = Array.from({ length: ANSWERING }, (_, i) => `shard-${i + 1}`);

it('status of many masters counts them, and lists only what is not healthy', async () => {
  const brief = await own.run(['status', ...PATIENT, '--sentinel-addrs', addrs]);
  const [first = '', , counts] = brief.stdout.split('\n');
  expect(first).toMatch(
    /^DEGRADED {2}30 of 30 masters healthy; the masters of 10 names were never reached: shard-31 to shard-40$/,
  );
  expect(counts).toBe('HEALTHY 30');
  expect(brief.stdout).not.toMatch(/^NODE /m);
  expect(brief.code).toBe(1);
});

it('--all lists every one, and JSON too, in the order of names', async () => {
  const all = await own.run(['status', '--all', ...PATIENT, '--sentinel-addrs', addrs]);
  const heads = all.stdout.match(/^HEALTHY {2}shard-\d+(?= )/gm) ?? [];
  expect(heads.map((head) => head.replace('HEALTHY  ', ''))).toEqual(shards);
  const json = await own.run(['status', '--json', ...PATIENT, '--sentinel-addrs', addrs]);
  const status = json.json() as StatusResult;
  expect(status.masters.map(({ name }) => name)).toEqual(shards);
  expect(status.masters.every(({ verdict }) => verdict.word === 'HEALTHY')).toBe(true);
});

it('doctor judges every check of every master: no deadline stands for what a server said', async () => {
  const ran = await own.run(['doctor', '--json', ...PATIENT, '--sentinel-addrs', addrs]);
  const { findings, skipped, verdict } = ran.json() as {
    findings: Finding[];
    skipped: { id: string; why: string }[];
    verdict: { word: string };
  };
  expect(verdict.word).toBe('DEGRADED');
  expect(skipped.filter(({ why }) => /did not answer|no answer within/.test(why))).toEqual([]);
  const now = flat(findings).filter(({ impact }) => impact !== 'risk' && impact !== 'none');
  expect(now.map(({ id }) => id)).toEqual(['masters-dead']);
});
