import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { seenReplica } from '../../src/model/records.js';
import { bestReplica, type Candidate } from '../../src/scenarios/format/best-replica.js';
import { until } from '../../src/until.js';
import { type Connection, openConnection, WireError } from '../../src/wire/client.js';
import { parseMasterAddress, parseRecord, parseRole } from '../../src/wire/replies.js';
import { QUIET_MS } from '../helpers/quiet.js';
import { type RawCluster, startRawCluster } from '../helpers/redis.js';

/** The replica that a real Sentinel promotes, over all orders: what is left open by Redis's own test of it. */
const PORT = 8300;

let cluster: RawCluster;
let sentinel: Connection;
let ports: number[];

const open = (port: number): Promise<Connection> =>
  openConnection({ host: '127.0.0.1', port }, { clock: systemClock, deadlineMs: 12_000 });
/** Sentinel closes all connections of a node whose role it changes: each word is said on a new one. */
/** Again where the connection ends: Sentinel ends those of a node that it gives another role (CLIENT KILL TYPE normal). */
async function tell(port: number, ...words: (string | number)[]): Promise<unknown> {
  const told = await until(
    async () => {
      const connection = await open(port);
      try {
        return { reply: await connection.call(...words) };
      } catch (error) {
        if (error instanceof WireError && error.silence.kind === 'closed') return undefined;
        throw error;
      } finally {
        connection.close();
      }
    },
    { clock: systemClock, everyMs: 10, deadlineMs: 60_000 },
  );
  if (told === undefined) throw new Error(`port ${port} goes on closing its connections`);
  return told.reply;
}

beforeAll(async () => {
  cluster = await startRawCluster({ port: PORT, replicas: 3, sentinels: 1, downAfterMs: QUIET_MS });
  const [only] = cluster.sentinels;
  if (only === undefined) throw new Error('there is no sentinel');
  sentinel = await open(only.address.port);
  ports = cluster.nodes.map(({ address }) => address.port);
  // News soon; and nothing that goes to the replicas by itself, or their offsets would differ by when they are asked.
  await sentinel.call('SENTINEL', 'DEBUG', 'info-period', 1000, 'publish-period', 3_600_000);
  for (const port of ports) await tell(port, 'CONFIG', 'SET', 'repl-ping-replica-period', 3600);
});
afterAll(async () => {
  sentinel?.close();
  await cluster?.stop();
});

const master = async (): Promise<number> =>
  parseMasterAddress(await sentinel.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', 'mymaster'))?.port ?? 0;
const replicas = async (): Promise<number[]> => {
  const now = await master();
  return ports.filter((port) => port !== now);
};
const runIdOf = async (port: number): Promise<string> =>
  /run_id:(\w+)/.exec(String(await tell(port, 'INFO', 'server')))?.[1] ?? '';

/** The candidates as Sentinel sees them, ids being ports. */
async function candidates(): Promise<Candidate[]> {
  const reply = (await sentinel.call('SENTINEL', 'REPLICAS', 'mymaster')) as unknown[];
  return reply.map((one) => {
    const seen = seenReplica(parseRecord(one));
    return { ...seen, id: String(seen.address.port) };
  });
}

/** Waits until Sentinel sees the replicas as wanted; answers with what it saw. */
async function seen(wanted: (all: Candidate[]) => boolean): Promise<Candidate[]> {
  let last: Candidate[] = [];
  const found = await until(
    async () => {
      last = await candidates();
      return last.length === 3 && wanted(last) ? last : undefined;
    },
    { clock: systemClock, everyMs: 50, deadlineMs: 20_000 },
  );
  if (found === undefined) throw new Error(`Sentinel sees ${JSON.stringify(last)}`);
  return found;
}

/** Lets Sentinel choose, and answers with the replica; then all others follow it. */
async function promote(): Promise<number> {
  const old = await master();
  expect(await sentinel.call('SENTINEL', 'FAILOVER', 'mymaster')).toBe('OK');
  const chosen = await until(
    async () => {
      const now = await master();
      return now === old ? undefined : now;
    },
    { clock: systemClock, everyMs: 20, deadlineMs: 30_000 },
  );
  if (chosen === undefined) throw new Error('no replica was promoted');
  for (const port of ports) {
    await tell(port, 'CONFIG', 'SET', 'masterauth', '');
    if (port !== chosen) await tell(port, 'REPLICAOF', '127.0.0.1', chosen);
  }
  await until(
    async () => {
      const roles = await Promise.all((await replicas()).map(async (p) => parseRole(await tell(p, 'ROLE'))));
      const fields = parseRecord(await sentinel.call('SENTINEL', 'MASTER', 'mymaster'));
      const isOver = fields.get('failover-state') === undefined;
      return isOver && roles.every((r) => r.link === 'connected') ? true : undefined;
    },
    { clock: systemClock, everyMs: 50, deadlineMs: 30_000 },
  );
  return chosen;
}

/** Gives every replica its priority, waits until Sentinel knows, and lets it choose: by the oracle, and by Sentinel. */
async function choose(priorities: Map<number, number>): Promise<{ best: number; chosen: number }> {
  for (const port of ports)
    await tell(port, 'CONFIG', 'SET', 'replica-priority', priorities.get(port) ?? 100);
  const field = await seen((all) =>
    all.every((c) => c.priority === (priorities.get(Number(c.id)) ?? 100) && c.flags.join() === 'slave'),
  );
  const best = bestReplica(field, { flags: ['master'], downAfterMs: QUIET_MS, downMs: null });
  return { best: Number(best?.id ?? 0), chosen: await promote() };
}

const permutations = <T>(items: T[]): T[][] =>
  items.length < 2
    ? [items]
    : items.flatMap((item, i) => permutations(items.toSpliced(i, 1)).map((rest) => [item, ...rest]));

describe('Sentinel promotes the replica that the oracle names', () => {
  it.each(permutations([10, 20, 30]))('of three by priority: %i %i %i', async (...order) => {
    const listed = await replicas();
    const priorities = new Map(listed.map((port, i) => [port, order[i] ?? 0]));
    const { best, chosen } = await choose(priorities);
    expect(chosen).toBe(listed[order.indexOf(10)]);
    expect(best).toBe(chosen);
  });

  it.each(permutations([10, 20]))('of two by priority, the third never: %i %i', async (...order) => {
    const listed = await replicas();
    const priorities = new Map(listed.map((port, i) => [port, order[i] ?? 0]));
    const { best, chosen } = await choose(priorities);
    expect(chosen).toBe(listed[order.indexOf(10)]);
    expect(best).toBe(chosen);
  });

  it.each([0, 1, 2])(
    'by offset, whatever its run id is: the one that has the last writes (%i)',
    async (which) => {
      const byRunId = (
        await Promise.all((await replicas()).map(async (port) => ({ port, id: await runIdOf(port) })))
      )
        .sort((a, b) => (a.id < b.id ? -1 : 1))
        .map(({ port }) => port);
      const ahead = byRunId[which] ?? 0;
      for (const port of byRunId.filter((p) => p !== ahead)) {
        // A link that cannot come back: what the master writes from now on stays unknown to it.
        await tell(port, 'CONFIG', 'SET', 'masterauth', 'nobody-set-this');
        await tell(port, 'CLIENT', 'KILL', 'TYPE', 'master');
      }
      await tell(await master(), 'SET', 'late', 'x'.repeat(1000));
      await seen((all) =>
        all.every(
          (c) =>
            c.id === String(ahead) ||
            Number(c.offset) < Number(all.find((a) => a.id === String(ahead))?.offset),
        ),
      );
      const { best, chosen } = await choose(new Map());
      expect(chosen).toBe(ahead);
      expect(best).toBe(chosen);
    },
  );

  it.each([1, 2])('by run id where nothing else differs (%i)', async () => {
    await tell(await master(), 'SET', 'all', 'have this');
    expect(await tell(await master(), 'WAIT', 3, 10_000)).toBe(3);
    // That they are equal is not enough: they are so too before the first of them tells of the write.
    const written = Number(parseRole(await tell(await master(), 'ROLE')).offset);
    await seen((all) => all.every((c) => Number(c.offset) >= written && c.offset === all[0]?.offset));
    const ids = await Promise.all(
      (await replicas()).map(async (port) => ({ port, id: await runIdOf(port) })),
    );
    const smallest = ids.sort((a, b) => (a.id < b.id ? -1 : 1))[0]?.port;
    const { best, chosen } = await choose(new Map());
    expect(chosen).toBe(smallest);
    expect(best).toBe(chosen);
  });
});
