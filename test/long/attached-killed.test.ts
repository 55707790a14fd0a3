import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { randomOf } from '../../src/model/random.js';
import { until } from '../../src/until.js';
import { type Cli, openCli, type Ran } from '../helpers/cli.js';
import { type RawCluster, startRawCluster } from '../helpers/redis.js';
import { redisCli } from '../helpers/redis-cli.js';

/**
 * SIGKILL of failover-test at a random moment on a cluster that sentinelctl did not start, then `recover`. By itself two
 * rounds; the long run is
 *
 *   ATTACHED_KILLED_ROUNDS=20 npx vitest run --project long test/long/attached-killed.test.ts
 */
const ROUNDS = Number(process.env.ATTACHED_KILLED_ROUNDS ?? 2);
const SEED = Number(process.env.ATTACHED_KILLED_SEED ?? 1);
const PORT = 12_300;
/** The latest moment of the kill, in milliseconds after the start: a test takes about this long. */
const LATEST_KILL_MS = 20_000;
const LONG_MS = 3_600_000;
const SHOP = ['--cluster', 'shop'];

let cluster: RawCluster;
let cli: Cli;
const nodes = [PORT, PORT + 1, PORT + 2];
const sentinels = [PORT + 50, PORT + 51, PORT + 52];
const run = (...words: string[]): Promise<Ran> => cli.run([...words, ...SHOP]);

beforeAll(async () => {
  cli = await openCli();
  cluster = await startRawCluster({ port: PORT, masterName: 'shop', downAfterMs: 2000 });
  const attach = ['attach', 'shop', '--sentinel-addrs', `127.0.0.1:${PORT + 50}`, '--local'];
  const ran = await cli.run(attach);
  expect(ran.code, ran.stderr).toBe(0);
}, LONG_MS);
afterAll(async () => {
  // Those that sentinelctl started again are no children of this test.
  for (const port of [...nodes, ...sentinels]) {
    const pid = Number(await infoOf(port, 'process_id').catch(() => ''));
    if (pid > 0 && ![...cluster.nodes, ...cluster.sentinels].some((server) => server.pid === pid))
      process.kill(pid, 'SIGKILL');
  }
  await cluster?.stop();
  await cli?.close();
}, LONG_MS);

const infoOf = async (port: number, field: string): Promise<string> =>
  new RegExp(`^${field}:(.*?)\\r?$`, 'm').exec(await redisCli(port, 'INFO'))?.[1] ?? '';

async function masterPort(): Promise<number> {
  const address = await redisCli(PORT + 50, 'SENTINEL GET-MASTER-ADDR-BY-NAME shop');
  return Number(address.trim().split('\n').at(-1));
}

/** What must not change, whatever was killed when. */
async function settings(): Promise<string[]> {
  const asked = [...nodes].map(async (port) => {
    const values = await redisCli(port, 'CONFIG GET replica-priority');
    return `${port} ${values.trim().split('\n').at(-1)}`;
  });
  return Promise.all(asked);
}

/** Plays one round; answers what is wrong after it, and what was under way. */
async function play(
  round: number,
): Promise<{ round: number; killedAfterMs: number; during: string; wrong: string[] }> {
  const killedAfterMs = randomOf(Math.imul(SEED * 1000 + round, 0x9e3779b1) >>> 0).below(LATEST_KILL_MS);
  const wrong: string[] = [];
  await redisCli(await masterPort(), `SET kept ${round}`);
  expect((await redisCli(await masterPort(), 'WAIT 2 10000')).trim()).toBe('2');
  const before = await settings();
  const trials = round % 2 === 0 ? ['--trials', '2'] : [];
  const test = ['failover-test', ...SHOP, '--confirm', 'shop', '--clients', '2', '--budget', '5m', ...trials];
  let during = '';
  const killed = await cli.run(test, {
    onStart: (child) => {
      setTimeout(() => child.kill('SIGKILL'), killedAfterMs);
    },
    onStderr: (text) => {
      during = text.trimEnd().split('\n').at(-1) ?? '';
    },
  });
  if (killed.signal !== 'SIGKILL') during = `it had ended with ${killed.code}`;
  const recovered = await run('recover');
  if (recovered.code !== 0) wrong.push(`recover: ${recovered.code} ${recovered.stdout}${recovered.stderr}`);
  const healthy = await until(async () => ((await run('status', '--quiet')).code === 0 ? true : undefined), {
    clock: systemClock,
    everyMs: 500,
    deadlineMs: 30_000,
  });
  if (healthy === undefined) wrong.push(`status: ${(await run('status')).stdout}`);
  const again = await run('recover');
  if (!again.stdout.includes('nothing')) wrong.push(`a second recover found something: ${again.stdout}`);
  const master = await masterPort();
  if ((await redisCli(master, 'GET kept')).trim() !== String(round)) wrong.push('a key is lost');
  if ((await redisCli(master, 'DBSIZE')).trim() !== '1') wrong.push('keys of clients are left');
  if ((await settings()).join() !== before.join()) wrong.push(`settings: ${(await settings()).join()}`);
  const journal = await readFile(join(cli.home, 'clusters/shop/journal.ndjson'), 'utf8').catch(() => '');
  if (journal !== '' && !journal.includes('"closed"')) wrong.push(`the journal is open: ${journal}`);
  const locks = await readdir(join(cli.home, 'locks')).catch(() => []);
  if (locks.length > 0) wrong.push(`locks are held: ${locks.join()}`);
  return { round, killedAfterMs, during, wrong };
}

it(
  `a failover-test that is killed leaves a cluster that recover makes whole, ${ROUNDS} of ${ROUNDS} times`,
  async () => {
    const rounds: Awaited<ReturnType<typeof play>>[] = [];
    for (let round = 1; round <= ROUNDS; round++) {
      const played = await play(round);
      rounds.push(played);
      if (process.env.ATTACHED_KILLED_ROUNDS !== undefined) console.info(JSON.stringify(played));
      if (played.wrong.length > 0) break;
    }
    expect(rounds.filter(({ wrong }) => wrong.length > 0)).toEqual([]);
    expect(rounds).toHaveLength(ROUNDS);
  },
  LONG_MS,
);
