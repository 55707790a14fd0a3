import { mkdir, mkdtemp, rm, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHECKS, diagnose, type Finding } from '../../src/checks/index.js';
import { systemClock } from '../../src/clock.js';
import { formatAddress } from '../../src/model/address.js';
import type { Severity } from '../../src/model/status.js';
import { until } from '../../src/until.js';
import { attachedPatient, flat, type Patient, shell } from '../helpers/doctor.js';
import { QUIET_MS } from '../helpers/quiet.js';
import { type RawCluster, type RedisServer, startRawCluster, startRedis } from '../helpers/redis.js';
import { redisCli } from '../helpers/redis-cli.js';

const LONG_MS = 600_000;

/** One cluster that sentinelctl did not make, ailing from one thing after the other. */
let raw: RawCluster;
let patient: Patient;
let [master, one, two]: string[] = [];
beforeAll(async () => {
  raw = await startRawCluster({ port: 7400, downAfterMs: QUIET_MS });
  patient = attachedPatient(raw.sentinels.map((s) => s.address));
  [master = '', one = '', two = ''] = raw.nodes.map((n) => formatAddress(n.address));
}, LONG_MS);
afterAll(() => raw?.stop());

const set = (server: RedisServer | undefined, name: string, value: string): Promise<string> =>
  redisCli(server?.address.port ?? 0, `CONFIG SET ${name} '${value}'`);
const node = (n: number): RedisServer => {
  const server = raw.nodes[n];
  if (server === undefined) throw new Error(`there is no data node ${n}`);
  return server;
};

/** Found as planted, cured by what is printed. */
async function foundAndCured(
  id: string,
  subject: string,
  severity: Severity,
  whole?: (finding: Finding) => boolean,
): Promise<string> {
  const finding = await patient.finds(id, subject, severity, whole);
  expect(finding.consequence).not.toBe('');
  await patient.apply(finding);
  await patient.isCured(id, subject);
  return finding.message;
}

const allAcknowledge = ({ message }: Finding): boolean => message.includes('2 of 2 replicas');

describe('doctor finds in data nodes, and its fix cures', () => {
  it('a cluster that would be wiped by a restart, and one of which a part would', async () => {
    const first = await patient.finds('restart-wipe', master ?? '', 'warning');
    expect(first.message).toContain('save "", appendonly no');
    // Only the master keeps its data now: the others differ from it.
    await patient.apply(first);
    await foundAndCured('persistence-skew', `${one}, ${two}`, 'warning');
    for (const address of [master, one, two]) await patient.isCured('restart-wipe', address ?? '');
  });

  it('a master whose writes need no replica, and one whose writes no replica can acknowledge', async () => {
    const first = await patient.finds('min-replicas', `${master}, ${one}, ${two}`, 'info');
    expect(first.repairs).toEqual(
      [master, one, two].map((id) => ({
        kind: 'config-set',
        node: id,
        name: 'min-replicas-to-write',
        value: '1',
        was: '0',
      })),
    );
    await patient.apply(first);
    await patient.isCured('min-replicas', first.subject);
    await set(node(0), 'min-replicas-to-write', '3');
    // A replica of a busy machine may acknowledge late.
    const refused = await foundAndCured('writes-refused', master ?? '', 'critical', allAcknowledge);
    expect(refused).toContain(
      'refuses every write: min-replicas-to-write is 3, and 2 of 2 replicas acknowledge in time',
    );
    await set(node(0), 'min-replicas-to-write', '2');
    await foundAndCured('min-replicas', master ?? '', 'warning', allAcknowledge);
  });

  it('no replica that may be promoted', async () => {
    for (const n of [1, 2]) await set(node(n), 'replica-priority', '0');
    expect(await foundAndCured('priority-zero', `${one}, ${two}`, 'critical')).toContain(
      'replica-priority is 0',
    );
  });

  it('one replica that is never promoted while another may be: a risk', async () => {
    await set(node(1), 'replica-priority', '0');
    const found = await patient.finds('priority-zero', one ?? '', 'warning');
    expect(found).toMatchObject({
      impact: 'risk',
      message: `${one} is never promoted (replica-priority 0)`,
      consequence: `only ${two} can replace the master`,
    });
    await patient.apply(found);
    await patient.isCured('priority-zero', one ?? '');
    expect(await redisCli(node(1).address.port, 'CONFIG GET replica-priority')).toContain('100');
  });

  it('a replica that is hidden and may be promoted', async () => {
    await set(node(2), 'replica-announced', 'no');
    await foundAndCured('replica-hidden', two ?? '', 'warning');
    await set(node(2), 'replica-announced', 'no');
    await set(node(2), 'replica-priority', '0');
    await foundAndCured('replica-hidden', two ?? '', 'info');
    await set(node(2), 'replica-priority', '100');
  });

  it('an output buffer that drops replicas', async () => {
    await set(node(0), 'client-output-buffer-limit', 'replica 1mb 512kb 10');
    expect(await foundAndCured('output-buffer', master ?? '', 'warning')).toContain('1 MiB waiting');
  });

  it('a backlog that is too short', async () => {
    await set(node(1), 'repl-backlog-size', '100kb');
    expect(await foundAndCured('backlog-small', one ?? '', 'warning')).toContain('100 KiB');
  });

  it('a full resync that waits', async () => {
    await set(node(0), 'repl-diskless-sync-delay', '5');
    await foundAndCured('diskless-delay', master ?? '', 'info');
  });

  it('limits of memory that differ, and what is evicted', async () => {
    await set(node(1), 'maxmemory', '100mb');
    expect(await foundAndCured('maxmemory-skew', one ?? '', 'warning')).toContain('100 MiB');
    await set(node(2), 'maxmemory-policy', 'allkeys-lru');
    expect(await foundAndCured('maxmemory-skew', two ?? '', 'warning')).toContain('allkeys-lru');
  });

  it('a master that is full and may evict nothing', async () => {
    for (const n of [0, 1, 2]) await set(node(n), 'maxmemory', '1mb');
    const said = await foundAndCured('master-full', master ?? '', 'critical');
    expect(said).toContain('refuses every write with -OOM');
    expect(await shell(`redis-cli -p ${node(0).address.port} SET key value`)).toBe('OK\n');
    for (const n of [0, 1, 2]) await set(node(n), 'maxmemory', '0');
  });

  it('a replica that takes writes of its own, and a master that would', async () => {
    await set(node(1), 'replica-read-only', 'no');
    expect(await foundAndCured('replica-writable', one ?? '', 'warning')).toContain('no other node gets');
    expect(await shell(`redis-cli -p ${node(1).address.port} SET key value`)).toContain('READONLY');
    await set(node(0), 'replica-read-only', 'no');
    expect(await foundAndCured('replica-writable', master ?? '', 'warning')).toContain('a replica with it');
  });

  it('a limit of clients that is near', async () => {
    await set(node(1), 'maxclients', '10');
    expect(await foundAndCured('maxclients', one ?? '', 'warning')).toMatch(/of 10 clients/);
  });

  it('a node that cannot save, and answers PING with -MISCONF', async () => {
    await set(node(2), 'save', '3600 1');
    const dir =
      (await shell(`redis-cli -p ${node(2).address.port} CONFIG GET dir`)).trim().split('\n')[1] ?? '';
    // A directory where the snapshot should be: not even root can rename a file onto it.
    await shell(`rm -f ${join(dir, 'dump.rdb')}`);
    await mkdir(join(dir, 'dump.rdb'));
    await shell(`redis-cli -p ${node(2).address.port} BGSAVE`);
    const finding = await patient.finds('bgsave-error', two ?? '', 'critical');
    expect(finding.message).toContain('-MISCONF');
    // Its fix begins with what no command does: repair the disk.
    await rmdir(join(dir, 'dump.rdb'));
    await patient.apply(finding);
    await patient.isCured('bgsave-error', two ?? '');
  });

  it('a node that cannot write its append-only file, with the words of its answer to PING', async () => {
    const replica = node(2);
    const ask = (words: string): Promise<string> => shell(`redis-cli -p ${replica.address.port} ${words}`);
    const written = (): Promise<string | undefined> =>
      until(
        async () =>
          (await ask('INFO persistence')).includes('aof_rewrite_in_progress:0') ? 'yes' : undefined,
        { clock: systemClock, everyMs: 100, deadlineMs: 30_000 },
      );
    const dir = (await ask('CONFIG GET dir')).trim().split('\n').at(-1) ?? '';
    const kept = join(dir, 'appendonlydir');
    await set(replica, 'appendonly', 'yes');
    expect(await written()).toBe('yes');
    // The next file that it opens is a disk without space.
    await shell(`for i in 2 3 4; do ln -s /dev/full ${kept}/appendonly.aof.$i.incr.aof || true; done`);
    await ask('BGREWRITEAOF');
    expect(await written()).toBe('yes');
    await shell(`redis-cli -p ${node(0).address.port} SET key value`);
    const finding = await patient.finds('bgsave-error', two ?? '', 'critical');
    expect(finding.message).toContain('-MISCONF Errors writing to the AOF file: No space left on device');
    expect(finding.fix.join('\n')).toContain(kept);
    await shell(`find ${kept} -type l -delete`);
    await patient.apply(finding);
    await patient.isCured('bgsave-error', two ?? '');
    await set(replica, 'appendonly', 'no');
  });

  it('other releases (in data of this run that are altered)', async () => {
    const gathered = await patient.look();
    const other = gathered.nodes.find((n) => n.id === two);
    if (!other?.info.ok) throw new Error(`${two} gave no INFO`);
    const skew = (version: string) => {
      other.info = {
        ok: true,
        value: { ...(other.info.ok ? other.info.value : {}), redis_version: version },
      };
      return flat(diagnose(gathered, CHECKS).findings).filter((f) => f.id === 'version-skew');
    };
    expect(skew('6.2.16')).toMatchObject([{ severity: 'warning', subject: two }]);
    // A newer one is in the right order.
    expect(skew('8.0.2')).toEqual([]);
    expect(skew('7.0.11')).toMatchObject([{ severity: 'info', subject: two }]);
    expect(skew('7.0.15')).toEqual([]);
  });
});

it(
  'data-shared: two servers of one machine that write into one directory',
  async () => {
    const dir = await mkdtemp(join(tmpdir(), 'sentinelctl-test-'));
    const keeps = (...lines: string[]): string[] => ['save 3600 1', `dir ${dir}`, ...lines];
    const [first, second, sentinel] = [7470, 7471, 7475];
    const started = [await startRedis({ port: first, conf: keeps() })];
    try {
      started.push(
        await startRedis({ port: second, conf: keeps(`replicaof 127.0.0.1 ${first}`) }),
        await startRedis({
          port: sentinel,
          sentinel: true,
          conf: [`sentinel monitor mymaster 127.0.0.1 ${first} 1`],
        }),
      );
      const sharing = attachedPatient([{ host: '127.0.0.1', port: sentinel }]);
      const subject = `127.0.0.1:${first}, 127.0.0.1:${second}`;
      const found = await sharing.finds('data-shared', subject, 'critical');
      expect(found.message).toContain(`into one directory: ${dir}`);
      const [, line = ''] = found.fix;
      const own = line.replace(/^dir /, '');
      await mkdir(own);
      await started[1]?.stop();
      started.push(
        await startRedis({ port: second, conf: keeps(`replicaof 127.0.0.1 ${first}`, `dir ${own}`) }),
      );
      await sharing.isCured('data-shared', subject);
      await rm(own, { recursive: true });
    } finally {
      await Promise.all(started.map((server) => server.stop()));
      await rm(dir, { recursive: true, force: true });
    }
  },
  LONG_MS,
);
