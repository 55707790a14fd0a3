import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { diagnoseFiles } from '../../src/checks/diagnose.js';
import { parseConf } from '../../src/checks/files/conf.js';
import type { FileServer } from '../../src/checks/files/project.js';
import { savePointsOf, settingOf } from '../../src/checks/files/settings.js';
import { splitArgs } from '../../src/checks/files/split-args.js';
import { readProject } from '../../src/checks/gather/project/read-project.js';
import { CHECKS } from '../../src/checks/index.js';
import { systemClock } from '../../src/clock.js';
import { randomOf } from '../../src/model/random.js';
import { openConnection } from '../../src/wire/client.js';
import { startRedis } from '../helpers/redis.js';
import { tempDir } from '../helpers/temp-dir.js';

const PORT = 7120;
/** Directives that take any text, and give it back. */
const TEXTS = [
  'masterauth',
  'masteruser',
  'syslog-ident',
  'replica-announce-ip',
  'cluster-announce-ip',
] as const;

/** Raw words out of what quoting is about. */
function generated(count: number): string[] {
  const random = randomOf(7);
  const pieces = [
    'a',
    'Z',
    ' ',
    '"',
    '"',
    "'",
    "'",
    '\\',
    '\\x41',
    '\\x4',
    '\\n',
    '\\"',
    "\\'",
    '#',
    'é',
    '\t',
    '\\\\',
  ];
  return Array.from({ length: count }, () => {
    const text = Array.from({ length: 1 + random.below(7) }, () => pieces[random.below(pieces.length)]).join(
      '',
    );
    const quote = ['', '"', "'"][random.below(3)] ?? '';
    return quote + text + quote;
  });
}

/** What the parser makes of `NAME RAW`: the one value, or undefined where a server must stop. */
const valueIn = (raw: string): string | undefined => {
  const words = splitArgs(`x ${raw}`.trim());
  return words?.length === 2 ? words[1] : undefined;
};

const parsed = (text: string): FileServer => ({
  id: 'redis.conf',
  kind: 'redis',
  directives: parseConf('redis.conf', text).directives,
  seen: true,
  conf: null,
  service: null,
  copies: 1,
  at: { file: 'redis.conf', line: 1 },
});

async function told(conf: string[], names: readonly string[]): Promise<Record<string, unknown>> {
  const redis = await startRedis({ port: PORT, conf });
  try {
    const connection = await openConnection(redis.address, { clock: systemClock, deadlineMs: 30_000 });
    const replies = await Promise.all(names.map((name) => connection.call('CONFIG', 'GET', name)));
    connection.close();
    return Object.fromEntries(replies.map((reply) => reply as [string, unknown]));
  } finally {
    await redis.stop();
  }
}

it('takes generated quoting for what a real server takes it for', async () => {
  const taken = generated(400).filter((raw) => {
    const value = valueIn(raw);
    return value !== undefined && value !== '' && !value.includes('/');
  });
  expect(taken.length).toBeGreaterThan(60);
  for (let i = 0; i + TEXTS.length <= 60; i += TEXTS.length) {
    const batch = TEXTS.map((name, j) => ({ name, raw: taken[i + j] ?? '' }));
    const conf = batch.map(({ name, raw }) => `${name.toUpperCase()} ${raw}`);
    const said = await told(conf, TEXTS);
    expect(said).toEqual(Object.fromEntries(batch.map(({ name, raw }) => [name, valueIn(raw)])));
    const server = parsed(conf.join('\n'));
    for (const name of TEXTS) expect(settingOf(server, name)).toBe(said[name]);
  }
});

it('stops where a real server stops', async () => {
  const dir = await tempDir();
  const file = join(dir, 'redis.conf');
  const bad = generated(400).filter((raw) => valueIn(raw) === undefined);
  expect(bad.length).toBeGreaterThan(25);
  for (const raw of bad.slice(0, 25)) {
    await writeFile(file, `port 0\nmasterauth ${raw}\n`);
    const ran = spawnSync('redis-server', [file, '--dir', dir], { encoding: 'utf8', timeout: 10_000 });
    expect([raw, ran.status, /FATAL CONFIG FILE ERROR/.test(ran.stderr)]).toEqual([raw, 1, true]);
    expect(/Unbalanced quotes/.test(ran.stderr)).toBe(splitArgs(`masterauth ${raw}`.trim()) === undefined);
  }
});

it('counts save points, and takes the last of several lines, as a real server does', async () => {
  for (const lines of [
    ['save 900 1', 'save 300 10'],
    ['save 900 1 300 10'],
    ['save 900 1', 'save ""'],
    ['save ""', 'save 60 5'],
  ]) {
    // The helper's own `save ""` is the first line of the file.
    const conf = [...lines, 'hz 12', 'HZ 13', 'slave-priority 7'];
    const said = await told(conf, ['save', 'hz', 'replica-priority']);
    const server = parsed(['save ""', ...conf].join('\n'));
    const points = String(said.save).split(' ').filter(Boolean).length / 2;
    expect([lines, savePointsOf(server)]).toEqual([lines, points]);
    expect(settingOf(server, 'hz')).toBe(said.hz);
    expect(settingOf(server, 'replica-priority')).toBe(said['replica-priority']);
  }
});

/** Lines that a server refuses, and why; and ones like them that it takes. */
const REFUSED = [
  'appendonly yes # always',
  'appendonly',
  'appendonly true',
  'maxmemory 10xb',
  'maxmemory -1',
  'timeout abc',
  'timeout 1.5',
  'timeout 010',
  'timeout +1',
  'port 65536',
  'hz -1',
  'io-threads 0',
  'databases 0',
  'save 900',
  'save 900 x',
  'save 0 1',
  'maxmemory-policy foo',
  'maxmemory-policy allkeys-lru # why not',
  'appendfsync often',
  'loglevel loud',
  'replicaof 127.0.0.1',
  'replicaof 127.0.0.1 63790000',
  'replicaof 127.0.0.1 6379 # the master',
  'client-output-buffer-limit replica 1mb 1mb',
  'client-output-buffer-limit master 1mb 1mb 60',
  'client-output-buffer-limit replica 1xb 1mb 60',
  'oom-score-adj-values 0 1',
  'requirepass secret # of all',
  'dbfilename a/b.rdb',
  'rename-command KEYS',
  'user',
  'loadmodule',
  'include a.conf b.conf',
  'sentinelx monitor m 127.0.0.1 6379 2',
  'requirepas secret',
  'maxmemory-polcy noeviction',
];
const TAKEN = [
  'appendonly YES',
  'maxmemory 10MB',
  'maxmemory 1k',
  'maxmemory ""',
  'maxmemory-clients 5%',
  'timeout 0',
  'hz 1000',
  'list-max-listpack-size -2',
  'slowlog-log-slower-than -1',
  'save',
  'save ""',
  'save "900 1 300 10"',
  'save +900 1',
  'maxmemory-policy AllKeys-LRU',
  'replicaof no one',
  'replicaof 127.0.0.1 1',
  'slaveof "127.0.0.1 1"',
  'client-output-buffer-limit slave 1mb 0 60 pubsub 1g 1m 1',
  'client-output-buffer-limit',
  'oom-score-adj-values 0 1 2',
  'shutdown-on-sigterm nosave now',
  'bind 127.0.0.1 -::1',
  'masterauth "a # b"',
  'hash-max-ziplist-value 64',
  'list-max-ziplist-value 64',
  'rename-command KEYS ""',
  'unixsocketperm 700',
  'tcp-keepalive 60',
  'notify-keyspace-events KEA',
];
const SENTINEL_REFUSED = [
  'sentinel monitor m 127.0.0.1 6379 0',
  'sentinel monitor m 127.0.0.1 70000 1',
  'sentinel monitor m 127.0.0.1 6379 1 # the master',
  'sentinel down-after-milliseconds mymaster 0',
  'sentinel down-after-milliseconds mymaster soon',
  'sentinel failover-timeout mymaster -1',
  'sentinel failover-timeout mymaster 60000 # a minute',
  'sentinel myid abc',
  'sentinel resolve-hostnames true',
  'sentinel master-reboot-down-after-period mymaster -1',
  'sentinel down-after-miliseconds mymaster 5000',
  'sentinel auth-pass mymaster',
];
const SENTINEL_TAKEN = [
  'sentinel down-after-milliseconds mymaster 5000ms',
  'sentinel parallel-syncs mymaster many',
  'sentinel resolve-hostnames YES',
  'sentinel known-replica mymaster 127.0.0.1 6380',
  'SENTINEL announce-port 26379',
];

/** What doctor says of a file of these lines: whether something in it is critical that only files show. */
async function isRefusedHere(file: string): Promise<boolean> {
  const project = await readProject({ configs: [file], compose: null, env: {}, nowMs: 0 });
  const { findings } = diagnoseFiles(project, CHECKS, { only: ['conf-syntax', 'conf-unknown'] });
  return findings.some((f) => f.severity === 'critical');
}

/** Whether the server refuses it: a directive at the end that none knows is reached only by what is taken. */
function isRefusedThere(file: string, dir: string): boolean {
  const ran = spawnSync('redis-server', [file, '--no-such-directive', 'x'], {
    cwd: dir,
    encoding: 'utf8',
    timeout: 10_000,
  });
  expect([file, ran.status]).toEqual([file, 1]);
  return !ran.stderr.includes('no-such-directive');
}

it.each([
  ['refuses', true, REFUSED],
  ['takes', false, TAKEN],
])('says of lines that a server %s that it does', async (_word, refused, lines) => {
  const dir = await tempDir();
  const file = join(dir, 'redis.conf');
  for (const line of lines) {
    await writeFile(file, `port 0\n${line}\n`);
    expect([line, isRefusedThere(file, dir)]).toEqual([line, refused]);
    expect([line, await isRefusedHere(file)]).toEqual([line, refused]);
  }
});

it.each([
  ['refuses', true, SENTINEL_REFUSED],
  ['takes', false, SENTINEL_TAKEN],
])('says of lines that a sentinel %s that it does', async (_word, refused, lines) => {
  const dir = await tempDir();
  const file = join(dir, 'sentinel.conf');
  for (const line of lines) {
    // The last line is refused for its name only, so that nothing runs and what is refused before it shows.
    const end = 'sentinel parallel-syncs nobody 1';
    await writeFile(file, `port 0\nsentinel monitor mymaster 127.0.0.1 6379 1\n${line}\n${end}\n`);
    const ran = spawnSync('redis-server', [file, '--sentinel'], {
      cwd: dir,
      encoding: 'utf8',
      timeout: 10_000,
    });
    expect([line, ran.status]).toEqual([line, 1]);
    expect([line, !ran.stderr.includes(`>>> '${end}'`)]).toEqual([line, refused]);
    expect([line, await isRefusedHere(file)]).toEqual([line, refused]);
  }
});
