import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import type { ClusterState } from '../../src/cluster/store/state.js';
import { type Random, randomOf } from '../../src/model/random.js';
import { until } from '../../src/until.js';
import { BIN, type Cli, openCli } from '../helpers/cli.js';
import { keysAt, unsettled, type Watch, type Watched, watchMasters } from './watcher.js';

/**
 * Ctrl-C or SIGTERM at a random moment of failover-test: when the command has ended, one node accepts writes, the cluster
 * is converged, and no key of the run is left. An independent watcher looks. By itself one round, six in
 * .ci/run; the long run is
 *
 *   INTERRUPTS_ROUNDS=20 INTERRUPTS_DRIVER=docker npx vitest run test/torture/interrupts.test.ts
 *
 * and with INTERRUPTS_OF=others the other commands that inject faults.
 */
const ROUNDS = Number(process.env.INTERRUPTS_ROUNDS ?? 1);
const LANES = Math.min(ROUNDS, Number(process.env.INTERRUPTS_LANES ?? 3));
const DRIVER = process.env.INTERRUPTS_DRIVER === 'docker' ? 'docker' : 'process';
const IMAGE = process.env.INTERRUPTS_IMAGE ?? 'host';
const SEED = Number(process.env.INTERRUPTS_SEED ?? 1);
/** Where a line per round goes, for the long run. */
const LOG = process.env.INTERRUPTS_LOG;

/** From the fault on a failover-test is under way for about this long, in milliseconds; before it, for much less. */
const LATEST_MS = 16_000;
const LATEST_BEFORE_MS = 3000;
/** A failover that was still possible at the end would have come by then: down-after and an election; milliseconds. */
const HOLD_MS = 8000;
const SCRIPT_BOUND_MS = 3_600_000;
const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const;
const RUNS: Record<string, string[][]> = {
  'failover-test': [
    ['failover-test'],
    ['failover-test', '--rejoin', 'guarded'],
    ['failover-test', '--fault', 'freeze'],
    ['failover-test', '--signal', 'TERM', '--clients', '2'],
  ],
  others: [
    ['quorum-test'],
    ['sweep', '--down-after', '3s', '--min-replicas', '0', '--trials', '1', '--clients', '2'],
    ['chaos', 'run', 'kill', 'freeze-long'],
    ['inject', 'kill', '--for', '20s'],
    ['inject', 'freeze', '--for', '20s'],
  ],
};
const OF = process.env.INTERRUPTS_OF === 'others' ? 'others' : 'failover-test';

interface Lane {
  home: string;
  cluster: string;
  data: Watched[];
  sentinels: Watched[];
  watch: Watch;
}

interface Round {
  seed: number;
  run: string[];
  signal: string;
  /** When it was sent. */
  after: string;
  /** What it was doing, as it said last. */
  during: string;
  tookMs: number;
  /** How long two nodes accepted writes before the command had ended, in milliseconds. */
  doubleMs: number;
  wrong: string[];
}

let cli: Cli;
const lanes: Lane[] = [];

describe(`${OF} interrupted at a random moment (${DRIVER})`, () => {
  beforeAll(async () => {
    cli = await openCli();
    for (let n = 1; n <= LANES; n++) lanes.push(await openLane(`lane-${n}`));
  }, SCRIPT_BOUND_MS);

  afterAll(async () => {
    for (const lane of lanes) {
      lane.watch.close();
      await inLane(lane, ['down']);
    }
    await cli.close();
  }, SCRIPT_BOUND_MS);

  it(
    `leaves one master, a converged cluster and no keys, ${ROUNDS} of ${ROUNDS} times`,
    async () => {
      const rounds: Round[] = [];
      let next = 0;
      await Promise.all(
        lanes.map(async (lane) => {
          while (next < ROUNDS) {
            // Neighbouring seeds begin alike: spread out, they are different rounds.
            const round = await play(lane, Math.imul(SEED * 1000 + next++, 0x9e3779b1) >>> 1);
            rounds.push(round);
            if (LOG !== undefined) appendFileSync(LOG, `${JSON.stringify(round)}\n`);
          }
        }),
      );
      expect(rounds).toHaveLength(ROUNDS);
      expect(rounds.filter(({ wrong }) => wrong.length > 0)).toEqual([]);
    },
    SCRIPT_BOUND_MS,
  );
});

async function openLane(cluster: string): Promise<Lane> {
  const home = join(cli.home, cluster);
  const up = await cli.run(
    [
      ...['up', '--cluster', cluster, '--driver', DRIVER, '--port', 'auto', '--sentinel-port', 'auto'],
      ...(DRIVER === 'docker' ? ['--image', IMAGE] : []),
    ],
    { env: { SENTINELCTL_HOME: home } },
  );
  if (up.code !== 0) throw new Error(up.stderr);
  const state = JSON.parse(
    await readFile(join(home, 'clusters', cluster, 'cluster.json'), 'utf8'),
  ) as ClusterState;
  const of = (kind: string): Watched[] =>
    state.plan.nodes.filter((node) => node.kind === kind).map(({ id, endpoint }) => ({ id, ...endpoint }));
  const data = of('redis');
  return { home, cluster, data, sentinels: of('sentinel'), watch: watchMasters(data) };
}

const inLane = ({ home, cluster }: Lane, args: string[]): ReturnType<Cli['run']> =>
  cli.run([...args, '--cluster', cluster], { env: { SENTINELCTL_HOME: home } });

async function play(lane: Lane, seed: number): Promise<Round> {
  const random = randomOf(seed);
  const runs = RUNS[OF] ?? [];
  const run = runs[random.below(runs.length)] ?? [];
  const signal = random.below(2) === 0 ? 'SIGINT' : 'SIGTERM';
  const before = lane.watch.doubles.length;
  const { code, after, during, endedMs, tookMs } = await interrupt(lane, run, signal, random);
  const wrong: string[] = code === SIGNALS[signal] ? [] : [`it exited with ${code}: ${during}`];
  for (const node of lane.data) {
    let keys: string[] = [];
    // A replica has what its master did a moment later.
    await until(
      async () => {
        keys = await keysAt(node, 'sentinelctl:*').catch((error: unknown) => [String(error)]);
        return keys.length === 0 ? true : undefined;
      },
      { clock: systemClock, everyMs: 100, deadlineMs: 5000 },
    );
    if (keys.length > 0) wrong.push(`${node.id} has ${keys.length} keys: ${keys[0]}`);
  }
  wrong.push(
    ...(await unsettled(lane.data, lane.sentinels).catch((error: unknown) => [
      `not asked: ${String(error)}`,
    ])),
  );
  const answered = lane.watch.answers();
  await systemClock.sleep(HOLD_MS);
  if (lane.watch.answers() === answered) wrong.push('the watcher received no answer');
  const doubles = lane.watch.doubles.slice(before);
  const late = doubles.filter(({ atMs }) => atMs > endedMs);
  if (late.length > 0)
    wrong.push(`${late[0]?.ids.join(' and ')} accepted writes at the same time after the end`);
  const early = doubles.filter(({ atMs }) => atMs <= endedMs).map(({ atMs }) => atMs);
  const doubleMs = early.length === 0 ? 0 : Math.round(Math.max(...early) - Math.min(...early));
  return { seed, run, signal, after, during, tookMs, doubleMs, wrong };
}

/** Runs failover-test and signals it once, at a random moment before its end. */
async function interrupt(
  lane: Lane,
  run: string[],
  signal: keyof typeof SIGNALS,
  random: Random,
): Promise<{ code: number | null; after: string; during: string; endedMs: number; tookMs: number }> {
  for (;;) {
    // One of four before the fault, or shortly after it.
    const isLate = random.below(4) > 0;
    const afterMs = random.below(isLate ? LATEST_MS : LATEST_BEFORE_MS);
    const child = spawn(process.execPath, [BIN, ...run, '--cluster', lane.cluster], {
      env: { ...process.env, SENTINELCTL_HOME: lane.home },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    const began = new Promise<void>((begin) => {
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        said += text;
        if (!isLate || OF === 'others' || said.includes('fault: ')) begin();
      });
    });
    const ended = once(child, 'exit');
    await Promise.race([began, ended]);
    await Promise.race([systemClock.sleep(afterMs), ended]);
    const during = said.trimEnd().split('\n').at(-1) ?? '';
    const isUnderWay = child.exitCode === null && child.signalCode === null;
    const sentMs = systemClock.now();
    child.kill(signal);
    await ended;
    const endedMs = systemClock.now();
    // A run that was over before is not interrupted.
    if (!isUnderWay || !/Interrupted|Got SIGTERM/.test(said)) continue;
    const last = said.trimEnd().split('\n').slice(-4).join(' | ');
    return {
      code: child.exitCode,
      after: `${afterMs} ms after ${isLate ? 'the fault' : 'its first line'}`,
      during: child.exitCode === SIGNALS[signal] ? during : `${during} … ${last}`,
      endedMs,
      tookMs: Math.round(endedMs - sentMs),
    };
  }
}
