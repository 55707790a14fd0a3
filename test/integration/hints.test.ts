import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Cli, openCli } from '../helpers/cli.js';
import { expectTypeable, linesIn } from '../helpers/hints.js';

/** One cluster of processes; a hint that creates another one does it in the same way. */
const DRIVER = { SENTINELCTL_DRIVER: 'process', SENTINELCTL_PORT: 'auto', SENTINELCTL_SENTINEL_PORT: 'auto' };
let cli: Cli;
beforeAll(async () => {
  cli = await openCli();
  // No failover may happen meanwhile, however slow the machine is.
  const up = await cli.run(['up', '--down-after', '10m'], { env: DRIVER });
  expect(up.code, up.stderr).toBe(0);
});
afterAll(() => cli?.close());

/** A line that fails, the code that it fails with, and what the lines of its hint must exit with: 0 where not said. */
const CORPUS: [line: string, code: string, exits?: number[]][] = [
  ['statsu', 'unknown-command'],
  ['frobnicate', 'unknown-command'],
  ['restrt redis-1', 'unknown-command'],
  ['detac default', 'unknown-command'],
  ['status --timeout fast', 'bad-value'],
  ['kill redis-1 --timeout fast', 'bad-value'],
  ['failover-test --threshold x==0', 'bad-threshold'],
  ['logs redis-9', 'node-unknown'],
  ['down --keep-data --delete-data', 'contradiction'],
  ['failover', 'unknown-command'],
  ['status --user x', 'unknown-option'],
  ['status --clutser default', 'unknown-option'],
  ['kill', 'missing-argument'],
  ['start', 'missing-argument', [0]],
  ['chaos', 'missing-argument'],
  ['status --master-name other', 'master-unknown'],
  ['status --cluster nope', 'cluster-unknown', [0]],
  ['history --cluster never-tested', 'cluster-unknown'],
  ['start redis-9', 'node-unknown'],
  ['inject nope', 'unknown-fault'],
  ['inject kill --delay 5s', 'bad-value'],
  ['explain nope', 'check-unknown'],
  ['chaos show nope', 'scenario-unknown'],
  ['chaos list kill', 'too-many-arguments'],
  ['chaos lst', 'bad-value'],
  ['completion bsh', 'bad-value'],
  ['report /nonexistent/report.json', 'report-file'],
  ['sweep --clients 0', 'no-clients'],
  ['failover-test --budget fast', 'bad-value'],
  ['up --replicas 5', 'options-differ'],
  ['restart', 'missing-argument'],
  ['completion', 'missing-argument'],
  ['attach default --sentinel-addrs 127.0.0.1:1', 'cluster-exists', [5]],
  ['chaos run nope', 'scenario-unknown'],
  ['chaos run kill --sentinel-addrs 127.0.0.1:1', 'attached'],
  ['doctor --only nope', 'check-unknown'],
  ['quorum-test extra', 'too-many-arguments'],
  ['down nope', 'too-many-arguments'],
  ['kill redis-2 --yes --confirm other', 'not-confirmed'],
  ['down --yes --confirm other', 'not-confirmed'],
  ['down --cluster nobody-made-this', 'cluster-unknown'],
  ['use never-made', 'cluster-unknown'],
  ['detach nope', 'cluster-unknown'],
  ['detach default', 'not-attached'],
  ['restart redis-1 --cluster nope', 'cluster-unknown'],
  ['chaos run kill --cluster nope', 'cluster-unknown'],
  ['failover-test --no-restart --rejoin guarded', 'contradiction'],
  ['failover-test --no-restart --trials 2', 'contradiction'],
  ['attach', 'missing-argument'],
  ['detach', 'missing-argument'],
  ['inject freeze redis-1 redis-2', 'blast-radius'],
  ['master-addr nope', 'master-unknown'],
  ['masters --sentinel-addrs 127.0.0.1:1', 'no-sentinel', [5]],
  ['env --sentinel-addrs 127.0.0.1:1', 'no-sentinel', [5]],
  ['failover-test --fault nope', 'bad-value'],
];

async function hintOf(line: string): Promise<{ code: string; hint: string }> {
  const ran = await cli.run([...line.split(' '), '--json'], { env: DRIVER });
  const { error } = ran.json() as { error: { code: string; hint: string } };
  return error;
}

async function typeAll(hint: string, exits: readonly number[]): Promise<void> {
  await expectTypeable(hint);
  for (const [i, words] of (await linesIn(hint)).entries()) {
    const ran = await cli.run(words, { env: DRIVER });
    expect(ran.code, `${hint}\ntyped: ${words.join(' ')}\n${ran.stderr}`).toBe(exits[i] ?? 0);
  }
}

describe('what an error says to type is typed, and exits as it should', () => {
  it.each(CORPUS)('%s', async (line, code, exits = []) => {
    const error = await hintOf(line);
    expect(error.code).toBe(code);
    expect(error.hint, 'has a command').toMatch(/\bsentinelctl -?-?[a-z]/);
    await typeAll(error.hint, exits);
  });

  it.each([
    ['pause redis-3', 'start redis-3', 'paused'],
    ['pause redis-3', 'up', 'half-up'],
    ['kill redis-3', 'kill redis-3', 'not-running'],
    ['stop sentinel-3', 'pause sentinel-3', 'not-running'],
    ['inject sentinel-down', 'start redis-2', 'unfinished-journal'],
    ['down --keep-data', 'down', 'kept-data'],
  ])('after %s: %s', async (breaks, line, code) => {
    const broken = await cli.run(breaks.split(' '));
    expect(broken.code, broken.stderr).toBe(0);
    const error = await hintOf(line);
    expect(error.code).toBe(code);
    await typeAll(error.hint, []);
    const status = await cli.run(['up']);
    expect(status.code, status.stderr).toBe(0);
  });
});
