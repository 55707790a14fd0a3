// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is a variable in a file
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { diagnoseFiles } from '../../../../src/checks/diagnose.js';
import { readProject } from '../../../../src/checks/gather/project/read-project.js';
import { CHECKS } from '../../../../src/checks/index.js';
import { redisConf, sentinelConf, withReplicaOf } from '../../../../src/model/conf.js';
import type { ClusterPlan, NodePlan } from '../../../../src/model/plan.js';
import { DEFAULT_SPEC } from '../../../../src/model/spec.js';
import {
  allFindings,
  altered,
  diagnosed,
  type Files,
  SOUND,
  writeLine,
  written,
} from '../../../helpers/project-files.js';
import { tempDir } from '../../../helpers/temp-dir.js';

const JUDGING_FILES = CHECKS.filter((check) => check.files !== undefined);
const [S1, S2, S3] = [
  'sentinel-1/sentinel.conf',
  'sentinel-2/sentinel.conf',
  'sentinel-3/sentinel.conf',
] as const;
const [R1, R2, R3] = ['redis-1/redis.conf', 'redis-2/redis.conf', 'redis-3/redis.conf'] as const;
const COMPOSE = 'docker-compose.yml';
const MONITOR = 'sentinel monitor mymaster 172.28.0.11 6379 2';
const everywhere = (files: readonly string[], from: string, to: string): [string, string, string][] =>
  files.map((file) => [file, from, to]);

/** Checks of manifests, of systemd units and of certificates: their cases are in the corpus. */
const OF_PODS = [
  'init-stops',
  'key-twice',
  'first-pod-master',
  'parallel-start',
  'sentinel-state-lost',
  'liveness-kills',
  'disruption-budget',
  'pods-together',
  'ready-early',
  'pause-too-long',
  'probe-password',
  'probe-unauthorized',
  'unit-type',
  'dir-unwritable',
  'restart-rewinds',
  'tls-expiring',
];

it('finds nothing wrong with sound files', async () => {
  const dir = await tempDir();
  await written(dir, SOUND);
  const result = await diagnosed(dir);
  expect(result.findings).toEqual([]);
  expect(result.verdict.word).toBe('HEALTHY');
  const absent = ['acl-channel', 'acl-short', 'acl-syntax', 'image-variable', ...OF_PODS];
  expect(result.skipped.map((s) => s.id).sort()).toEqual(absent.sort());
  expect(result.skipped.every((s) => s.applies === false)).toBe(true);
  expect(result.checked).toBe(JUDGING_FILES.length - absent.length);
});

it('counts only checks that had something of their kind to judge', async () => {
  const dir = await tempDir();
  await writeFile(join(dir, 'redis.conf'), 'port 6379\n');
  const { checked, skipped, verdict } = await diagnosed(dir, ['redis.conf']);
  expect(verdict).toMatchObject({ word: 'HEALTHY', text: `${checked} checks passed` });
  const idle = skipped.filter((s) => s.applies === false).map((s) => s.id);
  // About sentinels, compose files, users, and what several data nodes have in common.
  for (const id of ['conf-shared', 'conf-filemount', 'conf-unwritable', 'acl-syntax', 'version-skew'])
    expect(idle).toContain(id);
});

it('finds nothing wrong with what sentinelctl generates itself, whatever the password', async () => {
  const dir = await tempDir();
  const password = 'a"b c\\ é';
  const node = (kind: 'redis' | 'sentinel', i: number): NodePlan => {
    const address = { host: '127.0.0.1', port: (kind === 'redis' ? 6379 : 26379) + i };
    return { id: `${kind}-${i + 1}`, kind, announce: address, endpoint: address, persistent: i > 0 };
  };
  const redis = [0, 1, 2].map((i) => node('redis', i));
  const sentinels = [0, 1, 2].map((i) => ({ ...node('sentinel', i), sentinelId: String(i).repeat(40) }));
  const plan: ClusterPlan = { spec: DEFAULT_SPEC, driver: 'process', nodes: [...redis, ...sentinels] };
  const place = { dir, bind: '127.0.0.1', logfile: null, pidfile: null };
  const master = { host: '127.0.0.1', port: 6379 };
  const files = Object.fromEntries([
    ...redis.map((n, i) => [
      `${n.id}.conf`,
      withReplicaOf(redisConf(plan, n, place, password), i === 0 ? null : master),
    ]),
    ...sentinels.map((n) => [`${n.id}.conf`, sentinelConf(plan, n, place, password, master)]),
  ]);
  await written(dir, files);
  const { verdict, findings, skipped } = await diagnosed(dir, Object.keys(files));
  expect(verdict.word).toBe('HEALTHY');
  // The master without persistence and min-replicas 0 are choices, and are told as such.
  expect(findings.map((f) => [f.id, f.severity])).toEqual([
    ['min-replicas', 'info'],
    ['persistence-skew', 'info'],
  ]);
  expect(skipped.map((s) => s.id)).toContain('restart-wipe');
});

interface Case {
  id: string;
  files: Files;
  severity: 'critical' | 'warning' | 'info';
  subject: string;
  /** `FILE:LINE`. */
  at: string;
  /** What else follows from it. */
  also?: string[];
  /** Written into these files, the finding must be gone: all lines of the fix, or so many. */
  write?: { into: readonly string[]; lines?: number };
}

const change = (...changes: [string, string, string][]): Files => altered(SOUND, ...changes);

const CASES: Case[] = [
  {
    id: 'hostname-noresolve',
    files: change([S1, MONITOR, 'sentinel monitor mymaster redis-1 6379 2']),
    severity: 'critical',
    subject: 'sentinel-1',
    at: `${S1}:4`,
    write: { into: [S1] },
  },
  {
    id: 'quorum-gt-n',
    files: change(...everywhere([S1, S2, S3], '6379 2', '6379 4')),
    severity: 'critical',
    subject: 'sentinel-1, sentinel-2, sentinel-3',
    at: `${S1}:4`,
    write: { into: [S1, S2, S3] },
  },
  {
    id: 'quorum-lt-majority',
    files: change(...everywhere([S1, S2, S3], '6379 2', '6379 1')),
    severity: 'warning',
    subject: 'sentinel-1, sentinel-2, sentinel-3',
    at: `${S1}:4`,
    write: { into: [S1, S2, S3] },
  },
  {
    id: 'settings-skew',
    files: change([S2, 'milliseconds mymaster 5000', 'milliseconds mymaster 6000']),
    severity: 'warning',
    subject: 'sentinel-2',
    at: `${S2}:5`,
    write: { into: [S2] },
  },
  {
    id: 'master-disagree',
    also: ['monitor-replica'],
    files: change([S3, '172.28.0.11', '172.28.0.12']),
    severity: 'critical',
    subject: 'sentinel-3',
    at: `${S3}:4`,
    write: { into: [S3] },
  },
  {
    id: 'min-replicas-unreachable',
    files: change(...everywhere([R1, R2, R3], 'to-write 1', 'to-write 3')),
    severity: 'critical',
    subject: 'redis-1, redis-2, redis-3',
    at: `${R1}:5`,
    write: { into: [R1, R2, R3] },
  },
  {
    id: 'data-shared',
    files: change(
      [COMPOSE, './redis-1:/etc/redis\n', './redis-1:/etc/redis\n      - ./data:/data\n'],
      [COMPOSE, './redis-2:/etc/redis\n', './redis-2:/etc/redis\n      - ./data:/data\n'],
    ),
    severity: 'critical',
    subject: 'redis-1, redis-2',
    at: `${COMPOSE}:9`,
  },
  {
    id: 'image-variable',
    files: {
      [COMPOSE]:
        'services:\n  db:\n    image: bitnami/redis:7\n    stop_grace_period: 20s\n    environment: {REDIS_REPLICATION_MODE: master, REDIS_PORT: 7000, REDIS_PASSWORD: s3cret}\n',
    },
    severity: 'warning',
    subject: 'db',
    at: `${COMPOSE}:5`,
  },
  {
    id: 'acl-syntax',
    files: change([R2, 'appendonly yes', 'appendonly yes\nuser app on >s3cret ~* +@redis']),
    severity: 'critical',
    subject: 'redis-2',
    at: `${R2}:7`,
  },
  {
    id: 'cluster-enabled',
    files: change([R2, 'appendonly yes', 'appendonly yes\ncluster-enabled yes']),
    severity: 'critical',
    subject: 'redis-2',
    at: `${R2}:7`,
    write: { into: [R2] },
  },
  {
    id: 'monitor-replica',
    files: change(...everywhere([S1, S2, S3], '172.28.0.11', '172.28.0.12')),
    severity: 'critical',
    subject: 'sentinel-1, sentinel-2, sentinel-3',
    at: `${S1}:4`,
    write: { into: [S1, S2, S3] },
  },
  {
    id: 'conf-placeholder',
    also: ['auth-pass-missing'],
    files: change(...everywhere([S1, S2, S3], 'mymaster s3cret', 'mymaster ${REDIS_PASSWORD}')),
    severity: 'critical',
    subject: 'sentinel-1, sentinel-2, sentinel-3',
    at: `${S1}:8`,
  },
  {
    id: 'conf-include',
    files: {
      ...change([S1, MONITOR, 'include monitors.conf']),
      'sentinel-1/monitors.conf': `${MONITOR}\n`,
    },
    severity: 'critical',
    subject: 'sentinel-1',
    at: 'sentinel-1/monitors.conf:1',
  },
  {
    id: 'conf-duplicate',
    files: change([S1, MONITOR, `${MONITOR}\n${MONITOR}`]),
    severity: 'critical',
    subject: 'sentinel-1',
    at: `${S1}:5`,
  },
  {
    id: 'conf-duplicate',
    files: change([S1, MONITOR, `${MONITOR}\nsentinel known-replica mymaster 172.28.0.11 6379`]),
    severity: 'critical',
    subject: 'sentinel-1',
    at: `${S1}:5`,
  },
  {
    id: 'down-low',
    files: change(...everywhere([S1, S2, S3], '5000', '800')),
    severity: 'warning',
    subject: 'sentinel-1, sentinel-2, sentinel-3',
    at: `${S1}:5`,
    write: { into: [S1, S2, S3] },
  },
  {
    id: 'down-low',
    files: change(...everywhere([S1, S2, S3], '5000', '1499')),
    severity: 'warning',
    subject: 'sentinel-1, sentinel-2, sentinel-3',
    at: `${S1}:5`,
    write: { into: [S1, S2, S3] },
  },
  {
    id: 'down-high',
    files: change(...everywhere([S1, S2, S3], 'sentinel down-after-milliseconds mymaster 5000\n', '')),
    severity: 'info',
    subject: 'sentinel-1, sentinel-2, sentinel-3',
    at: `${S1}:4`,
    write: { into: [S1, S2, S3] },
  },
  {
    id: 'failover-timeout',
    files: change(...everywhere([S1, S2, S3], '60000', '180000')),
    severity: 'info',
    subject: 'sentinel-1, sentinel-2, sentinel-3',
    at: `${S1}:6`,
    write: { into: [S1, S2, S3] },
  },
  {
    id: 'failover-timeout',
    files: change(...everywhere([S1, S2, S3], '60000', '2000')),
    severity: 'warning',
    subject: 'sentinel-1, sentinel-2, sentinel-3',
    at: `${S1}:6`,
    write: { into: [S1, S2, S3] },
  },
  {
    id: 'parallel-syncs',
    files: change(...everywhere([S1, S2, S3], 'syncs mymaster 1', 'syncs mymaster 2')),
    severity: 'warning',
    subject: 'sentinel-1, sentinel-2, sentinel-3',
    at: `${S1}:7`,
    write: { into: [S1, S2, S3] },
  },
  {
    id: 'name-mismatch',
    also: ['failover-timeout', 'settings-skew'],
    files: change([S1, 'timeout mymaster', 'timeout mymastr']),
    severity: 'critical',
    subject: 'sentinel-1',
    at: `${S1}:6`,
    write: { into: [] },
  },
  {
    id: 'name-mismatch',
    also: ['sentinels-few'],
    files: change([S1, SOUND[S1] ?? '', (SOUND[S1] ?? '').replaceAll('mymaster', 'other')]),
    severity: 'critical',
    subject: 'sentinel-1',
    at: `${S1}:4`,
  },
  {
    id: 'overlap',
    also: ['auth-pass-missing', 'down-high', 'failover-timeout', 'sentinels-few'],
    files: change([S1, MONITOR, `${MONITOR}\nsentinel monitor again 172.28.0.11 6379 2`]),
    severity: 'critical',
    subject: 'sentinel-1',
    at: `${S1}:5`,
  },
  {
    id: 'myid-dup',
    files: change(...everywhere([S1, S2], 'dir /data', `sentinel myid ${'a'.repeat(40)}`)),
    severity: 'critical',
    subject: 'sentinel-1, sentinel-2',
    at: `${S2}:2`,
  },
  {
    id: 'conf-shared',
    files: change([COMPOSE, './sentinel-2:/etc', './sentinel-1:/etc']),
    severity: 'critical',
    subject: 'sentinel-1, sentinel-2',
    at: `${COMPOSE}:38`,
  },
  {
    id: 'address-shared',
    files: change([R2, 'announce-ip 172.28.0.12', 'announce-ip 172.28.0.13']),
    severity: 'critical',
    subject: 'redis-2, redis-3',
    at: `${R2}:4`,
    write: { into: [R2] },
  },
  {
    id: 'address-shared',
    files: change([S2, 'announce-ip 172.28.0.22', 'announce-ip 172.28.0.21']),
    severity: 'critical',
    subject: 'sentinel-1, sentinel-2',
    at: `${S1}:3`,
    write: { into: [S2] },
  },
  {
    id: 'masters-several',
    also: ['address-shared'],
    files: change([
      COMPOSE,
      'command: redis-server /etc/redis/redis.conf\n',
      'command: redis-server /etc/redis/redis.conf\n    deploy: { replicas: 2 }\n',
    ]),
    severity: 'critical',
    subject: 'redis-1',
    at: `${COMPOSE}:2`,
  },
  {
    id: 'conf-filemount',
    files: change([
      COMPOSE,
      './sentinel-2:/etc/redis',
      './sentinel-2/sentinel.conf:/etc/redis/sentinel.conf',
    ]),
    severity: 'critical',
    subject: 'sentinel-2',
    at: `${COMPOSE}:48`,
  },
  {
    id: 'conf-unwritable',
    files: change([COMPOSE, './sentinel-2:/etc/redis', './sentinel-2:/etc/redis:ro']),
    severity: 'critical',
    subject: 'sentinel-2',
    at: `${COMPOSE}:48`,
  },
  {
    id: 'bind-loopback',
    files: change([R2, 'port 6379', 'port 6379\nbind 127.0.0.1 -::1']),
    severity: 'critical',
    subject: 'redis-2',
    at: `${R2}:2`,
    write: { into: [R2] },
  },
  {
    id: 'master-loopback',
    also: ['master-disagree'],
    files: change([S2, '172.28.0.11', '127.0.0.1']),
    severity: 'critical',
    subject: 'sentinel-2',
    at: `${S2}:4`,
  },
  {
    id: 'master-loopback',
    files: change(...everywhere([S1, S2, S3], '172.28.0.11', '0.0.0.0')),
    severity: 'critical',
    subject: 'sentinel-1, sentinel-2, sentinel-3',
    at: `${S1}:4`,
    write: { into: [S1, S2, S3] },
  },
  {
    id: 'announce-invalid',
    files: change([R2, 'announce-ip 172.28.0.12', 'announce-ip 0.0.0.0']),
    severity: 'critical',
    subject: 'redis-2',
    at: `${R2}:4`,
    write: { into: [R2] },
  },
  {
    id: 'announce-invalid',
    files: change([S2, 'announce-ip 172.28.0.22', 'announce-ip ::']),
    severity: 'critical',
    subject: 'sentinel-2',
    at: `${S2}:3`,
    write: { into: [S2] },
  },
  {
    id: 'replica-writable',
    files: change([R2, 'port 6379\n', 'port 6379\nslave-read-only no\n']),
    severity: 'warning',
    subject: 'redis-2',
    at: `${R2}:2`,
    write: { into: [] },
  },
  {
    id: 'nat-replica',
    files: change([
      R2,
      'replica-announce-ip 172.28.0.12\n',
      'replica-announce-ip 172.28.0.12\nreplica-announce-port 6390\n',
    ]),
    severity: 'critical',
    subject: 'redis-2',
    at: `${R2}:5`,
    write: { into: [] },
  },
  {
    id: 'nat-sentinel',
    files: change([
      S2,
      'sentinel announce-ip 172.28.0.22\n',
      'sentinel announce-ip 172.28.0.22\nsentinel announce-port 26390\n',
    ]),
    severity: 'critical',
    subject: 'sentinel-2',
    at: `${S2}:4`,
    write: { into: [] },
  },
  {
    id: 'auth-pass-missing',
    files: change([S3, 'sentinel auth-pass mymaster s3cret\n', '']),
    severity: 'critical',
    subject: 'sentinel-3',
    at: `${S3}:4`,
    write: { into: [] },
  },
  {
    id: 'auth-pass-missing',
    files: change([S3, 's3cret', 'other']),
    severity: 'critical',
    subject: 'sentinel-3',
    at: `${S3}:8`,
  },
  {
    id: 'masterauth-missing',
    files: change([R1, 'masterauth s3cret\n', '']),
    severity: 'critical',
    subject: 'redis-1',
    at: `${R1}:2`,
  },
  {
    id: 'masterauth-missing',
    files: change([R2, 'masterauth s3cret', 'masterauth "s3 cret"']),
    severity: 'critical',
    subject: 'redis-2',
    at: `${R2}:3`,
  },
  {
    id: 'masterauth-missing',
    files: change([R1, 'port 6379', `port 6379\nuser default on #${'0'.repeat(64)} ~* &* +@all`]),
    severity: 'critical',
    subject: 'redis-2, redis-3',
    at: `${R2}:3`,
  },
  {
    id: 'sentinel-pass',
    files: change([S1, 'dir /data', 'requirepass abc']),
    severity: 'warning',
    subject: 'sentinel-2, sentinel-3',
    at: `${COMPOSE}:42`,
  },
  {
    id: 'rename-command',
    files: change([R3, 'port 6379', 'port 6379\nrename-command CONFIG hidden']),
    severity: 'critical',
    subject: 'redis-3',
    at: `${R3}:2`,
  },
  {
    id: 'acl-short',
    files: change(
      [
        R1,
        'port 6379',
        'port 6379\nuser watcher on >x allchannels +ping +info +multi +exec +subscribe +publish +role +client +script',
      ],
      ...everywhere([S1, S2, S3], 'dir /data', 'sentinel auth-user mymaster watcher'),
    ),
    severity: 'critical',
    subject: 'redis-1',
    at: `${R1}:2`,
    also: ['auth-user-missing'],
  },
  {
    id: 'auth-user-missing',
    files: change(
      ...everywhere([R1, R2, R3], 'port 6379', 'port 6379\nuser watcher on >s3cret allchannels +@all'),
      ...everywhere([S1, S2, S3], 'dir /data', 'sentinel auth-user mymaster watchdog'),
    ),
    severity: 'critical',
    subject: 'sentinel-1, sentinel-2, sentinel-3',
    at: `${S1}:2`,
  },
  {
    id: 'acl-channel',
    files: change(
      [R1, 'port 6379', 'port 6379\nuser watcher on >x +@all'],
      ...everywhere([S1, S2, S3], 'dir /data', 'sentinel auth-user mymaster watcher'),
    ),
    severity: 'critical',
    subject: 'redis-1',
    at: `${R1}:2`,
    also: ['auth-user-missing'],
  },
  {
    id: 'tls-mismatch',
    files: change([R1, 'port 6379', 'port 0\ntls-port 6379']),
    severity: 'critical',
    subject: 'sentinel-1, sentinel-2, sentinel-3, redis-2, redis-3',
    at: `${COMPOSE}:32`,
  },
  {
    id: 'protected-mode',
    files: change([R1, 'requirepass s3cret', 'protected-mode yes']),
    severity: 'critical',
    subject: 'redis-1',
    at: `${R1}:2`,
    also: ['masterauth-missing'],
  },
  {
    id: 'dynamic-ip',
    files: change(
      [COMPOSE, '    networks:\n      net:\n        ipv4_address: 172.28.0.11\n', '    networks: [net]\n'],
      [R1, 'replica-announce-ip 172.28.0.11\n', ''],
    ),
    severity: 'warning',
    subject: 'sentinel-1, sentinel-2, sentinel-3',
    at: `${S1}:4`,
  },
  {
    id: 'ephemeral-port',
    files: change([
      COMPOSE,
      '    restart: unless-stopped',
      '    restart: unless-stopped\n    ports: ["40000:6379"]',
    ]),
    severity: 'warning',
    subject: 'redis-1',
    at: `${COMPOSE}:6`,
  },
  {
    id: 'restart-wipe',
    also: ['persistence-skew'],
    files: change([R1, 'appendonly yes', 'save ""']),
    severity: 'critical',
    subject: 'redis-1',
    at: `${COMPOSE}:5`,
  },
  {
    id: 'persistence-skew',
    also: ['restart-wipe'],
    files: change([R1, 'appendonly yes', 'save ""']),
    severity: 'info',
    subject: 'redis-1',
    at: `${R1}:6`,
    write: { into: [R1] },
  },
  {
    id: 'stop-grace',
    files: change([COMPOSE, '20s', '5s']),
    severity: 'warning',
    subject: 'redis-1',
    at: `${COMPOSE}:6`,
  },
  {
    id: 'priority-zero',
    files: change(...everywhere([R2, R3], 'port 6379', 'slave-priority 0\nport 6379')),
    severity: 'critical',
    subject: 'redis-2, redis-3',
    at: `${R2}:1`,
  },
  {
    id: 'replica-hidden',
    files: change([R2, 'port 6379', 'replica-announced no\nport 6379']),
    severity: 'warning',
    subject: 'redis-2',
    at: `${R2}:1`,
    write: { into: [R2] },
  },
  {
    id: 'min-replicas',
    files: change([R1, 'min-replicas-to-write 1\n', '']),
    severity: 'info',
    subject: 'redis-1',
    at: `${COMPOSE}:2`,
    write: { into: [R1] },
  },
  {
    id: 'min-replicas',
    files: change([R1, 'to-write 1', 'to-write 2']),
    severity: 'warning',
    subject: 'redis-1',
    at: `${R1}:5`,
    write: { into: [R1] },
  },
  {
    id: 'output-buffer',
    files: change([R1, 'port 6379', 'client-output-buffer-limit slave 10mb 5mb 60\nport 6379']),
    severity: 'warning',
    subject: 'redis-1',
    at: `${R1}:1`,
    write: { into: [R1] },
  },
  {
    id: 'backlog-small',
    files: change([R1, 'port 6379', 'repl-backlog-size 100kb\nport 6379']),
    severity: 'warning',
    subject: 'redis-1',
    at: `${R1}:1`,
    write: { into: [R1] },
  },
  {
    id: 'maxmemory-skew',
    files: change([R2, 'port 6379', 'maxmemory 100mb\nport 6379']),
    severity: 'warning',
    subject: 'redis-2',
    at: `${R2}:1`,
    write: { into: [R2] },
  },
  {
    id: 'version-skew',
    files: change([COMPOSE, 'redis:7.2', 'redis:6.2']),
    severity: 'warning',
    subject: 'redis-1',
    at: `${COMPOSE}:2`,
  },
  {
    id: 'version-fault',
    files: change([
      COMPOSE,
      'sentinel-1:\n    image: redis:7.2',
      'sentinel-1:\n    image: valkey/valkey:9.0.0',
    ]),
    severity: 'warning',
    subject: 'sentinel-1',
    at: `${COMPOSE}:32`,
  },
  {
    id: 'hostname-mixed',
    files: change([R2, 'announce-ip 172.28.0.12', 'announce-ip redis-2']),
    severity: 'warning',
    subject: 'sentinel-1, sentinel-2, sentinel-3, redis-1, redis-3',
    at: `${S1}:3`,
  },
  {
    id: 'hostname-slow-dns',
    files: change(
      ...everywhere(
        [S1, S2, S3],
        MONITOR,
        'sentinel resolve-hostnames yes\nsentinel monitor mymaster redis-1 6379 2',
      ),
    ),
    severity: 'info',
    subject: 'sentinel-1, sentinel-2, sentinel-3',
    at: `${S1}:5`,
  },
  {
    id: 'conf-syntax',
    files: change([R2, 'port 6379', 'port 6379\nmasteruser "open']),
    severity: 'critical',
    subject: R2,
    at: `${R2}:2`,
  },
  {
    id: 'conf-syntax',
    also: ['name-mismatch', 'sentinels-few'],
    files: change([S1, '6379 2', '6379']),
    severity: 'critical',
    subject: 'sentinel-1',
    at: `${S1}:4`,
    write: { into: [S1] },
  },
  {
    id: 'conf-syntax',
    files: change([R2, 'appendonly yes', 'appendonly yes # always']),
    severity: 'critical',
    subject: 'redis-2',
    at: `${R2}:6`,
    write: { into: [R2] },
  },
  {
    id: 'conf-syntax',
    files: change([R2, 'requirepass s3cret', 'requirepass s3cret # everywhere']),
    severity: 'critical',
    subject: 'redis-2',
    at: `${R2}:2`,
  },
  {
    id: 'conf-unknown',
    files: change([R2, 'appendonly', 'key-memory-histograms yes\nappendonly']),
    severity: 'warning',
    subject: 'redis-2',
    at: `${R2}:6`,
  },
  {
    id: 'conf-unknown',
    files: change([R2, 'appendonly', 'apendonly']),
    severity: 'critical',
    subject: 'redis-2',
    at: `${R2}:6`,
  },
  {
    id: 'conf-unknown',
    also: ['down-high', 'settings-skew'],
    files: change([S2, 'down-after-milliseconds', 'down-after-miliseconds']),
    severity: 'critical',
    subject: 'sentinel-2',
    at: `${S2}:5`,
  },
  {
    id: 'app-name-unknown',
    files: change([COMPOSE, 'NAME: mymaster', 'NAME: MyMaster']),
    severity: 'critical',
    subject: 'web',
    at: `${COMPOSE}:66`,
  },
  {
    id: 'app-addrs-bad',
    files: change([COMPOSE, 'sentinel-1:26379,', 'redis://sentinel-1:26379,']),
    severity: 'critical',
    subject: 'web',
    at: `${COMPOSE}:65`,
  },
  {
    id: 'app-addrs-unresolvable',
    files: change([COMPOSE, 'sentinel-1:26379,', 'sentinel-9:26379,']),
    severity: 'warning',
    subject: 'web',
    at: `${COMPOSE}:65`,
  },
  {
    id: 'app-sentinel-silent',
    files: change([COMPOSE, 'sentinel-1:26379,', 'localhost:26379,']),
    severity: 'warning',
    subject: 'web',
    at: `${COMPOSE}:65`,
  },
  {
    id: 'app-not-sentinel',
    files: change([COMPOSE, 'sentinel-1:26379,', 'redis-1:6379,']),
    severity: 'warning',
    subject: 'web',
    at: `${COMPOSE}:65`,
  },
  {
    id: 'app-too-few-addrs',
    files: change([COMPOSE, 'sentinel-1:26379,sentinel-2:26379,', '']),
    severity: 'warning',
    subject: 'web',
    at: `${COMPOSE}:65`,
  },
];

describe('one thing wrong', () => {
  it.each(CASES.map((c, i) => [`${c.id} (${i})`, c] as const))(
    '%s is named with its line',
    async (_name, c) => {
      const dir = await tempDir();
      await written(dir, c.files);
      const all = allFindings(await diagnosed(dir));
      const own = all.filter((f) => f.id === c.id);
      // Nothing else is said but what follows from it.
      expect([...new Set(all.map((f) => f.id))].filter((id) => id !== c.id).sort()).toEqual(c.also ?? []);
      const [first] = own;
      expect({
        severity: first?.severity,
        subject: first?.subject,
        at: first?.at && `${first.at.file.replace(`${dir}/`, '')}:${first.at.line}`,
      }).toEqual({
        severity: c.severity,
        subject: first?.subject === `${dir}/${c.subject}` ? `${dir}/${c.subject}` : c.subject,
        at: c.at,
      });
      expect(first?.fix.length).toBeGreaterThan(0);
      expect([first?.message, ...(first?.fix ?? [])].join()).not.toContain('s3cret');
      if (c.write === undefined || c.write.into.length === 0) return;
      for (const file of c.write.into)
        for (const line of first?.fix ?? []) await writeLine(join(dir, file), line);
      const after = allFindings(await diagnosed(dir)).filter((f) => f.id === c.id);
      expect([after, await readFile(join(dir, c.write.into[0] ?? ''), 'utf8')]).toEqual([
        [],
        expect.anything(),
      ]);
    },
  );

  it.each([
    [2, 'sentinels-few', 'critical'],
    [4, 'sentinels-even', 'warning'],
  ])('%i sentinels are named: %s', async (count, id, severity) => {
    const dir = await tempDir();
    const files = Array.from({ length: count }, (_, i) => `s${i + 1}.conf`);
    const quorum = Math.floor(count / 2) + 1;
    const text = (SOUND[S1] ?? '')
      .replace('6379 2', `6379 ${quorum}`)
      .replace(/sentinel announce-ip.*\n/, '');
    await written(dir, Object.fromEntries(files.map((file) => [file, text])));
    const result = await diagnosed(dir, files);
    expect(result.findings.map((f) => [f.id, f.severity, f.subject])).toEqual([[id, severity, 'mymaster']]);
  });

  it('scripts that a sentinel could not start are named, and not those that it could', async () => {
    const dir = await tempDir();
    const good = join(dir, 'good.sh');
    const plain = join(dir, 'plain.sh');
    await writeFile(good, '#!/bin/sh\n', { mode: 0o755 });
    await writeFile(plain, '#!/bin/sh\n', { mode: 0o644 });
    const named = (script: string): Files => ({
      's.conf': `${SOUND[S1]}sentinel notification-script mymaster ${script}\n`,
    });
    const found = async (script: string) => {
      await written(dir, named(script));
      return (await diagnosed(dir, ['s.conf'])).findings.filter((f) => f.id === 'script-bad');
    };
    expect(await found(good)).toEqual([]);
    const [missing] = await found(join(dir, 'nothing.sh'));
    expect(missing).toMatchObject({ message: expect.stringContaining('is missing'), at: { line: 9 } });
    const [mode] = await found(plain);
    expect(mode?.fix).toEqual([`chmod +x ${plain}`]);
    await writeFile(good, '#!/bin/sh\r\n');
    const [crlf] = await found(good);
    expect(crlf?.message).toContain('begins with a line that ends in CRLF');
    expect(crlf?.fix).toEqual([`sed -i 's/\\r$//' ${good}`]);
    await chmod(plain, 0o755);
    expect(await found(plain)).toEqual([]);
    // Only a shell script is given the line of a shell.
    const python = join(dir, 'notify.py');
    await writeFile(python, 'print("x")\n', { mode: 0o755 });
    expect((await found(python))[0]?.fix).toEqual([`sed -i '1i #!/usr/bin/env python3' ${python}`]);
    await writeFile(plain, Buffer.from([0xca, 0xfe, 0, 0, 0x0a]));
    const [binary] = await found(plain);
    expect(binary?.message).toContain('neither a script nor a program');
    expect(binary?.fix).toEqual([`file ${plain}`]);
  });

  it('a script that this machine does not show is not judged', async () => {
    const dir = await tempDir();
    const script = join(dir, 'notify.sh');
    await writeFile(script, '#!/no/such/shell\n', { mode: 0o755 });
    await written(dir, { 's.conf': `${SOUND[S1]}sentinel notification-script mymaster ${script}\n` });
    const why = async (config: string) => {
      const project = await readProject({ configs: [config], compose: null, env: {}, nowMs: 0 });
      return diagnoseFiles(project, CHECKS).skipped.find((s) => s.id === 'script-bad');
    };
    const file = join(dir, 's.conf');
    expect(await why(file)).toMatchObject({ why: expect.stringContaining('does not exist here') });
    expect(await why(`web9=${file}`)).toMatchObject({ why: expect.stringContaining('is on web9') });
  });

  it('two volumes of one directory of a file server are one', async () => {
    const dir = await tempDir();
    const at = (path: string): string =>
      `{driver_opts: {type: nfs, o: "addr=10.0.0.9,rw", device: ":${path}"}}`;
    const compose = `services:
  a: {image: redis:7.2, command: redis-server --appendonly yes, volumes: ["one:/data"]}
  b: {image: redis:7.2, command: redis-server --appendonly yes --replicaof a 6379, volumes: ["two:/data"]}
volumes:
`;
    const found = async (second: string) => {
      await written(dir, { [COMPOSE]: `${compose}  one: ${at('/redis')}\n  two: ${at(second)}\n` });
      return allFindings(await diagnosed(dir)).filter((f) => f.id === 'data-shared');
    };
    expect(await found('/redis')).toMatchObject([{ subject: 'a, b' }]);
    expect(await found('/other')).toEqual([]);
  });

  it('is tried for every check', () => {
    const elsewhere = ['conf-unused', 'sentinels-few', 'sentinels-even', 'script-bad', ...OF_PODS];
    expect(
      JUDGING_FILES.map((check) => check.id).filter(
        (id) => !elsewhere.includes(id) && !CASES.some((c) => c.id === id),
      ),
    ).toEqual([]);
  });
});
