import { describe, expect, it } from 'vitest';
import { commands } from '../../../commands/index.js';
import type { Failure } from '../../../src/cli/failure.js';
import { main } from '../../../src/cli/main.js';
import { withTypedHint } from '../../../src/cli/typed-hint.js';
import { EXIT } from '../../../src/errors.js';
import { expectTypeable } from '../../helpers/hints.js';
import { tempDir } from '../../helpers/temp-dir.js';
import { memoryWorld } from '../../helpers/world.js';

/** What is printed behind `try:`. */
async function tried(line: string): Promise<string> {
  const world = memoryWorld({ commands, env: { SENTINELCTL_HOME: await tempDir() } });
  await main(line.split(' '), world);
  return /^ {2}try: (.*)$/m.exec(world.stderr.text)?.[1] ?? world.stderr.text;
}

async function hintOf(hint: string, line: string, exitCode: Failure['exitCode']): Promise<string> {
  const failure = { code: 'x', message: 'x', why: undefined, account: [], stack: undefined, hint, exitCode };
  return (await withTypedHint(failure, line.split(' '), commands)).hint ?? '';
}

it('the wrong value of an option that may stand alone does not become an argument', async () => {
  expect(await tried('status --watch x')).toBe('sentinelctl status --watch 5s');
});

describe('what an error says to try is a command', () => {
  it.each([
    // An option alone.
    ['up --port 99999x', 'sentinelctl up --port 6379'],
    ['up --quorum=9 --replicas 3', 'sentinelctl up --replicas 3 --quorum 2 # a majority of 3'],
    ['status --json=yes', 'sentinelctl status --json'],
    ['status --timeout fast', 'sentinelctl status --timeout 30s'],
    ['--timeout fast status --all', 'sentinelctl status --all --timeout 30s'],
    ['wait --for master --timeout 0', 'sentinelctl wait --for master --timeout 30s'],
    // What stands behind a misspelt word stays.
    ['chaos shwo kill', 'sentinelctl chaos show kill'],
    [
      'status --sentinel-addrs 127.0.0.1:9 --sentinel-password-file nofile',
      'sentinelctl status --sentinel-addrs 127.0.0.1:9 --sentinel-password-file FILE # FILE contains only the password; - reads standard input',
    ],
    ['status --cluster BAD!', 'sentinelctl status --cluster NAME'],
    // What interrupts clients is explained only.
    ['kill redis-1 --timeout fast', 'sentinelctl kill --help # such as --timeout 30s'],
    ['restart redis-1 --timeout fast', 'sentinelctl restart --help # such as --timeout 30s'],
    ['chaos run kill --timeout fast', 'sentinelctl chaos --help # such as --timeout 30s'],
    ['chaos --timeout fast run kill', 'sentinelctl chaos --help # such as --timeout 30s'],
    // Words.
    ['down --keep-data --delete-data', 'leave one of them out: sentinelctl down --help'],
    // A command that was misspelt.
    ['restrt redis-1', 'sentinelctl restart --help'],
    ['detac prod', 'sentinelctl detach --help'],
    ['strt redis-1', 'sentinelctl start --help'],
    ['statsu --cluster prod', 'sentinelctl status --cluster prod'],
    ['statsu --nope', 'sentinelctl status --help'],
    ['upp --replicas 3', 'sentinelctl up --replicas 3'],
    ['kil redis-1', 'sentinelctl --help # lists the commands'],
  ])('%s', async (line, hint) => {
    expect(await tried(line)).toBe(hint);
    await expectTypeable(hint);
  });

  it.each([
    ['run it again', 'start redis-1', EXIT.refused, 'sentinelctl start redis-1'],
    ['run it again', 'kill redis-1', EXIT.refused, 'sentinelctl kill --help'],
    [
      'make it writable',
      'up --replicas 3',
      EXIT.refused,
      'make it writable, then: sentinelctl up --replicas 3',
    ],
    ['make it writable', 'stop redis-1', EXIT.refused, 'make it writable: sentinelctl stop --help'],
    [
      '--master-name a',
      'master-addr b --json',
      EXIT.refused,
      'sentinelctl master-addr --json --master-name a',
    ],
    ['kill 4711', 'status', EXIT.refused, 'kill 4711'],
    ['see it (docker ps)', 'status', EXIT.refused, 'see it (docker ps)'],
    ['remove it', 'status', EXIT.usage, 'remove it: sentinelctl status --help'],
    ['leave it out', 'frobnicate', EXIT.usage, 'leave it out: sentinelctl --help'],
  ] as const)('"%s" for %s', async (hint, line, exitCode, whole) => {
    expect(await hintOf(hint, line, exitCode)).toBe(whole);
  });
});
