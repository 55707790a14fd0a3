import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { until } from '../../src/until.js';
import { cli, id, says } from '../helpers/by-hand.js';
import { attachedPatient, type Patient, typed } from '../helpers/doctor.js';
import { type RawCluster, startRawCluster, startRedis } from '../helpers/redis.js';

const PORT = 6700;
const LONG_MS = 600_000;
const [A, B, C] = [PORT, PORT + 1, PORT + 2];
const SENTINELS = [PORT + 50, PORT + 51, PORT + 52];
const everySentinel = (words: string): Promise<string[]> =>
  Promise.all(SENTINELS.map((port) => cli(port, words)));

describe('a group without its master', () => {
  let raw: RawCluster;
  let patient: Patient;
  beforeAll(async () => {
    raw = await startRawCluster({ port: PORT, downAfterMs: 60_000 });
    patient = attachedPatient(raw.sentinels.map((s) => s.address));
    await everySentinel('SENTINEL DEBUG info-period 500');
    // On a busy machine a command may take longer than the short down-after of these tests.
    for (const port of [A, B, C]) await cli(port, 'CONFIG SET slowlog-log-slower-than -1');
  }, LONG_MS);
  afterAll(async () => {
    await raw?.stop();
    await raw?.nodes[0]?.stop();
  });

  it(
    'replica-ring: the master came back empty, as a replica of its own replica',
    async () => {
      await cli(A, 'SET key value');
      for (const port of [B, C]) await says(port, 'DBSIZE', /^1/);
      await raw.nodes[0]?.stop();
      for (const port of [B, C]) await says(port, 'INFO replication', /master_link_status:down/);
      raw.nodes[0] = await startRedis({
        port: A,
        conf: [`replicaof 127.0.0.1 ${B}`, 'slowlog-log-slower-than -1'],
      });
      // Longer than ten times the down-after that is set now: no replica may be promoted now.
      for (const port of [B, C])
        await says(port, 'INFO replication', /master_link_down_since_seconds:([5-9]|\d\d)/);
      await everySentinel('SENTINEL SET mymaster down-after-milliseconds 200');
      // Until the sentinels have read for how long the links are down, a failover is expected, and nothing is to be typed.
      const found = await until(
        async () => {
          const seen = await patient.finds('replica-ring', `${id(A)}, ${id(B)}`, 'critical');
          return seen.fix.some((line) => line.includes('SENTINEL FAILOVER')) ? seen : undefined;
        },
        { clock: systemClock, everyMs: 500, deadlineMs: 60_000 },
      );
      if (found === undefined) throw new Error('the way out is never named');
      expect(found.impact).toBe('down');
      expect(found.message).toContain(`${id(A)} follows ${id(B)}, ${id(B)} follows ${id(A)}`);
      expect(found.message).toMatch(new RegExp(`${id(A)} \\(empty.*${id(B)} \\(1 key`));
      const { findings, verdict } = await patient.doctor();
      expect(findings[0]?.id).toBe('replica-ring');
      expect(verdict.text).toContain(`no node is the master: ${id(A)} → ${id(B)} → ${id(A)}`);

      const at = found.fix.findIndex((line) => line.includes('SENTINEL FAILOVER'));
      const [failover = '', restore = ''] = [found.fix[at], found.fix.at(-1)];
      await patient.apply({ ...found, fix: found.fix.slice(0, at) });
      // INPROG while an attempt of the sentinels' own is under way: it ends without a replica, or with one by now.
      let answer = '';
      const promoted = await until(
        async () => {
          // A promotion, and a demotion, close the clients' connections, this one's too.
          const roles = await Promise.all([B, C].map((port) => cli(port, 'ROLE').catch(() => '')));
          if (roles.some((role) => role.startsWith('master'))) return true;
          answer = await typed(failover);
          return undefined;
        },
        { clock: systemClock, everyMs: 500, deadlineMs: 60_000 },
      );
      expect(promoted, `nothing was promoted after ${failover}: ${answer}`).toBe(true);
      await patient.apply({ ...found, fix: [restore.replace(/\d+$/, '2000')] });
      await patient.isCured('replica-ring', found.subject);
      await says(A, 'INFO replication', /master_link_status:up/);
      for (const port of [A, B, C]) expect(await cli(port, 'DBSIZE'), String(port)).toMatch(/^1/);
    },
    LONG_MS,
  );

  it(
    'monitor-replica: the sentinels were set up again with a former master',
    async () => {
      const [master, old] = (await cli(B, 'ROLE')).startsWith('master') ? [B, C] : [C, B];
      await says(master, 'INFO replication', /connected_slaves:2/);
      await everySentinel('SENTINEL REMOVE mymaster');
      await everySentinel(`SENTINEL MONITOR mymaster 127.0.0.1 ${old} 2`);
      await everySentinel('SENTINEL SET mymaster down-after-milliseconds 1500 failover-timeout 10000');
      const found = await patient.finds('monitor-replica', SENTINELS.map(id).join(', '), 'critical');
      expect(found.message).toContain(`the master is ${id(master)}, with 2 replicas`);
      expect((await patient.doctor()).findings.map((f) => f.id)).not.toContain('no-master');
      await patient.apply(found);
      await patient.isCured('monitor-replica', found.subject);
      for (const port of SENTINELS) await says(port, 'SENTINEL MASTER mymaster', /num-slaves\n2/);
      expect((await patient.doctor()).findings.filter((f) => f.severity === 'critical')).toEqual([]);
    },
    LONG_MS,
  );
});
