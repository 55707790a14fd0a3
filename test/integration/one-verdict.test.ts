import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assess } from '../../src/checks/assess.js';
import { CHECKS, diagnose } from '../../src/checks/index.js';
import { systemClock } from '../../src/clock.js';
import { surveyOf, type Target } from '../../src/cluster/target.js';
import { formatAddress } from '../../src/model/address.js';
import type { VerdictWord } from '../../src/model/status.js';
import { verdictRank } from '../../src/model/verdict.js';
import { until } from '../../src/until.js';
import { OPEN_ACCESS } from '../../src/wire/access.js';
import { attachedPatient, type Patient, shell } from '../helpers/doctor.js';
import { type RawCluster, type RedisServer, startRawCluster, startRedis } from '../helpers/redis.js';

const PORT = 7900;
const LONG_MS = 90_000;

let raw: RawCluster;
let patient: Patient;
let target: Target;
/** Servers that took the place of others, and ones beside the cluster. */
const more: RedisServer[] = [];

beforeAll(async () => {
  raw = await startRawCluster({ port: PORT });
  const addresses = raw.sentinels.map((s) => s.address);
  patient = attachedPatient(addresses);
  target = {
    kind: 'attached',
    name: addresses.map(formatAddress).join(','),
    ...{ sentinels: addresses, whence: null, masterName: null, access: OPEN_ACCESS },
  };
  // What takes 10 s and 30 s otherwise.
  for (const s of raw.sentinels) await tell(s, 'SENTINEL DEBUG info-period 1000 tilt-period 1500');
}, LONG_MS);
afterAll(async () => {
  await raw?.stop();
  for (const server of more) await server.stop();
});

const tell = (server: RedisServer, words: string): Promise<string> =>
  shell(`redis-cli -p ${server.address.port} ${words}`);
const at = (servers: readonly RedisServer[], n: number): RedisServer => {
  const server = servers[n];
  if (server === undefined) throw new Error(`there is no server ${n}`);
  return server;
};
const node = (n: number): RedisServer => at(raw.nodes, n);
const sentinel = (n: number): RedisServer => at(raw.sentinels, n);

/** What `status` and `doctor` say at this moment. */
async function words(): Promise<{ status: VerdictWord; doctor: VerdictWord; lines: string[] }> {
  const asking = { clock: systemClock, deadlineMs: 700, signal: new AbortController().signal };
  const snapshot = await surveyOf(target, asking);
  const status = assess(snapshot, { cluster: target.name, driver: 'attached', own: false, masterName: null });
  const doctor = diagnose(await patient.look(), CHECKS);
  return {
    status: status.verdict.word,
    doctor: doctor.verdict.word,
    lines: [
      ...status.problems.map((p) => `status: ${p.impact} ${p.id} ${p.message}`),
      ...doctor.findings.map((f) => `doctor: ${f.impact} ${f.id} ${f.message}`),
    ],
  };
}

/** Waits until `status` says this, and `doctor` the same: it may know of something worse, never of less. */
async function bothSay(word: VerdictWord): Promise<void> {
  let last: Awaited<ReturnType<typeof words>> | undefined;
  const agreed = await until(
    async () => {
      last = await words();
      const fits =
        verdictRank(last.doctor) <= verdictRank(word) && (word === 'HEALTHY') === (last.doctor === 'HEALTHY');
      return last.status === word && fits ? true : undefined;
    },
    { clock: systemClock, everyMs: 100, deadlineMs: 60_000 },
  );
  expect(agreed, `${word} at both: ${JSON.stringify(last, null, 1)}`).toBe(true);
}

interface Fault {
  what: string;
  word: VerdictWord;
  plant(): Promise<unknown> | unknown;
  undo(): Promise<unknown> | unknown;
}

const both = (n: number[], words: string): Promise<unknown> =>
  Promise.all(n.map((i) => tell(sentinel(i), words)));

const FAULTS: Fault[] = [
  {
    what: 'a frozen replica',
    word: 'DEGRADED',
    plant: () => node(2).signal('SIGSTOP'),
    undo: () => node(2).signal('SIGCONT'),
  },
  {
    what: 'a replica that was stopped',
    word: 'DEGRADED',
    plant: () => node(2).stop(),
    undo: async () => {
      raw.nodes[2] = await startRedis({ port: PORT + 2, conf: [`replicaof 127.0.0.1 ${PORT}`] });
      more.push(node(2));
    },
  },
  {
    what: 'a frozen sentinel',
    word: 'DEGRADED',
    plant: () => sentinel(2).signal('SIGSTOP'),
    undo: () => sentinel(2).signal('SIGCONT'),
  },
  {
    what: 'two frozen sentinels',
    word: 'AT RISK',
    plant: () => [1, 2].map((n) => sentinel(n).signal('SIGSTOP')),
    undo: () => [1, 2].map((n) => sentinel(n).signal('SIGCONT')),
  },
  {
    what: 'settings that differ',
    word: 'DEGRADED',
    plant: () => both([2], 'SENTINEL SET mymaster down-after-milliseconds 2500'),
    undo: () => both([2], 'SENTINEL SET mymaster down-after-milliseconds 1500'),
  },
  {
    what: 'two sentinels in TILT',
    word: 'AT RISK',
    plant: () => both([0, 1], 'SENTINEL DEBUG tilt-trigger 1'),
    undo: () => both([0, 1], 'SENTINEL DEBUG tilt-trigger 2000'),
  },
  {
    what: 'a replica without a link',
    word: 'DEGRADED',
    plant: async () => {
      await tell(node(0), 'ACL SETUSER default -psync -sync');
      await tell(node(0), 'CLIENT KILL TYPE replica');
    },
    undo: () => tell(node(0), 'ACL SETUSER default +psync +sync'),
  },
  {
    what: 'a sentinel that does not monitor the master',
    word: 'DEGRADED',
    plant: () => both([2], 'SENTINEL REMOVE mymaster'),
    undo: async () => {
      await both([2], `SENTINEL MONITOR mymaster 127.0.0.1 ${PORT} 2`);
      await both(
        [2],
        'SENTINEL SET mymaster down-after-milliseconds 1500 failover-timeout 10000 parallel-syncs 1',
      );
    },
  },
  {
    what: 'a sentinel that names another master',
    word: 'AT RISK',
    plant: async () => {
      await both([2], 'SENTINEL REMOVE mymaster');
      await both([2], `SENTINEL MONITOR mymaster 127.0.0.1 ${PORT + 1} 2`);
    },
    undo: async () => {
      await both([2], 'SENTINEL REMOVE mymaster');
      await both([2], `SENTINEL MONITOR mymaster 127.0.0.1 ${PORT} 2`);
      await both(
        [2],
        'SENTINEL SET mymaster down-after-milliseconds 1500 failover-timeout 10000 parallel-syncs 1',
      );
    },
  },
  {
    what: 'a replica that wants a password',
    word: 'UNKNOWN',
    plant: () => tell(node(2), 'CONFIG SET requirepass secret'),
    undo: () => shell(`REDISCLI_AUTH=secret redis-cli -p ${PORT + 2} CONFIG SET requirepass ''`),
  },
  {
    what: 'a frozen master that no replica may replace',
    word: 'DOWN',
    plant: async () => {
      for (const n of [1, 2]) await tell(node(n), 'CONFIG SET replica-priority 0');
      await until(
        async () => {
          const said = await tell(sentinel(0), 'SENTINEL REPLICAS mymaster');
          return said.split('slave-priority\n0').length === 3 ? true : undefined;
        },
        { clock: systemClock, everyMs: 100, deadlineMs: 30_000 },
      );
      node(0).signal('SIGSTOP');
    },
    undo: async () => {
      node(0).signal('SIGCONT');
      for (const n of [1, 2]) await tell(node(n), 'CONFIG SET replica-priority 100');
    },
  },
];

describe('status and doctor have one verdict', () => {
  it('on a healthy cluster', () => bothSay('HEALTHY'), LONG_MS);

  for (const { what, word, plant, undo } of FAULTS) {
    it(
      `on ${what}`,
      async () => {
        await plant();
        try {
          await bothSay(word);
        } finally {
          await undo();
        }
        await bothSay('HEALTHY');
      },
      LONG_MS,
    );
  }
});
