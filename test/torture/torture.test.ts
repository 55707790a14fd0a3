import { spawn } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { type Random, randomOf } from '../../src/model/random.js';
import { until } from '../../src/until.js';
import { BIN, type Cli, openCli } from '../helpers/cli.js';
import { leftovers, type Whereabouts } from './leftovers.js';

/**
 * SIGKILL of the command at a random moment of random scenarios, then `recover`: whatever was under way, the cluster
 * is proved converged again, and nothing is left behind. By itself one round, six in .ci/run; the long run is
 *
 *   TORTURE_ROUNDS=100 TORTURE_LANES=4 TORTURE_DRIVER=docker npx vitest run test/torture
 */
const ROUNDS = Number(process.env.TORTURE_ROUNDS ?? 1);
const LANES = Math.min(ROUNDS, Number(process.env.TORTURE_LANES ?? 2));
const DRIVER = process.env.TORTURE_DRIVER === 'docker' ? 'docker' : 'process';
const IMAGE = process.env.TORTURE_IMAGE ?? 'host';
const SEED = Number(process.env.TORTURE_SEED ?? 1);
/** Where a line per round goes, for the long run. */
const LOG = process.env.TORTURE_LOG;

/** The latest moment of the kill, in milliseconds after the start: a scenario is under way for about this long. */
const LATEST_KILL_MS = 25_000;
const SCRIPT_BOUND_MS = 3_600_000;

interface Round {
  lane: number;
  seed: number;
  killedAfterMs: number;
  /** What it was doing, as it said last. */
  during: string;
  recover: string;
  wounds: string[];
}

let cli: Cli;
const lanes: Whereabouts[] = [];

describe.runIf(process.platform === 'linux')(`a command killed at a random moment (${DRIVER})`, () => {
  beforeAll(async () => {
    cli = await openCli();
    for (let lane = 1; lane <= LANES; lane++) {
      // Processes count for one home; each lane has its own, so that a stray one is recognized.
      const cluster = `lane-${lane}`;
      lanes.push({ home: `${cli.home}/${cluster}`, cluster, driver: DRIVER, nodes: 6 });
      const up = await inLane(lane, [
        ...['up', '--driver', DRIVER, '--port', 'auto', '--sentinel-port', 'auto', '--down-after', '1500ms'],
        ...['--failover-timeout', '6s'],
        ...(DRIVER === 'docker' ? ['--image', IMAGE] : process.getuid?.() === 0 ? ['--loopback', 'own'] : []),
      ]);
      if (up.code !== 0) throw new Error(up.stderr);
    }
  }, SCRIPT_BOUND_MS);

  afterAll(async () => {
    for (let lane = 1; lane <= lanes.length; lane++) await inLane(lane, ['down']);
    await cli.close();
  }, SCRIPT_BOUND_MS);

  it(
    `leaves nothing behind once recovered, ${ROUNDS} of ${ROUNDS} times`,
    async () => {
      const rounds: Round[] = [];
      let next = 0;
      await Promise.all(
        lanes.map(async (_, i) => {
          while (next < ROUNDS) {
            // Neighbouring seeds begin alike: spread out, they are different rounds.
            const seed = Math.imul(SEED * 1000 + next++, 0x9e3779b1) >>> 1;
            // Every lane goes on to its end: what takes them down afterwards must find no command at work.
            const round = await play(i + 1, seed).catch((error: unknown) => unplayed(i + 1, seed, error));
            rounds.push(round);
            if (LOG !== undefined) appendFileSync(LOG, `${JSON.stringify(round)}\n`);
          }
        }),
      );
      expect(rounds).toHaveLength(ROUNDS);
      expect(rounds.filter((round) => round.wounds.length > 0)).toEqual([]);
    },
    SCRIPT_BOUND_MS,
  );
});

const unplayed = (lane: number, seed: number, error: unknown): Round => ({
  lane,
  seed,
  killedAfterMs: 0,
  during: '',
  recover: '',
  wounds: [String(error)],
});

async function play(lane: number, seed: number): Promise<Round> {
  const random = randomOf(seed);
  const where = lanes[lane - 1] as Whereabouts;
  const { killedAfterMs, during, wounds } = await killMidway(lane, seed, random);
  const recovered = await inLane(lane, ['recover']);
  if (recovered.code !== 0) wounds.push(`recover exited ${recovered.code}: ${recovered.stderr}`);
  // A sentinel of a busy machine may call a node down for a moment although it answers.
  let status = await inLane(lane, ['status', '--json']);
  await until(
    async () => {
      if (status.code === 0) return true;
      status = await inLane(lane, ['status', '--json']);
      return undefined;
    },
    { clock: systemClock, everyMs: 500, deadlineMs: 30_000 },
  );
  if (status.code !== 0) wounds.push(`status exited ${status.code}: ${status.stdout}`);
  const again = await inLane(lane, ['recover', '--json']);
  if (again.code !== 0) wounds.push(`a second recover exited ${again.code}: ${again.stderr}`);
  // What ends by itself once the journal is closed is given the time to.
  let left = leftovers(where);
  await until(
    () => {
      left = leftovers(where);
      return left.length === 0 ? true : undefined;
    },
    { clock: systemClock, everyMs: 200, deadlineMs: 10_000 },
  );
  wounds.push(...left);
  return { lane, seed, killedAfterMs, during, recover: firstLine(recovered.stdout), wounds };
}

/** Runs random scenarios, and kills the command, and only it, after a while. */
async function killMidway(
  lane: number,
  seed: number,
  random: Random,
): Promise<Pick<Round, 'killedAfterMs' | 'during' | 'wounds'>> {
  const killAfterMs = 300 + random.below(LATEST_KILL_MS);
  const { home, cluster } = lanes[lane - 1] as Whereabouts;
  const args = ['chaos', 'run', '--random', '--for', '60s', '--seed', String(seed), '--cluster', cluster];
  const child = spawn(process.execPath, [BIN, ...args], {
    env: { ...process.env, SENTINELCTL_HOME: home },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const ended = new Promise<void>((done) => child.on('exit', () => done()));
  await Promise.race([systemClock.sleep(killAfterMs), ended]);
  const isAlive = child.exitCode === null && child.signalCode === null;
  child.kill('SIGKILL');
  await ended;
  const lines = said.split('\n').filter((line) => line.trim() !== '');
  const wounds = isAlive
    ? []
    : [`chaos ended by itself, with ${child.exitCode}: ${lines.slice(-5).join(' | ')}`];
  return { killedAfterMs: killAfterMs, during: lines.at(-1) ?? '', wounds };
}

const inLane = (lane: number, args: string[]): ReturnType<Cli['run']> => {
  const { home, cluster } = lanes[lane - 1] as Whereabouts;
  return cli.run([...args, '--cluster', cluster], { env: { SENTINELCTL_HOME: home } });
};

const firstLine = (text: string): string => text.split('\n')[0] ?? '';
