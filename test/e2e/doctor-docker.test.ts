import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHECKS, diagnose } from '../../src/checks/index.js';
import { systemClock } from '../../src/clock.js';
import { formatAddress } from '../../src/model/address.js';
import type { GatheredNode } from '../../src/model/gathered.js';
import type { Severity } from '../../src/model/status.js';
import { until } from '../../src/until.js';
import { engineRequired, hasEngine, hasImage } from '../helpers/docker.js';
import { ctl, flat, ownPatient, type Patient, shell, upIn } from '../helpers/doctor.js';
import { QUIET_MS } from '../helpers/quiet.js';
import { redisCli } from '../helpers/redis-cli.js';

const CLUSTER = 'doctor-e2e';
const container = (id: string): string => `sentinelctl-${CLUSTER}-${id}`;
const NEWER = 'sentinelctl-test/redis:8';
const LONG_MS = 600_000;
/** An engine with much to do takes its time to say how its containers live. */
const DEADLINE_MS = 5000;

it.runIf(engineRequired && !hasEngine)('a Docker Engine is required and answers', () => {
  expect(hasEngine).toBe(true);
});

/** A cluster of containers that gets one fault after the other. */
describe.skipIf(!hasEngine)('doctor finds in containers, and its fix cures', () => {
  let home: string;
  let patient: Patient;
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'sentinelctl-test-'));
    await upIn(home, { cluster: CLUSTER, downAfterMs: QUIET_MS }, 'docker');
    patient = await ownPatient(home, CLUSTER, DEADLINE_MS);
  }, LONG_MS);
  afterAll(async () => {
    await ctl(home, ['down', '--cluster', CLUSTER]);
    await rm(home, { recursive: true, force: true });
  }, LONG_MS);

  async function foundAndCured(id: string, subject: string, severity: Severity): Promise<string> {
    const finding = await patient.finds(id, subject, severity);
    await patient.apply(finding);
    await patient.isCured(id, subject);
    return finding.message;
  }
  async function nodeOf(id: string): Promise<GatheredNode> {
    const node = (await patient.look()).nodes.find((n) => n.id === id);
    if (node === undefined) throw new Error(`there is no ${id}`);
    return node;
  }
  const redis = async (id: string, words: string): Promise<string> =>
    redisCli((await nodeOf(id)).endpoint.port, words);

  it('nothing worse than information before anything is planted', async () => {
    const { findings } = await patient.doctor();
    expect(flat(findings).filter((f) => f.severity !== 'info')).toEqual([]);
    expect(flat(findings).map((f) => f.id)).toContain('restart-wipe');
  });

  it('a master that the engine brings back empty', async () => {
    await shell(`docker update --restart always ${container('redis-1')}`);
    const said = await foundAndCured('restart-wipe', 'redis-1', 'critical');
    expect(said).toContain('restart policy always');
    await redis('redis-1', 'CONFIG SET appendonly no');
    const [other] = (await patient.finds('restart-wipe', 'redis-1', 'critical')).fix.slice(-1);
    expect(other).toMatch(/^or: docker update /);
    await shell(other?.slice('or: '.length) ?? '');
    await patient.finds('restart-wipe', 'redis-1', 'info');
  });

  it('a container that is killed before its server has shut down', async () => {
    await redis('redis-2', 'CONFIG SET shutdown-timeout 15');
    expect(await foundAndCured('stop-grace', 'redis-2', 'warning')).toBe(
      'killed 15 s after a stop, shutdown-timeout 15 s',
    );
  });

  it('a limit of memory that Redis does not know of; and one that was killed for it (altered data)', async () => {
    await shell(`docker update --memory 256m --memory-swap 256m ${container('redis-2')}`);
    expect(await foundAndCured('oom', 'redis-2', 'warning')).toContain('256 MiB, maxmemory none');
    // The others are to evict alike.
    await redis('redis-2', 'CONFIG SET maxmemory 0');
    const gathered = await patient.look();
    for (const node of gathered.nodes) {
      if (node.life.ok)
        node.life.value = { ...node.life.value, oomKilled: node.id === 'redis-3', memoryLimitBytes: null };
    }
    const killed = flat(diagnose(gathered, CHECKS).findings).filter((f) => f.id === 'oom');
    expect(killed).toMatchObject([{ subject: 'redis-3', severity: 'warning' }]);
    expect(killed[0]?.message).toContain('the kernel killed it for memory');
  });

  it(
    'a container without a fixed address',
    async () => {
      const network = `sentinelctl-${CLUSTER}`;
      await shell(`docker network disconnect ${network} ${container('redis-3')}`);
      await shell(`docker network connect ${network} ${container('redis-3')}`);
      await foundAndCured('dynamic-ip', 'redis-3', 'warning');
      await patient.isCured('link-down', 'redis-3');
    },
    LONG_MS,
  );

  it(
    'a replica that announces its published address, which leads nowhere in the network',
    async () => {
      for (const { endpoint } of (await patient.look()).sentinels) {
        await shell(`redis-cli -p ${endpoint.port} SENTINEL DEBUG info-period 1000`);
      }
      const { endpoint } = await nodeOf('redis-3');
      await redis('redis-3', `CONFIG SET replica-announce-ip ${endpoint.host}`);
      await redis('redis-1', 'CLIENT KILL TYPE replica');
      const said = await foundAndCured('nat-replica', 'redis-3', 'critical');
      expect(said).toContain(`sends data to ${formatAddress(endpoint)}`);
    },
    LONG_MS,
  );

  it.skipIf(!hasImage(NEWER))(
    `a replica of a newer release is in the right order, and what follows it is not (${hasImage(NEWER) ? NEWER : `skipped: no image ${NEWER}`})`,
    async () => {
      const { announce } = await nodeOf('redis-1');
      const newer = `${CLUSTER}-newer`;
      await shell(
        `docker run -d --rm --name ${newer} --network sentinelctl-${CLUSTER} ${NEWER} redis-server --port 21999 --protected-mode no --save '' --replicaof ${announce.host} ${announce.port}`,
      );
      try {
        const found = async (): Promise<{ host: string; port: number } | undefined> => {
          const nodes = (await patient.look()).nodes;
          return nodes.find((n) => n.announce.port === 21999 && n.info.ok)?.announce;
        };
        const its = await until(found, { clock: systemClock, everyMs: 200, deadlineMs: 30_000 });
        if (its === undefined) expect.fail('the newer replica was not seen');
        const { findings } = await patient.doctor();
        expect(flat(findings).map((f) => f.id)).not.toContain('version-skew');
        await redis('redis-3', `REPLICAOF ${its.host} ${its.port}`);
        const finding = await patient.finds('version-skew', 'redis-3', 'warning');
        expect(finding.message).toMatch(
          /^redis-3 runs Redis 7\..*, older than \S+:21999 with Redis 8\..*, which it follows$/,
        );
        expect(finding.fix[0]).toMatch(/^start redis-3 with Redis 8\./);
        await redis('redis-3', `REPLICAOF ${announce.host} ${announce.port}`);
      } finally {
        await shell(`docker rm -f ${newer}`);
      }
    },
    LONG_MS,
  );
});
