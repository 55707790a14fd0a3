import { mkdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assess } from '../../src/checks/assess.js';
import { CHECKS, diagnose } from '../../src/checks/index.js';
import { systemClock } from '../../src/clock.js';
import { surveyOf, type Target } from '../../src/cluster/target.js';
import { formatAddress } from '../../src/model/address.js';
import { fixSteps } from '../../src/model/fix-steps.js';
import type { StatusResult, VerdictWord } from '../../src/model/status.js';
import { until } from '../../src/until.js';
import { OPEN_ACCESS } from '../../src/wire/access.js';
import { attachedPatient, flat, type Patient, shell } from '../helpers/doctor.js';
import { type RawCluster, type RedisServer, startRawCluster, startRedis } from '../helpers/redis.js';
import { redisCli } from '../helpers/redis-cli.js';

const PORT = 7900;
const LONG_MS = 600_000;
/** Longer than a busy machine keeps a master from answering, short enough to wait for. */
const DOWN_AFTER_MS = 5000;

let raw: RawCluster;
let asked: Asked;
/** Servers that took the place of others, and ones beside the cluster. */
const more: RedisServer[] = [];

/** A cluster that both commands look at. */
interface Asked {
  patient: Patient;
  target: Target;
}

function attachedTo({ sentinels }: RawCluster): Asked {
  const addresses = sentinels.map((s) => s.address);
  return {
    patient: attachedPatient(addresses),
    target: {
      kind: 'attached',
      name: addresses.map(formatAddress).join(','),
      record: null,
      ...{ sentinels: addresses, whence: null, masterName: null, access: OPEN_ACCESS },
    },
  };
}

beforeAll(async () => {
  raw = await startRawCluster({ port: PORT, downAfterMs: DOWN_AFTER_MS });
  asked = attachedTo(raw);
  // What takes 10 s and 30 s otherwise.
  for (const s of raw.sentinels) await tell(s, 'SENTINEL DEBUG info-period 1000 tilt-period 1500');
  // With a down-after of 200 ms a busy machine makes every command a slow one.
  for (const n of raw.nodes) await tell(n, 'CONFIG SET slowlog-log-slower-than -1');
}, LONG_MS);
afterAll(async () => {
  await raw?.stop();
  for (const server of more) await server.stop();
});

const tell = (server: RedisServer, words: string): Promise<string> => redisCli(server.address.port, words);
const at = (servers: readonly RedisServer[], n: number): RedisServer => {
  const server = servers[n];
  if (server === undefined) throw new Error(`there is no server ${n}`);
  return server;
};
const node = (n: number): RedisServer => at(raw.nodes, n);
const portOf = (n: number): number => node(n).address.port;
const sentinel = (n: number): RedisServer => at(raw.sentinels, n);

/** Puts the master first: on a busy machine a master that did not answer for down-after was replaced. */
async function lineUp(): Promise<void> {
  const [, port] = (await tell(sentinel(0), 'SENTINEL GET-MASTER-ADDR-BY-NAME mymaster')).split('\n');
  const isMaster = ({ address }: RedisServer): number => Number(String(address.port) === port);
  raw.nodes.sort((a, b) => isMaster(b) - isMaster(a));
}

/** Waits until both replicas say so. WAIT would be about the writes of its own connection, which has none. */
async function bothReplicas(line: string, wanted: RegExp): Promise<void> {
  const look = async (): Promise<true | undefined> => {
    const said = await Promise.all([1, 2].map((n) => tell(node(n), line)));
    return said.every((text) => wanted.test(text)) ? true : undefined;
  };
  const seen = await until(look, { clock: systemClock, everyMs: 100, deadlineMs: 30_000 });
  expect(seen, `${line}: ${wanted}`).toBe(true);
}

/** What `status` says at this moment. */
async function look({ target } = asked): Promise<{ status: StatusResult; ids: string[] }> {
  const asking = { clock: systemClock, deadlineMs: 2000, signal: new AbortController().signal };
  const snapshot = await surveyOf(target, asking);
  const status = assess(snapshot, { cluster: target.name, driver: 'attached', own: false, masterName: null });
  return { status, ids: status.problems.map((p) => p.id) };
}

/** What `doctor` says at this moment, beside what `status` says or said just now. */
async function words(
  of: Asked,
  seen?: Awaited<ReturnType<typeof look>>,
): Promise<{
  status: VerdictWord;
  doctor: VerdictWord;
  /** Whether their first lines are one. */
  isOne: boolean;
  first: string[];
  next: string | null;
  ids: string[];
  lines: string[];
}> {
  const { status, ids } = seen ?? (await look(of));
  const doctor = diagnose(await of.patient.look(), CHECKS);
  const first = [status, doctor].map(({ verdict }) => verdict.text);
  return {
    status: status.verdict.word,
    doctor: doctor.verdict.word,
    // Between the two looks time passes.
    isOne: new Set(first.map((line) => line.replace(/\d+\.\d+ s\b/g, 'N s'))).size === 1,
    first,
    next: status.verdict.next,
    ids,
    lines: [
      ...status.problems.map((p) => `status: ${p.impact} ${p.id} ${p.message}`),
      ...doctor.findings.map((f) => `doctor: ${f.impact} ${f.id} ${f.message}`),
    ],
  };
}

/** Waits until `status` and `doctor` both say this; `alike`: with one first line. */
async function bothSay(word: VerdictWord, of = asked, alike = false): Promise<void> {
  let last: unknown;
  const agreed = await until(
    async () => {
      // A diagnosis costs a busy machine four times what a look does.
      const seen = await look(of);
      last = seen.status.verdict.text;
      if (seen.status.verdict.word !== word) return undefined;
      const both = await words(of, seen);
      last = both;
      return both.doctor === word && (!alike || both.isOne) ? true : undefined;
    },
    { clock: systemClock, everyMs: 200, deadlineMs: 60_000 },
  );
  expect(agreed, `${word} at both: ${JSON.stringify(last, null, 1)}`).toBe(true);
}

interface Fault {
  what: string;
  word: VerdictWord;
  /** Whether both have one first line: `doctor` knows no further cause. */
  alike?: true;
  /** What the second line of `status` is, where it is not a command that a shell takes as it is. */
  next?: 'a person' | 'a file' | 'none' | 'as it is at the moment';
  /** The check whose printed commands are typed, and find nothing afterwards. */
  cures?: string;
  plant(): Promise<unknown> | unknown;
  undo(): Promise<unknown> | unknown;
}

const both = (n: number[], words: string): Promise<unknown> =>
  Promise.all(n.map((i) => tell(sentinel(i), words)));

/** What a data node has for a setting. */
const settingOf = async (server: RedisServer, name: string): Promise<string> =>
  (await tell(server, `CONFIG GET ${name}`)).trim().split('\n')[1] ?? '';

const snapshotOf = async (server: RedisServer): Promise<string> =>
  join(await settingOf(server, 'dir'), 'dump.rdb');

/** A directory where the snapshot should be: not even root can rename a file onto it. */
async function failSaves(server: RedisServer): Promise<void> {
  await tell(server, 'CONFIG SET save "3600 1"');
  await rm(await snapshotOf(server), { force: true });
  await mkdir(await snapshotOf(server));
  await tell(server, 'BGSAVE');
}

async function saveAgain(server: RedisServer): Promise<void> {
  await rmdir(await snapshotOf(server));
  await tell(server, 'BGSAVE');
  await until(async () => ((await tell(server, 'PING')).includes('PONG') ? true : undefined), {
    clock: systemClock,
    everyMs: 50,
    deadlineMs: 30_000,
  });
  await tell(server, 'CONFIG SET save ""');
}

/** Waits until a replica says that it has no link, and every other one has its own again. */
async function withoutLink(replica: RedisServer): Promise<void> {
  const linked = await Promise.all(
    raw.nodes.slice(1).map((server) =>
      until(
        async () => {
          const isUp = (await tell(server, 'INFO replication')).includes('master_link_status:up');
          return isUp === (server !== replica) ? true : undefined;
        },
        { clock: systemClock, everyMs: 50, deadlineMs: 30_000 },
      ),
    ),
  );
  expect(linked).toEqual([true, true]);
}

/** Until this is undone no failover takes what is wrong with the master away. */
const keepMaster = (): Promise<unknown> =>
  both([0, 1, 2], 'SENTINEL SET mymaster down-after-milliseconds 600000');
const asBefore = (): Promise<unknown> =>
  both([0, 1, 2], `SENTINEL SET mymaster down-after-milliseconds ${DOWN_AFTER_MS}`);

const FAULTS: Fault[] = [
  {
    what: 'a frozen replica',
    word: 'DEGRADED',
    next: 'a person',
    plant: () => node(2).signal('SIGSTOP'),
    undo: () => node(2).signal('SIGCONT'),
  },
  {
    what: 'a replica that was stopped',
    word: 'DEGRADED',
    next: 'a person',
    plant: () => node(2).stop(),
    undo: async () => {
      raw.nodes[2] = await startRedis({ port: portOf(2), conf: [`replicaof 127.0.0.1 ${portOf(0)}`] });
      more.push(node(2));
    },
  },
  {
    what: 'replicas that are all frozen',
    word: 'AT RISK',
    next: 'a person',
    plant: () => [1, 2].map((n) => node(n).signal('SIGSTOP')),
    undo: () => [1, 2].map((n) => node(n).signal('SIGCONT')),
  },
  {
    what: 'a frozen sentinel',
    word: 'DEGRADED',
    next: 'a person',
    plant: () => sentinel(2).signal('SIGSTOP'),
    undo: () => sentinel(2).signal('SIGCONT'),
  },
  {
    what: 'two frozen sentinels',
    word: 'AT RISK',
    next: 'a person',
    plant: () => [1, 2].map((n) => sentinel(n).signal('SIGSTOP')),
    undo: () => [1, 2].map((n) => sentinel(n).signal('SIGCONT')),
  },
  {
    what: 'a password that no next master wants',
    word: 'AT RISK',
    alike: true,
    cures: 'masterauth-missing',
    plant: () => tell(node(0), 'CONFIG SET masterauth x'),
    undo: () => tell(node(0), 'CONFIG SET masterauth ""'),
  },
  {
    what: 'settings that differ',
    word: 'DEGRADED',
    cures: 'settings-skew',
    plant: () => both([2], 'SENTINEL SET mymaster down-after-milliseconds 2500'),
    undo: () => both([2], `SENTINEL SET mymaster down-after-milliseconds ${DOWN_AFTER_MS}`),
  },
  {
    what: 'a quorum that one sentinel cannot meet',
    word: 'DEGRADED',
    cures: 'settings-skew',
    plant: () => both([2], 'SENTINEL SET mymaster quorum 5'),
    undo: () => both([2], 'SENTINEL SET mymaster quorum 2'),
  },
  {
    what: 'a quorum that no sentinel can meet',
    word: 'AT RISK',
    alike: true,
    cures: 'quorum-gt-n',
    plant: () => both([0, 1, 2], 'SENTINEL SET mymaster quorum 5'),
    undo: () => both([0, 1, 2], 'SENTINEL SET mymaster quorum 2'),
  },
  {
    what: 'two sentinels in TILT',
    word: 'AT RISK',
    cures: 'tilt',
    plant: () => both([0, 1], 'SENTINEL DEBUG tilt-trigger 1'),
    undo: () => both([0, 1], 'SENTINEL DEBUG tilt-trigger 2000'),
  },
  {
    what: 'a replica without a link',
    word: 'DEGRADED',
    // While it tries to copy it is waited for; between two attempts its log says why.
    next: 'as it is at the moment',
    plant: async () => {
      await tell(node(0), 'ACL SETUSER default -psync -sync');
      await tell(node(0), 'CLIENT KILL TYPE replica');
    },
    undo: async () => {
      // A replica that fell back to SYNC, after PSYNC was refused, would never acknowledge anything.
      await tell(node(0), 'ACL SETUSER default +psync');
      await until(
        async () => {
          const info = await tell(node(0), 'INFO replication');
          return info.match(/state=online/g)?.length === 2 ? true : undefined;
        },
        { clock: systemClock, everyMs: 50, deadlineMs: 30_000 },
      );
      await tell(node(0), 'ACL SETUSER default +sync');
    },
  },
  {
    what: 'a replica whose wrong password shows: it has no link',
    word: 'DEGRADED',
    cures: 'masterauth-missing',
    plant: async () => {
      await tell(node(2), 'CONFIG SET masterauth wrong-horse');
      await tell(node(0), 'CLIENT KILL TYPE replica');
      await withoutLink(node(2));
    },
    undo: () => tell(node(2), 'CONFIG SET masterauth ""'),
  },
  {
    what: 'a replica whose user has another password at the master',
    word: 'DEGRADED',
    next: 'a person',
    plant: async () => {
      for (const n of [0, 1])
        await tell(node(n), 'ACL SETUSER copier on ">right-horse" +psync +replconf +ping');
      await tell(node(2), 'CONFIG SET masteruser copier masterauth wrong-horse');
      await tell(node(0), 'CLIENT KILL TYPE replica');
      await withoutLink(node(2));
    },
    undo: async () => {
      await tell(node(2), 'CONFIG SET masteruser "" masterauth ""');
      for (const n of [0, 1]) await tell(node(n), 'ACL DELUSER copier');
    },
  },
  {
    what: 'a sentinel that does not monitor the master',
    word: 'DEGRADED',
    plant: () => both([2], 'SENTINEL REMOVE mymaster'),
    undo: async () => {
      await both([2], 'SENTINEL REMOVE mymaster');
      await both([2], `SENTINEL MONITOR mymaster 127.0.0.1 ${portOf(0)} 2`);
      await both(
        [2],
        `SENTINEL SET mymaster down-after-milliseconds ${DOWN_AFTER_MS} failover-timeout 10000 parallel-syncs 1`,
      );
    },
  },
  {
    what: 'a sentinel that names another master',
    word: 'AT RISK',
    cures: 'master-disagree',
    plant: async () => {
      await both([2], 'SENTINEL REMOVE mymaster');
      await both([2], `SENTINEL MONITOR mymaster 127.0.0.1 ${portOf(1)} 2`);
    },
    undo: async () => {
      await both([2], 'SENTINEL REMOVE mymaster');
      await both([2], `SENTINEL MONITOR mymaster 127.0.0.1 ${portOf(0)} 2`);
      await both(
        [2],
        `SENTINEL SET mymaster down-after-milliseconds ${DOWN_AFTER_MS} failover-timeout 10000 parallel-syncs 1`,
      );
    },
  },
  {
    what: 'a sentinel that is set to crash at its next failover',
    word: 'AT RISK',
    cures: 'simfail-armed',
    plant: () => tell(sentinel(2), 'SENTINEL SIMULATE-FAILURE crash-after-election'),
    undo: () => tell(sentinel(2), 'SENTINEL SIMULATE-FAILURE help'),
  },
  {
    what: 'a replica with a key of its own',
    word: 'AT RISK',
    next: 'none',
    plant: async () => {
      await tell(node(2), 'CONFIG SET replica-read-only no');
      await tell(node(2), 'SET its:own 1');
      await tell(node(2), 'CONFIG SET replica-read-only yes');
    },
    undo: async () => {
      await tell(node(2), 'CONFIG SET replica-read-only no');
      await tell(node(2), 'DEL its:own');
      await tell(node(2), 'CONFIG SET replica-read-only yes');
    },
  },
  {
    what: 'a replica that wants a password',
    word: 'UNKNOWN',
    alike: true,
    next: 'a file',
    plant: () => tell(node(2), 'CONFIG SET requirepass secret'),
    undo: () => shell(`REDISCLI_AUTH=secret redis-cli -p ${portOf(2)} CONFIG SET requirepass ''`),
  },
  {
    what: 'a replica that wants a password, which the sentinels call down for it',
    word: 'DEGRADED',
    alike: true,
    next: 'a person',
    plant: async () => {
      await tell(node(2), 'CONFIG SET requirepass secret');
      for (const kind of ['normal', 'pubsub'])
        await shell(`REDISCLI_AUTH=secret redis-cli -p ${portOf(2)} CLIENT KILL TYPE ${kind}`);
    },
    undo: () => shell(`REDISCLI_AUTH=secret redis-cli -p ${portOf(2)} CONFIG SET requirepass ''`),
  },
  {
    what: 'a replica that cannot save',
    word: 'DEGRADED',
    next: 'none',
    plant: () => failSaves(node(2)),
    undo: () => saveAgain(node(2)),
  },
  {
    what: 'a master that cannot save',
    word: 'DOWN',
    next: 'none',
    plant: async () => {
      await keepMaster();
      await failSaves(node(0));
    },
    undo: async () => {
      await saveAgain(node(0));
      await asBefore();
    },
  },
  {
    what: 'a master that is full',
    word: 'DOWN',
    cures: 'master-full',
    plant: () => Promise.all(raw.nodes.map((n) => tell(n, 'CONFIG SET maxmemory 1'))),
    undo: () => Promise.all(raw.nodes.map((n) => tell(n, 'CONFIG SET maxmemory 0'))),
  },
  {
    what: 'a master that asks for more replicas than there are',
    word: 'DOWN',
    cures: 'writes-refused',
    plant: () => tell(node(0), 'CONFIG SET min-replicas-to-write 3'),
    undo: () => tell(node(0), 'CONFIG SET min-replicas-to-write 0'),
  },
  {
    what: 'replicas that may not be promoted',
    word: 'AT RISK',
    cures: 'priority-zero',
    plant: () => Promise.all([1, 2].map((n) => tell(node(n), 'CONFIG SET replica-priority 0'))),
    undo: () => Promise.all([1, 2].map((n) => tell(node(n), 'CONFIG SET replica-priority 100'))),
  },
  {
    what: 'data nodes that want a password, which the sentinels do not have either',
    word: 'UNKNOWN',
    next: 'a file',
    plant: () => Promise.all([0, 1, 2].map((n) => tell(node(n), 'CONFIG SET requirepass secret'))),
    undo: () =>
      Promise.all(
        [0, 1, 2].map((n) =>
          shell(`REDISCLI_AUTH=secret redis-cli -p ${portOf(n)} CONFIG SET requirepass ''`),
        ),
      ),
  },
  {
    what: 'settings that differ beside a replica that wants a password',
    word: 'DEGRADED',
    plant: async () => {
      await both([2], 'SENTINEL SET mymaster down-after-milliseconds 2500');
      await tell(node(2), 'CONFIG SET requirepass secret');
    },
    undo: async () => {
      await both([2], `SENTINEL SET mymaster down-after-milliseconds ${DOWN_AFTER_MS}`);
      await shell(`REDISCLI_AUTH=secret redis-cli -p ${portOf(2)} CONFIG SET requirepass ''`);
    },
  },
  {
    what: 'a dead master whose replicas were cut off for too long',
    word: 'DOWN',
    alike: true,
    plant: async () => {
      await keepMaster();
      await node(0).stop();
      await until(
        async () => {
          const info = await Promise.all([1, 2].map((n) => tell(node(n), 'INFO replication')));
          const forS = info.map((text) =>
            Number(/master_link_down_since_seconds:(\d+)/.exec(text)?.[1] ?? 0),
          );
          return Math.min(...forS) >= 6 ? true : undefined;
        },
        { clock: systemClock, everyMs: 100, deadlineMs: 60_000 },
      );
      // 10 x 200 ms are allowed.
      await both([0, 1, 2], 'SENTINEL SET mymaster down-after-milliseconds 200');
      await until(async () => ((await look()).ids.includes('no-good-slave') ? true : undefined), {
        clock: systemClock,
        everyMs: 100,
        deadlineMs: 60_000,
      });
    },
    undo: async () => {
      const old = portOf(0);
      // Now a replica counts again, and is promoted.
      await asBefore();
      const master = await until(
        async () => {
          const [, port] = (await tell(sentinel(0), 'SENTINEL GET-MASTER-ADDR-BY-NAME mymaster')).split('\n');
          return port === String(old) ? undefined : port;
        },
        { clock: systemClock, everyMs: 100, deadlineMs: 120_000 },
      );
      raw.nodes[0] = await startRedis({ port: old, conf: [`replicaof 127.0.0.1 ${master}`] });
      more.push(node(0));
    },
  },
  {
    what: 'a frozen master that no replica may replace',
    word: 'DOWN',
    alike: true,
    next: 'a person',
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

  for (const { what, word, alike = false, next = 'command', cures, plant, undo } of FAULTS) {
    it(
      `on ${what}`,
      async () => {
        await lineUp();
        await plant();
        try {
          await bothSay(word, asked, alike);
          if (cures === undefined) await typeNext(next);
          else await typeFixOf(cures);
        } finally {
          await undo();
        }
        await bothSay('HEALTHY');
      },
      LONG_MS,
    );
  }

  it(
    'on what only doctor asks: status does not say HEALTHY without saying so',
    async () => {
      await tell(node(2), 'ACL SETUSER default -slaveof');
      try {
        const seen = await until(
          async () => {
            const said = await words(asked);
            return said.doctor === 'AT RISK' && said.status === 'HEALTHY' ? said : undefined;
          },
          { clock: systemClock, everyMs: 100, deadlineMs: 60_000 },
        );
        expect(seen?.first[0]).toMatch(/ \(checks of doctor not run\)$/);
      } finally {
        await tell(node(2), 'ACL SETUSER default +@all');
      }
      await bothSay('HEALTHY');
    },
    LONG_MS,
  );

  it(
    'on a master whose min-replicas-to-write may not be read, which is asked for once',
    async () => {
      await lineUp();
      const denied = async (): Promise<string[]> =>
        (await tell(node(0), 'ACL LOG')).match(/config\|get/g) ?? [];
      await tell(node(0), 'CONFIG SET min-replicas-to-write 1');
      await tell(node(0), 'ACL SETUSER default "-config|get"');
      try {
        await bothSay('UNKNOWN');
        await tell(node(0), 'ACL LOG RESET');
        const { ids } = await look();
        expect(ids).toContain('writes-refused');
        expect(await denied()).toEqual([]);
      } finally {
        await tell(node(0), 'ACL SETUSER default "+config|get"');
        await tell(node(0), 'CONFIG SET min-replicas-to-write 0');
      }
      await bothSay('HEALTHY');
    },
    LONG_MS,
  );

  it(
    'on a master that restarted empty, whose replicas hold the data: typed, the fix keeps it',
    async () => {
      await lineUp();
      const [old] = raw.nodes;
      const [master = 0, ...replicas] = raw.nodes.map((n) => n.address.port);
      const write = 'for i = 1, 1203 do redis.call("SET", "kept:" .. i, i) end return redis.call("DBSIZE")';
      expect(await tell(node(0), `EVAL '${write}' 0`)).toContain('1203');
      await bothReplicas('DBSIZE', /^1203$/m);
      await keepMaster();
      await old?.stop();
      // A replica's full resync waits for others at the master, by default 5 s.
      raw.nodes[0] = await startRedis({ port: master, conf: ['repl-diskless-sync-delay 3600'] });
      more.push(node(0));
      const holds = async (n: number): Promise<boolean> => (await tell(node(n), 'DBSIZE')).includes('1203');
      try {
        await bothSay('AT RISK');
        // A sentinel reads a replica's priority, which an earlier fault changed, once in an INFO period.
        const verdicts = await until(
          async () => {
            const doctor = diagnose(await asked.patient.look(), CHECKS).verdict;
            const { status } = await look();
            // Between the two looks another sentinel may have read it.
            const isReady = doctor.next?.includes('SENTINEL FAILOVER') && doctor.next === status.verdict.next;
            return isReady ? { doctor, status: status.verdict } : undefined;
          },
          { clock: systemClock, everyMs: 100, deadlineMs: 30_000 },
        );
        if (verdicts === undefined) throw new Error('no failover was named that keeps the data');
        const { doctor } = verdicts;
        expect(verdicts.status).toEqual(doctor);
        expect(doctor.text).toBe(
          `mymaster: acknowledged writes may be lost; 127.0.0.1:${master} (master) restarted empty; ` +
            `${replicas
              .sort()
              .map((port) => `127.0.0.1:${port}`)
              .join(' and ')} still hold 1,203 keys, which the next full resync deletes`,
        );
        expect(await Promise.all([1, 2].map(holds))).toEqual([true, true]);
        expect(await shell(`${doctor.next}`)).toContain('OK');
        // A sentinel that demotes a master closes its clients' connections, this one's too.
        const role = (): Promise<string> => tell(node(0), 'ROLE').catch(() => '');
        const hasMoved = await until(async () => ((await role()).startsWith('slave') ? true : undefined), {
          clock: systemClock,
          everyMs: 100,
          deadlineMs: 60_000,
        });
        expect(hasMoved).toBe(true);
      } finally {
        await asBefore();
      }
      await bothSay('HEALTHY');
      expect(await Promise.all([0, 1, 2].map(holds))).toEqual([true, true, true]);
      await lineUp();
      await tell(node(0), 'FLUSHALL');
    },
    LONG_MS,
  );

  it(
    'on a master that restarted empty, whose replicas have copied that: only proof makes it a fault',
    async () => {
      await lineUp();
      await keepMaster();
      const port = portOf(0);
      const replicas = [1, 2].map(portOf);
      const upFor = async (n: number): Promise<number> =>
        Number(/uptime_in_seconds:(\d+)/.exec(await tell(node(n), 'INFO server'))?.[1]);
      const restartEmpty = async (): Promise<void> => {
        // So that what was started later shows in whole seconds.
        const isOld = async () =>
          (await Promise.all([1, 2].map(upFor))).every((s) => s > 5) ? true : undefined;
        expect(await until(isOld, { clock: systemClock, everyMs: 100, deadlineMs: 30_000 })).toBe(true);
        await node(0).stop();
        raw.nodes[0] = await startRedis({ port, conf: ['repl-diskless-sync-delay 0'] });
        more.push(node(0));
        const copied = async () => {
          const info = await Promise.all([1, 2].map((n) => tell(node(n), 'INFO')));
          return info.every((text) => text.includes('master_link_status:up') && !/^db\d+:keys/m.test(text))
            ? true
            : undefined;
        };
        expect(await until(copied, { clock: systemClock, everyMs: 100, deadlineMs: 30_000 })).toBe(true);
      };
      try {
        // What removes keys is over at the replicas before they begin to count.
        await tell(node(0), 'SET last 1');
        await bothReplicas('DBSIZE', /^1$/m);
        await tell(node(0), 'FLUSHALL');
        await bothReplicas('DBSIZE', /^0$/m);
        for (const n of [0, 1, 2]) await tell(node(n), 'CONFIG RESETSTAT');
        await restartEmpty();
        await bothSay('HEALTHY');
        expect((await words(asked)).lines).toContainEqual(
          expect.stringMatching(/^status: none data-gone .* if it held keys before, they are gone$/),
        );

        const write = 'for i = 1, 1203 do redis.call("SET", "kept:" .. i, i) end return redis.call("DBSIZE")';
        expect(await tell(node(0), `EVAL '${write}' 0`)).toContain('1203');
        await bothReplicas('DBSIZE', /^1203$/m);
        await restartEmpty();
        await bothSay('AT RISK', asked, true);
        // What passes soon after a start may be counted behind it.
        const first = (await words(asked)).first[0];
        expect(first).toContain(
          `mymaster: acknowledged writes may be lost; 127.0.0.1:${port} (master) restarted empty, and `,
        );
        expect(first).toMatch(/ copied that: the data is gone/);
        for (const p of replicas) expect(first).toContain(`127.0.0.1:${p}`);

        // What is written since then is not the data of before.
        await tell(node(0), 'SET new 1');
        await bothReplicas('DBSIZE', /^1$/m);
        await bothSay('AT RISK', asked, true);
        expect((await words(asked)).first[0]).toContain(' copied that: the data is gone');
        for (const n of [1, 2]) await tell(node(n), 'CONFIG RESETSTAT');
        await bothSay('HEALTHY');
        await tell(node(0), 'DEL new');
      } finally {
        await asBefore();
      }
    },
    LONG_MS,
  );

  it(
    'on a cluster of two sentinels',
    async () => {
      const small = await startRawCluster({ port: PORT + 20, replicas: 1, sentinels: 2 });
      more.push(...small.nodes, ...small.sentinels);
      await bothSay('AT RISK', attachedTo(small));
    },
    LONG_MS,
  );
});

/** Types the second line of `status`: a command exits 0, and what asks for a person or a file says so. */
async function typeNext(expected: string): Promise<void> {
  if (expected === 'as it is at the moment') return;
  const { next } = await words(asked);
  const kind =
    next === null
      ? 'none'
      : !/^(redis-cli|sentinelctl) /.test(next)
        ? 'a person'
        : /\bFILE\b|<[^>]+>/.test(next)
          ? 'a file'
          : 'command';
  expect(kind, `${next}`).toBe(expected);
  if (kind === 'command')
    expect(await shell(`${next}`), `${next}`).not.toMatch(/^\(?(error|ERR|NOAUTH|WRONGPASS)/i);
}

/** Types the commands that `doctor` prints for this check, as they are; afterwards neither command finds it. */
async function typeFixOf(id: string): Promise<void> {
  const found = flat((await asked.patient.doctor()).findings).filter((f) => f.id === id);
  const commands = found.flatMap((f) => fixSteps(f.fix).commands);
  expect(commands, `what ${id} says to type: ${JSON.stringify(found.map((f) => f.fix))}`).not.toEqual([]);
  for (const command of commands) {
    const said = await shell(command);
    expect(said, command).not.toMatch(/^\(?ERR|error/i);
  }
  let left: string[] = [];
  const gone = await until(
    async () => {
      left = (await look()).ids;
      if (left.includes(id)) return undefined;
      const { findings } = await asked.patient.doctor();
      left.push(...flat(findings).map((f) => f.id));
      return left.includes(id) ? undefined : true;
    },
    { clock: systemClock, everyMs: 200, deadlineMs: 60_000 },
  );
  expect(gone, `after ${commands.join('; ')} there is still: ${left.join(', ')}`).toBe(true);
}
