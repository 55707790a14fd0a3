import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { USERS } from '../../src/model/users.js';
import { openConnection } from '../../src/wire/client.js';
import { type Cli, openCli } from '../helpers/cli.js';
import { engineRequired, hasEngine, hasImage } from '../helpers/docker.js';
import { dirOf, nodesOf } from '../helpers/inside.js';
import { failoverTest, healthyStatus, onCluster } from '../helpers/main-road.js';

const run = promisify(execFile);

/** This machine's Redis 7, and both engines of today: they differ in what an ACL knows. */
const IMAGES = ['host', 'sentinelctl-test/redis:8', 'sentinelctl-test/valkey:8'];

/**
 * ioredis tells a sentinel its own name, and goes on where that is denied. A rule that allows it would
 * keep a sentinel before 7.2 from starting, which does not know the command.
 */
const isOwnName = (entry: unknown): boolean =>
  Array.isArray(entry) && entry.includes('client|setinfo') && entry.includes('app');

for (const image of IMAGES) {
  const there = hasEngine && (image === 'host' || hasImage(image));
  describe.runIf(there || engineRequired)(`a cluster with TLS and users of the image ${image}`, () => {
    const cluster = `secure-${image.replace(/\W+/g, '-')}`;
    let cli: Cli;
    beforeAll(async () => {
      cli = onCluster(await openCli(), cluster);
      const where = ['--driver', 'docker', '--image', image, '--port', 'auto'];
      const up = await cli.run(['up', ...where, '--secure', '--down-after', '2s']);
      expect(up.code, up.stderr).toBe(0);
    });
    afterAll(() => cli?.close());

    it('is healthy, and fails over with clients', async () => {
      await healthyStatus(cli);
      const doctor = await cli.run(['doctor', '--json']);
      expect(doctor.json().verdict, doctor.stdout).toMatchObject({ word: 'HEALTHY' });
      const result = await failoverTest(cli, '--clients', '1');
      expect(result.trials[0]?.ledger?.lost).toBe(0);
    });

    it('did nothing that its users have no right for', async () => {
      const ca = await readFile(join(dirOf(cli, cluster), 'tls', 'ca.crt'), 'utf8');
      const password = await readFile(join(dirOf(cli, cluster), 'passwords', 'operator'), 'utf8');
      const credentials = { username: 'operator', password, tls: { ca } };
      for (const { id, endpoint } of await nodesOf(cli, cluster)) {
        const options = { clock: systemClock, deadlineMs: 30_000, credentials };
        const connection = await openConnection(endpoint, options);
        const log = await connection.call('ACL', 'LOG').finally(() => connection.close());
        expect([id, (log as unknown[]).filter((entry) => !isOwnName(entry))]).toEqual([id, []]);
      }
    });

    it('shows no password to who inspects its containers', async () => {
      const ids = (await run('docker', ['ps', '-aq', '--filter', `name=sentinelctl-${cluster}-`])).stdout;
      const { stdout } = await run('docker', ['inspect', ...ids.trim().split('\n')]);
      expect(stdout).toContain(`sentinelctl-${cluster}-redis-1`);
      for (const user of USERS) {
        const password = await readFile(join(dirOf(cli, cluster), 'passwords', user), 'utf8');
        expect(password).not.toBe('');
        expect(stdout).not.toContain(password);
      }
      expect(stdout).not.toContain('PRIVATE KEY');
    });
  });
}
