import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AppSource, gatherApp } from '../../src/checks/gather/app-side.js';
import { nothingGathered } from '../../src/checks/gather/gather.js';
import { CHECKS } from '../../src/checks/index.js';
import { runChecks } from '../../src/checks/run.js';
import { systemClock } from '../../src/clock.js';
import { formatAddress } from '../../src/model/address.js';
import type { Gathered, GatheredApp } from '../../src/model/gathered.js';
import { until } from '../../src/until.js';
import { accessWith } from '../../src/wire/access.js';
import { openConnection } from '../../src/wire/client.js';
import { connect } from '../../src/wire/connect.js';
import { QUIET_MS } from '../helpers/quiet.js';
import { type RawCluster, type RedisServer, startRawCluster, startRedis } from '../helpers/redis.js';

const PORT = 7200;
const SECRET = 'pass-of-the-nodes';
let cluster: RawCluster;
const extra: RedisServer[] = [];

beforeAll(async () => {
  cluster = await startRawCluster({
    port: PORT,
    replicas: 1,
    downAfterMs: QUIET_MS,
    masterName: 'orders',
    password: SECRET,
  });
});
afterAll(async () => {
  await Promise.all(extra.map((server) => server.stop()));
  await cluster?.stop();
});

const asking = {
  clock: systemClock,
  deadlineMs: 1500,
  access: accessWith(SECRET, { sentinelPassword: null }),
};
const sentinels = (): string => cluster.sentinels.map((s) => formatAddress(s.address)).join(', ');
const here = (env: Record<string, string>, more: Partial<AppSource> = {}): Promise<GatheredApp> =>
  gatherApp({ where: 'this shell', env, ...more }, asking);

/** What the application's checks say, by id: severity, message, fix. */
function said(app: GatheredApp): Map<string, { severity: string; message: string; fix: string[] }> {
  const gathered: Gathered = { ...nothingGathered('only the application is looked at'), app };
  const own = CHECKS.filter((check) => check.group === 'application');
  const { findings } = runChecks(gathered, own);
  return new Map(findings.map((f) => [f.id, f]));
}
const ids = (app: GatheredApp): string[] => [...said(app).keys()];

/** Applies `export NAME=value`, as it was printed. */
function applied(env: Record<string, string>, fix: string[]): Record<string, string> {
  const pairs = fix.flatMap((line) => {
    const match = /^export (\w+)=(.*)$/.exec(line);
    return match === null ? [] : [[match[1], match[2]] as const];
  });
  expect(pairs.length).toBeGreaterThan(0);
  return { ...env, ...Object.fromEntries(pairs) };
}

async function ask(port: number, ...words: string[]): Promise<unknown> {
  const connection = await openConnection(
    { host: '127.0.0.1', port },
    { clock: systemClock, deadlineMs: 2000, credentials: { password: SECRET } },
  );
  try {
    return await connection.call(...words);
  } finally {
    connection.close();
  }
}

const sound = (): Record<string, string> => ({
  REDIS_SENTINEL_ADDRS: sentinels(),
  REDIS_MASTER_NAME: 'orders',
  REDIS_URL: `redis://:${SECRET}@127.0.0.1:${PORT}`,
});

describe('an application’s settings', () => {
  it('that are right have nothing said of them, and cost the master not a key', async () => {
    const app = await here(sound());
    expect(ids(app)).toEqual([]);
    expect(app.writable).toEqual({ ok: true, value: true });
    expect(app.url).toMatchObject({ ok: true, value: { role: 'master', isAnnounced: true } });
    expect(JSON.stringify(app)).not.toContain(SECRET);
    expect(app.env.url).toBe(`redis://127.0.0.1:${PORT}`);
    expect(await ask(PORT, 'DBSIZE')).toBe(0);
    expect(await ask(PORT, 'INFO', 'commandstats')).toMatch(/cmdstat_set:calls=1,/);
  });

  it('that are missing are named', async () => {
    expect(said(await here({})).get('app-env-missing')).toMatchObject({ severity: 'critical' });
    const alone = said(await here({ REDIS_URL: sound().REDIS_URL ?? '' }));
    expect([...alone.keys()]).toEqual(['app-env-missing']);
    expect(alone.get('app-env-missing')).toMatchObject({ severity: 'warning' });
    // Set but empty is not set.
    expect(ids(await here({ REDIS_SENTINEL_ADDRS: ' ', REDIS_URL: '' }))).toEqual(['app-env-missing']);
  });

  it('that cannot be read are named, and the rest is used', async () => {
    const env = { ...sound(), REDIS_SENTINEL_ADDRS: `redis://x, ${sentinels()}` };
    const found = said(await here(env));
    expect([...found.keys()]).toEqual(['app-addrs-bad']);
    expect(found.get('app-addrs-bad')?.message).toContain('"redis://x"');
    const after = applied(env, found.get('app-addrs-bad')?.fix ?? []);
    expect(ids(await here(after))).toEqual([]);
  });

  it('with a name that is not known here are named; all of them is critical', async () => {
    const env = { ...sound(), REDIS_SENTINEL_ADDRS: `no-such-host.invalid:26379, ${sentinels()}` };
    const found = said(await here(env));
    expect([...found.keys()]).toEqual(['app-addrs-unresolvable']);
    expect(found.get('app-addrs-unresolvable')?.severity).toBe('warning');
    expect(ids(await here(applied(env, found.get('app-addrs-unresolvable')?.fix ?? [])))).toEqual([]);
    const all = said(await here({ ...sound(), REDIS_SENTINEL_ADDRS: 'no-such-host.invalid' }));
    expect(all.get('app-addrs-unresolvable')?.severity).toBe('critical');
  });

  it('are followed by the names that only the application’s network knows', async () => {
    const [first, second] = cluster.sentinels;
    const env = {
      ...sound(),
      REDIS_SENTINEL_ADDRS: `one:${first?.address.port},two:${second?.address.port}`,
    };
    const app = await here(env, {
      where: 'container web',
      ownNames: (name) => (name === 'one' || name === 'two' ? ['127.0.0.1'] : undefined),
    });
    expect(ids(app)).toEqual([]);
  });

  it('with a sentinel that is silent, or a server that is none, are named', async () => {
    const env = { ...sound(), REDIS_SENTINEL_ADDRS: `127.0.0.1:1, 127.0.0.1:${PORT}, ${sentinels()}` };
    const found = said(await here({ ...env }));
    // A data node wants a password that a sentinel is not given.
    expect(found.get('app-sentinel-silent')?.message).toContain('127.0.0.1:1 ');
    const open = await startRedis({ port: PORT + 20 });
    extra.push(open);
    const wrong = { ...sound(), REDIS_SENTINEL_ADDRS: `127.0.0.1:${PORT + 20}, ${sentinels()}` };
    const named = said(await here(wrong));
    expect([...named.keys()]).toEqual(['app-not-sentinel']);
    expect(named.get('app-not-sentinel')?.message).toBe(`127.0.0.1:${PORT + 20} is a data node`);
    expect(ids(await here(applied(wrong, named.get('app-not-sentinel')?.fix ?? [])))).toEqual([]);
    const only = said(await here({ ...sound(), REDIS_SENTINEL_ADDRS: '127.0.0.1:1' }));
    expect(only.get('app-sentinel-silent')?.severity).toBe('critical');
  });

  it('with a name that no sentinel knows name the known ones', async () => {
    const env = { ...sound(), REDIS_MASTER_NAME: 'order' };
    const found = said(await here(env));
    expect(found.get('app-name-unknown')).toMatchObject({
      severity: 'critical',
      message: expect.stringContaining('known there: orders'),
    });
    expect(ids(await here(applied(env, found.get('app-name-unknown')?.fix ?? [])))).toEqual([]);
    const byDefault = said(await here({ REDIS_SENTINEL_ADDRS: sentinels() }));
    expect(byDefault.get('app-name-unknown')?.message).toContain('"mymaster"');
  });

  it('with one of three sentinels are named', async () => {
    const [first] = cluster.sentinels;
    const found = said(await here({ ...sound(), REDIS_SENTINEL_ADDRS: `127.0.0.1:${first?.address.port}` }));
    expect([...found.keys()]).toEqual(['app-too-few-addrs']);
    expect(found.get('app-too-few-addrs')?.message).toContain('1 of 3 sentinels');
  });

  it('whose REDIS_URL is a replica, another master, or no server are named', async () => {
    const url = (port: number, secret = ''): Record<string, string> => ({
      ...sound(),
      REDIS_URL: `redis://${secret}127.0.0.1:${port}`,
    });
    const replica = said(await here(url(PORT + 1, `:${SECRET}@`)));
    expect(replica.get('app-url-mismatch')).toMatchObject({
      severity: 'warning',
      message: expect.stringContaining('is a replica'),
    });
    expect(ids(await here(applied(url(PORT + 1), replica.get('app-url-mismatch')?.fix ?? [])))).toEqual([]);
    const other = said(await here(url(PORT + 20)));
    expect(other.get('app-url-mismatch')?.message).toContain('is not the master that Sentinel announces');
    const nobody = said(await here({ REDIS_URL: 'redis://127.0.0.1:1' }));
    expect(nobody.get('app-url-mismatch')?.severity).toBe('critical');
    const none = await here({ ...sound(), REDIS_URL: `http://:${SECRET}@x` });
    expect(ids(none)).toEqual(['app-url-mismatch']);
    expect(JSON.stringify([none, [...said(none)]])).not.toContain(SECRET);
  });
});

describe('where they lead', () => {
  it('a master that refuses writes is named, with what it asks for', async () => {
    await ask(PORT, 'CONFIG', 'SET', 'min-replicas-to-write', '3');
    try {
      const found = said(await here(sound()));
      expect([...found.keys()]).toEqual(['app-not-writable']);
      expect(found.get('app-not-writable')?.message).toMatch(/NOREPLICAS/);
    } finally {
      await ask(PORT, 'CONFIG', 'SET', 'min-replicas-to-write', '0');
    }
    expect(ids(await here(sound()))).toEqual([]);
  });

  it('a master that holds writes back is named, and nothing waits longer than the deadline', async () => {
    await ask(PORT, 'CLIENT', 'PAUSE', '4000', 'WRITE');
    try {
      const found = said(await here(sound()));
      expect([...found.keys()]).toEqual(['app-not-writable']);
      expect(found.get('app-not-writable')?.message).toContain('did not answer within');
    } finally {
      await ask(PORT, 'CLIENT', 'UNPAUSE');
    }
  });

  it('an announced master that is none is named', async () => {
    await ask(PORT + 20, 'PING');
    const rogue = await startRedis({
      port: PORT + 30,
      sentinel: true,
      conf: [
        `sentinel monitor orders 127.0.0.1 ${PORT + 1} 1`,
        `sentinel auth-pass orders ${SECRET}`,
        'sentinel down-after-milliseconds orders 60000',
      ],
    });
    extra.push(rogue);
    const app = await here({ REDIS_SENTINEL_ADDRS: `127.0.0.1:${PORT + 30}`, REDIS_MASTER_NAME: 'orders' });
    const found = said(app);
    // Sentinel may have found out by itself where the replica's master is; the application got the replica before.
    expect([...found.keys()]).toEqual(expect.arrayContaining(['app-master-not-master', 'app-not-writable']));
    expect(found.get('app-not-writable')?.message).toMatch(/READONLY/);
  });
});

describe('an announced address that leads nowhere from here', () => {
  const [OWN, NODE, SENTINEL] = ['127.77.0.2', PORT + 40, PORT + 41];
  const env = { REDIS_SENTINEL_ADDRS: `127.0.0.1:${SENTINEL}`, REDIS_MASTER_NAME: 'far' };

  beforeAll(async () => {
    extra.push(await startRedis({ port: NODE, conf: [`bind 127.0.0.1 ${OWN}`] }));
    extra.push(
      await startRedis({
        port: SENTINEL,
        sentinel: true,
        conf: [`sentinel monitor far ${OWN} ${NODE} 1`, 'sentinel down-after-milliseconds far 60000'],
      }),
    );
    const known = await until(
      async () =>
        String(await ask(SENTINEL, 'SENTINEL', 'MASTER', 'far')).match(/runid,[0-9a-f]{40}/)
          ? true
          : undefined,
      { clock: systemClock, everyMs: 20, deadlineMs: 10_000 },
    );
    expect(known).toBe(true);
  });

  it('is named with the natMap, and a client that is given it connects', async () => {
    expect(ids(await here(env))).toEqual([]);
    // Sentinel keeps its connection; no new connection is accepted at that address.
    await ask(NODE, 'CONFIG', 'SET', 'bind', '127.0.0.1');
    const app = await here(env);
    const found = said(app);
    expect([...found.keys()]).toEqual(['app-master-unroutable']);
    expect(app.natMap).toEqual({ [`${OWN}:${NODE}`]: `127.0.0.1:${NODE}` });
    const [fix = ''] = found.get('app-master-unroutable')?.fix ?? [];
    const natMap = JSON.parse(fix.replace(/^natMap: /, '')) as Record<string, { host: string; port: number }>;
    const client = await connect(env, { natMap });
    try {
      expect(await client.set('a', '1')).toBe('OK');
    } finally {
      client.disconnect();
    }
  });

  it('is not put down to the way there where the sentinels cannot reach it either', async () => {
    await ask(SENTINEL, 'SENTINEL', 'SET', 'far', 'down-after-milliseconds', '200');
    await ask(NODE, 'CLIENT', 'KILL', 'TYPE', 'normal');
    const app = await until(
      async () => {
        const seen = await here(env);
        return seen.announcedDown ? seen : undefined;
      },
      { clock: systemClock, everyMs: 50, deadlineMs: 20_000 },
    );
    expect(app && ids(app)).toEqual([]);
  });
});
