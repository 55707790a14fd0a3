import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCli } from '../helpers/cli.js';
import { ctl, flat, ownPatient, type Patient, upIn } from '../helpers/doctor.js';
import { redisCli } from '../helpers/redis-cli.js';

const LONG_MS = 600_000;

let home: string;
let patient: Patient;
/** A port of this machine where nothing listens. */
let closed: number;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'sentinelctl-test-'));
  await upIn(home, { downAfterMs: 5000 });
  patient = await ownPatient(home, 'default');
  closed = await freePort();
}, LONG_MS);
afterAll(async () => {
  await ctl(home, ['down', '--yes']);
  await rm(home, { recursive: true, force: true });
}, LONG_MS);

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });

const portOf = async (id: string): Promise<number> =>
  (await patient.look()).nodes.find((n) => n.id === id)?.endpoint.port ?? 0;

describe('a replica that announces an address where nothing answers', () => {
  it(
    'is named with what cures it; no other server is accused, and what was its address is forgotten',
    async () => {
      const [master, replica] = [await portOf('redis-1'), await portOf('redis-2')];
      const at = `127.0.0.1:${closed}`;
      await redisCli(replica, `CONFIG SET replica-announce-port ${closed}`);
      await redisCli(master, 'CLIENT KILL TYPE replica');

      const wrong = await patient.finds('nat-replica', 'redis-2', 'critical');
      // What comes of it stands below it, once every sentinel has heard of it.
      await expect
        .poll(
          async () => {
            const { findings, verdict } = await patient.doctor();
            expect(flat(findings).map((f) => f.id)).not.toContain('bind-loopback');
            const roots = findings.filter((f) => f.impact !== 'none' && f.impact !== 'risk');
            return { ...verdict, roots: roots.map((f) => f.id) };
          },
          { timeout: 30_000 },
        )
        .toMatchObject({
          word: 'AT RISK',
          text: expect.stringContaining('it is redis-2'),
          roots: ['nat-replica'],
        });

      const cli = { ...(await openCli()), home };
      const firstLines = async (): Promise<string[]> =>
        (await cli.run(['status'], { env: { SENTINELCTL_HOME: home } })).stdout.split('\n').slice(0, 2);
      await expect
        .poll(firstLines, { timeout: 30_000 })
        .toEqual([
          expect.stringMatching(
            new RegExp(
              `^AT RISK {2}mymaster: writes go to redis-1; redis-1 sends data to ${at}, .* it is redis-2 `,
            ),
          ),
          expect.stringMatching(/^→ redis-cli .* CONFIG SET replica-announce-ip 127\.0\.0\.1$/),
        ]);

      await patient.apply(wrong);
      await patient.isCured('nat-replica', 'redis-2');
      const ghost = await patient.finds('ghost-replica', at, 'warning');
      const test = await cli.run(['failover-test', '--yes'], { env: { SENTINELCTL_HOME: home } });
      expect(test.code, test.stderr).toBe(3);
      expect(test.stderr).toContain(`${at}, which the sentinels list, does not answer`);

      await patient.apply(ghost);
      await patient.isCured('ghost-replica', at);
      await cli.close();
    },
    LONG_MS,
  );

  it(
    'at another host: the servers of this machine are not told to listen elsewhere',
    async () => {
      const [master, replica] = [await portOf('redis-1'), await portOf('redis-3')];
      // RFC 5737: an address that belongs to no server.
      await redisCli(replica, 'CONFIG SET replica-announce-ip 192.0.2.7');
      await redisCli(master, 'CLIENT KILL TYPE replica');
      const wrong = await patient.finds('nat-replica', 'redis-3', 'critical');
      const ids = flat((await patient.doctor()).findings).map((f) => f.id);
      expect(ids).not.toEqual(
        expect.arrayContaining([expect.stringMatching(/^(bind-loopback|master-loopback|announce-invalid)$/)]),
      );
      await patient.apply(wrong);
      await patient.isCured('nat-replica', 'redis-3');
    },
    LONG_MS,
  );
});
