import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { attachedPatient, type Patient, shell } from '../helpers/doctor.js';
import { type RedisServer, startRedis } from '../helpers/redis.js';

const PORT = 6740;
const NAMES = 62;
const LONG_MS = 600_000;

let dir: string;
let server: RedisServer;
let patient: Patient;

/** A sentinel that may have 32 clients, with more links than that: one server under many names is enough for them. */
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sentinelctl-test-'));
  server = await startRedis({ port: PORT });
  const monitors = Array.from(
    { length: NAMES },
    (_, i) => `sentinel monitor shard-${i + 1} 127.0.0.1 ${PORT} 1`,
  );
  await writeFile(
    join(dir, 'sentinel.conf'),
    [`port ${PORT + 1}`, 'bind 127.0.0.1', 'maxclients 32', 'daemonize yes', ...monitors, ''].join('\n'),
  );
  await shell(`cd ${dir} && redis-server ${dir}/sentinel.conf --sentinel`);
  patient = attachedPatient([{ host: '127.0.0.1', port: PORT + 1 }]);
}, LONG_MS);
afterAll(async () => {
  await shell(`redis-cli -p ${PORT + 1} SHUTDOWN`).catch(() => {});
  await server?.stop();
  await rm(dir, { recursive: true, force: true });
});

it(
  'a sentinel that has nearly as many connections as it may have; typed, the fix gives it room',
  async () => {
    const finding = await patient.finds('masters-many', `127.0.0.1:${PORT + 1}`, 'warning');
    expect(finding).toMatchObject({
      impact: 'risk',
      message: expect.stringMatching(
        / connections for 62 masters and 0 replicas, and may have 160 \(maxclients 32\)$/,
      ),
    });
    for (const line of finding.fix) await shell(line);
    await patient.isCured('masters-many', finding.subject);
  },
  LONG_MS,
);
