import { existsSync, readFileSync } from 'node:fs';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { missingKeys, startRawWriter } from '../../bench/raw-writer.mjs';
import { systemClock } from '../../src/clock.js';
import type { RecoverResult } from '../../src/faults/recover.js';
import type { NodePlan } from '../../src/model/plan.js';
import { randomOf } from '../../src/model/random.js';
import { until } from '../../src/until.js';
import { type Cli, openCli } from '../helpers/cli.js';
import { ask, dirOf, nodesOf } from '../helpers/inside.js';
import { statusOf } from '../helpers/main-road.js';

/**
 * SIGKILL of switchover at a random moment after its journal has the move, while its own clients and an independent writer
 * write, then `recover`. By itself three rounds; the long run is
 *
 *   SWITCHOVER_KILLED_ROUNDS=100 npx vitest run --project long test/long/switchover-kills.test.ts
 */
const ROUNDS = Number(process.env.SWITCHOVER_KILLED_ROUNDS ?? 2);
const SEED = Number(process.env.SWITCHOVER_KILLED_SEED ?? 1);
/** The latest moment of the kill after that, in milliseconds: a move takes 20 to 100 ms, its proof the rest. */
const LATEST_KILL_MS = 80;
const DEADLINE_MS = 60_000;
const LONG_MS = 3_600_000;
/** Writes of each client that must be acknowledged before and after. */
const AROUND = 50;

let cli: Cli;
let nodes: NodePlan[];
let sentinels: NodePlan[];
beforeAll(async () => {
  cli = await openCli();
  const up = await cli.run(['up', '--driver', 'process', '--port', 'auto', '--down-after', '5s']);
  expect(up.code, up.stderr).toBe(0);
  const all = await nodesOf(cli);
  nodes = all.filter(({ kind }) => kind === 'redis');
  sentinels = all.filter(({ kind }) => kind === 'sentinel');
}, LONG_MS);
afterAll(() => cli?.close(), LONG_MS);

/** Waits until it holds, and answers whether it did. */
const held = async (holds: () => Promise<boolean>): Promise<boolean> =>
  (await until(async () => ((await holds()) ? true : undefined), {
    clock: systemClock,
    everyMs: 200,
    deadlineMs: DEADLINE_MS,
  })) === true;

function journalOf(): string {
  const path = join(dirOf(cli), 'journal.ndjson');
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

async function masters(): Promise<NodePlan[]> {
  const roles = await Promise.all(nodes.map((node) => ask(node, ['ROLE'])));
  return nodes.filter((_, i) => (roles[i] as string[])[0] === 'master');
}

/** Kills the command so many milliseconds after its journal has the move, which is written right before the pause. */
function killedInMove(child: { kill(signal: NodeJS.Signals): void }, afterMs: number): () => void {
  const before = journalOf();
  let timer = setTimeout(look, 1);
  function look(): void {
    const text = journalOf();
    const isPlanned = text !== before && /"planned".*"switchover"/.test(text);
    timer = isPlanned ? setTimeout(() => child.kill('SIGKILL'), afterMs) : setTimeout(look, 1);
  }
  return () => clearTimeout(timer);
}

/** Guards of switchovers in this state directory that are still there. */
async function guards(): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const words = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
      if (!words.split('\0').includes('__finish')) return [];
      const dir = await readlink(`/proc/${pid}/cwd`).catch(() => '');
      return dir === cli.home ? [pid] : [];
    }),
  );
  return found.flat();
}

interface Round {
  round: number;
  killedAfterMs: number;
  /** That it had ended before, or what `recover` said. */
  found: string;
  gapMs: number;
  acknowledged: number;
  wrong: string[];
}

async function play(round: number): Promise<Round> {
  const killedAfterMs = randomOf(Math.imul(SEED * 1000 + round, 0x9e3779b1) >>> 0).below(LATEST_KILL_MS);
  const wrong: string[] = [];
  const writer = startRawWriter({
    sentinels: sentinels.map(({ endpoint }) => endpoint),
    masterName: 'mymaster',
    clients: 4,
    prefix: `raw:${round}`,
  });
  let isStopped = false;
  try {
    expect(await writer.writes(AROUND), 'the writer writes').toBe(true);
    let endWatch = (): void => {};
    const ran = await cli.run(['switchover', '--yes', '--max-gap', '60s'], {
      onStart: (child) => {
        endWatch = killedInMove(child, killedAfterMs);
      },
    });
    endWatch();
    if (ran.signal !== 'SIGKILL' && ran.code !== 0) wrong.push(`switchover: ${ran.code} ${ran.stderr}`);
    if (!(await held(async () => (await guards()).length === 0)))
      wrong.push(`guards are left: ${(await guards()).join()}`);

    const recovered = await cli.run(['recover', '--json']);
    if (recovered.code !== 0) wrong.push(`recover: ${recovered.code} ${recovered.stderr}`);
    const { undone = [], stays = [] } = recovered.json() as Partial<RecoverResult>;
    if (!(await held(async () => (await statusOf(cli)).code === 0)))
      wrong.push(`status: ${(await statusOf(cli)).status.verdict.text}`);
    if (!(await writer.writes(AROUND))) wrong.push('no client writes afterwards');
    isStopped = true;
    const { acknowledged, attempted, gapMs } = await writer.stop();

    const now = await masters();
    const [master] = now;
    if (now.length !== 1 || master === undefined)
      throw new Error(`masters: ${now.map(({ id }) => id).join()}`);
    const lost = await missingKeys(master.endpoint, acknowledged);
    if (lost.length > 0) wrong.push(`${lost.length} of ${acknowledged.length} are lost: ${lost[0]} …`);
    const present = attempted.length - (await missingKeys(master.endpoint, attempted)).length;
    const others = Number(await ask(master, ['DBSIZE'])) - present;
    if (others !== 0) wrong.push(`${others} keys of the command's own clients are left`);
    const again = (await cli.run(['recover', '--json'])).json() as RecoverResult;
    if (again.what !== null) wrong.push(`a second recover found ${again.what}`);
    const journal = journalOf();
    if (journal !== '' && !journal.includes('"closed"')) wrong.push('the journal is open');
    await ask(master, ['FLUSHALL']);
    const found =
      ran.signal === 'SIGKILL' ? [...undone, ...stays].join('; ') || 'nothing' : 'it had ended before';
    return { round, killedAfterMs, found, gapMs, acknowledged: acknowledged.length, wrong };
  } finally {
    if (!isStopped) await writer.stop();
  }
}

it(
  `a switchover that is killed loses nothing, and recover leaves one master, ${ROUNDS} of ${ROUNDS} times`,
  async () => {
    const rounds: Round[] = [];
    for (let round = 1; round <= ROUNDS; round++) {
      const played = await play(round);
      rounds.push(played);
      if (process.env.SWITCHOVER_KILLED_ROUNDS !== undefined) console.info(JSON.stringify(played));
      if (played.wrong.length > 0) break;
    }
    expect(rounds.filter(({ wrong }) => wrong.length > 0)).toEqual([]);
    expect(rounds).toHaveLength(ROUNDS);
  },
  LONG_MS,
);
