import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parseConf } from '../../src/checks/static/conf.js';
import type { FileServer } from '../../src/checks/static/project.js';
import { savePointsOf, settingOf } from '../../src/checks/static/settings.js';
import { splitArgs } from '../../src/checks/static/split-args.js';
import { systemClock } from '../../src/clock.js';
import { randomOf } from '../../src/model/random.js';
import { openConnection } from '../../src/wire/client.js';
import { startRedis } from '../helpers/redis.js';
import { tempDir } from '../helpers/temp-dir.js';

const PORT = 23120;
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
    const connection = await openConnection(redis.address, { clock: systemClock, deadlineMs: 2000 });
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
