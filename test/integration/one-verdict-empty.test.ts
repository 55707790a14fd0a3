import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHECKS, diagnose } from '../../src/checks/index.js';
import { systemClock } from '../../src/clock.js';
import { until } from '../../src/until.js';
import { bothCommands, tell } from '../helpers/both-commands.js';
import { shell } from '../helpers/doctor.js';
import { startRedis } from '../helpers/redis.js';

const LONG_MS = 600_000;

const cluster = bothCommands(7940);
const { raw, asked, more, node, portOf, keepMaster, asBefore, lineUp, bothReplicas, look, words, bothSay } =
  cluster;

beforeAll(cluster.start, LONG_MS);
afterAll(cluster.stop);

describe('status and doctor have one verdict on lost data:', () => {
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
});
