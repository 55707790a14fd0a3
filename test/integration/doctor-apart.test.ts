import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { until } from '../../src/until.js';
import { cli, id, says } from '../helpers/by-hand.js';
import { runInside } from '../helpers/cli.js';
import { attachedPatient, typed } from '../helpers/doctor.js';
import { type RedisServer, startRedis } from '../helpers/redis.js';

const PORT = 9870;
const NODES = [PORT, PORT + 1, PORT + 2] as const;
const SENTINELS = [PORT + 5, PORT + 6, PORT + 7] as const;
const [A, B, C] = NODES;
const LONG_MS = 600_000;

/** Every node began as a master of its own, as pods do that start at the same time; nothing heals that. */
describe('sentinels that began with different masters', () => {
  let servers: RedisServer[];
  let home: string;
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'sentinelctl-test-'));
    servers = await Promise.all(NODES.map((port) => startRedis({ port })));
  });
  afterEach(async () => {
    await Promise.all(servers.map((server) => server.stop()));
    await rm(home, { recursive: true, force: true });
  });

  const watched = async (masters: readonly number[]): Promise<void> => {
    const started = SENTINELS.map((port, i) =>
      startRedis({
        port,
        sentinel: true,
        conf: [
          `sentinel monitor mymaster 127.0.0.1 ${masters[i]} 2`,
          'sentinel down-after-milliseconds mymaster 5000',
        ],
      }),
    );
    servers.push(...(await Promise.all(started)));
  };
  const patient = () => attachedPatient(SENTINELS.map((port) => ({ host: '127.0.0.1', port })));
  const linesOf = async (command: string): Promise<string[]> => {
    const addrs = ['--sentinel-addrs', SENTINELS.map(id).join(',')];
    return (await runInside(home, [command, ...addrs])).stdout.split('\n').slice(0, 2);
  };

  /** While the sentinels change their minds, two commands see two moments: the two agree once that is over. */
  async function bothSay(cause: string): Promise<void> {
    let seen: Record<string, readonly string[]> = {};
    const agreed = await until(
      async () => {
        seen = { status: await linesOf('status'), doctor: await linesOf('doctor') };
        const same = isDeepStrictEqual(seen.status, seen.doctor);
        return same && seen.status?.[0]?.includes(cause) ? true : undefined;
      },
      { clock: systemClock, everyMs: 500, deadlineMs: 60_000 },
    );
    expect(agreed, JSON.stringify(seen, null, 1)).toBe(true);
  }

  /** Types the fix as it is printed, where the copies go to `home`. */
  async function repaired(): Promise<void> {
    const found = await patient().finds(
      'master-disagree',
      SENTINELS.slice(0, 2).map(id).join(', '),
      'critical',
    );
    for (const line of found.fix.filter((l) => l.startsWith('redis-cli ')))
      await typed(`cd ${home} && ${line}`);
    for (const port of SENTINELS) await says(port, 'SENTINEL CKQUORUM mymaster', /^OK 3 usable/);
    await patient().isCured('master-disagree', found.subject);
  }

  it(
    'the one that has the most keys stays, and what the others hold is copied before it is deleted',
    async () => {
      await watched(NODES);
      await cli(A, 'SET only-at-a 1');
      await cli(C, 'MSET a 1 b 2');
      const found = await patient().finds(
        'master-disagree',
        SENTINELS.slice(0, 2).map(id).join(', '),
        'critical',
      );
      expect(found.evidence).toContain(`${id(SENTINELS[2])} says ${id(C)} (epoch 0; 0 replicas, 2 keys)`);
      await bothSay('the sentinels name different masters');

      await repaired();
      for (const port of NODES) await says(port, 'DBSIZE', /^2/);
      expect(await typed(`redis-check-rdb ${home}/copy-of-127.0.0.1-${A}.rdb`)).toContain('1 keys read');
      expect(await cli(B, 'ROLE')).toMatch(/^slave/);
      // The sentinels list them as replicas after the next INFO of the master, and ask these after that.
      const whole = await until(
        async () => ((await patient().doctor()).verdict.word === 'HEALTHY' ? true : undefined),
        { clock: systemClock, everyMs: 500, deadlineMs: 60_000 },
      );
      expect(whole, JSON.stringify((await patient().doctor()).verdict)).toBe(true);
    },
    LONG_MS,
  );

  it(
    'the one with a replica stays, also where another has more keys and more sentinels',
    async () => {
      await cli(B, `REPLICAOF 127.0.0.1 ${C}`);
      await watched([A, A, C]);
      await cli(A, 'MSET a 1 b 2 c 3');
      await cli(C, 'SET key value');
      await says(B, 'DBSIZE', /^1/);
      await repaired();
      expect(await cli(A, 'GET key')).toContain('value');
      expect(await cli(C, 'ROLE')).toMatch(/^master/);
      expect(await typed(`redis-check-rdb ${home}/copy-of-127.0.0.1-${A}.rdb`)).toContain('3 keys read');
    },
    LONG_MS,
  );

  it(
    'that monitor its replicas: they call these down for their role, and no failover ends it',
    async () => {
      for (const port of [B, C]) await cli(port, `REPLICAOF 127.0.0.1 ${A}`);
      await watched(NODES);
      for (const port of SENTINELS) {
        await cli(port, 'SENTINEL DEBUG info-period 200');
        await cli(port, 'SENTINEL SET mymaster down-after-milliseconds 1000');
      }
      for (const port of SENTINELS.slice(1)) await says(port, 'SENTINEL MASTER mymaster', /flags\ns_down,/);
      const subject = SENTINELS.slice(1).map(id).join(', ');
      const found = await patient().finds('master-disagree', subject, 'critical');
      expect(found.impact).toBe('at-risk');
      expect(found.consequence).toContain('READONLY');
      await bothSay('the sentinels name different masters');
      await patient().apply(found);
      for (const port of SENTINELS) await says(port, 'SENTINEL CKQUORUM mymaster', /^OK 3 usable/);
      await patient().isCured('master-disagree', subject);
    },
    LONG_MS,
  );
});
