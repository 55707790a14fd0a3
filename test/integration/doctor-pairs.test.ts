import { env } from 'node:process';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { randomOf } from '../../src/model/random.js';
import { until } from '../../src/until.js';
import { attachedPatient, flat, type Patient, shell } from '../helpers/doctor.js';
import { type Plant, runtimePlants } from '../helpers/plants/runtime.js';
import { QUIET_MS } from '../helpers/quiet.js';
import { type RawCluster, startRawCluster } from '../helpers/redis.js';

/** How many are played: some in every run, hundreds when asked to; and in which order. */
const PAIRS = Number(env.DOCTOR_PAIRS ?? 16);
const SEED = Number(env.DOCTOR_PAIRS_SEED ?? 20_261_122);
const EACH_MS = 600_000;

let raw: RawCluster;
let patient: Patient;
beforeAll(async () => {
  raw = await startRawCluster({ port: 7300, downAfterMs: QUIET_MS });
  for (const { address } of raw.nodes)
    await shell(`redis-cli -p ${address.port} CONFIG SET appendonly yes min-replicas-to-write 1`);
  for (const { address } of raw.sentinels)
    await shell(`redis-cli -p ${address.port} SENTINEL SET mymaster failover-timeout 60000`);
  patient = attachedPatient(raw.sentinels.map((s) => s.address));
}, EACH_MS);
afterAll(() => raw?.stop());

const key = ({ id, subject }: { id: string; subject: string }): string => `${id} of ${subject}`;

/** What is found of all that matters, at whatever depth; the rest is how the machine of the test is. */
async function found(): Promise<string[]> {
  const { findings } = await patient.doctor();
  return flat(findings)
    .filter((f) => f.severity !== 'info' || f.id === 'diskless-delay' || f.id === 'down-high')
    .map(key);
}

async function becomes(holds: (keys: string[]) => boolean): Promise<string[] | null> {
  let last: string[] = [];
  const held = await until(
    async () => {
      last = await found();
      return holds(last) ? true : undefined;
    },
    { clock: systemClock, everyMs: 300, deadlineMs: EACH_MS / 2 },
  );
  return held === undefined ? last : null;
}

const contradict = (a: Plant, b: Plant): boolean => a.touches.some((what) => b.touches.includes(what));

it(`${PAIRS} random pairs of faults on real servers: both are named (seed ${SEED})`, {
  timeout: EACH_MS * PAIRS,
}, async () => {
  const plants = runtimePlants(raw);
  const all = plants.flatMap((a, i) => plants.slice(i + 1).map((b) => [a, b] as const));
  const pairs = randomOf(SEED)
    .shuffled(all)
    .filter(([a, b]) => !contradict(a, b))
    .slice(0, PAIRS);
  expect(pairs).toHaveLength(PAIRS);
  expect(await becomes((keys) => keys.length === 0), 'healthy before anything is planted').toBeNull();
  const wrong: string[] = [];
  for (const [a, b] of pairs) {
    await a.plant();
    await b.plant();
    const other = await becomes((keys) => keys.includes(key(a)) && keys.includes(key(b)));
    if (other !== null) wrong.push(`${key(a)} with ${key(b)}: ${other.join(', ') || 'nothing found'}`);
    await b.undo();
    await a.undo();
    const left = await becomes((keys) => keys.length === 0);
    expect(left, `${key(a)} with ${key(b)} is gone`).toBeNull();
  }
  expect(wrong.join('\n')).toBe('');
});
