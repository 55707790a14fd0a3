import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import type { NodeKind } from '../../src/model/plan.js';
import { openConnection } from '../../src/wire/client.js';
import { type Cli, openCli, type Ran } from '../helpers/cli.js';
import { dirOf, nodesOf } from '../helpers/inside.js';
import { healthyStatus } from '../helpers/main-road.js';
import { refusal } from '../helpers/refusal.js';

/** `owner` made a cluster with users; `cli` knows it only as one that it did not start. */
let owner: Cli;
let cli: Cli;
const PASSWORD = 'guest-secret';
const USER = 'guest';
const login = (): string[] => [
  ...['--username', USER, '--sentinel-username', USER, '--password-file', join(cli.home, 'password')],
];

beforeAll(async () => {
  owner = await openCli();
  cli = await openCli();
  await writeFile(join(cli.home, 'password'), PASSWORD, { mode: 0o600 });
  const up = await owner.run(['up', '--driver', 'process', '--port', 'auto', '--acl', '--down-after', '2s']);
  expect(up.code, up.stderr).toBe(0);
});
afterAll(async () => {
  await cli?.close();
  await owner?.close();
});

/** A command of the cluster's own operator at every node of a kind. */
async function atEach(kind: NodeKind, ...words: string[]): Promise<unknown[]> {
  const password = await readFile(join(dirOf(owner), 'passwords', 'operator'), 'utf8');
  const credentials = { username: 'operator', password };
  return Promise.all(
    (await nodesOf(owner))
      .filter((node) => node.kind === kind)
      .map(async ({ endpoint }) => {
        const connection = await openConnection(endpoint, {
          clock: systemClock,
          deadlineMs: 30_000,
          credentials,
        });
        return connection.call(...words).finally(() => connection.close());
      }),
  );
}

/** The printed rules of a purpose, by kind of server. */
async function printed(purpose: string): Promise<Record<NodeKind, string[]>> {
  const words = ['attach', 'guests', '--print-acl', '--for', purpose, '--username', USER];
  const { acl } = (await cli.run([...words, '--json'])).json();
  const text = (await cli.run(words)).stdout;
  for (const kind of ['redis', 'sentinel'] as const) {
    expect(acl[kind].user).toBe(USER);
    expect(text).toContain(`\nuser ${USER} on >PASSWORD ${acl[kind].rules.join(' ')}\n`);
  }
  return { redis: acl.redis.rules, sentinel: acl.sentinel.rules };
}

/** Makes the user with exactly these rules everywhere, and attaches the cluster as it. */
async function attachedAs(rules: Record<NodeKind, string[]>): Promise<Ran> {
  for (const kind of ['redis', 'sentinel'] as const) {
    await atEach(kind, 'ACL', 'SETUSER', USER, 'reset', 'on', `>${PASSWORD}`, ...rules[kind]);
    await atEach(kind, 'ACL', 'LOG', 'RESET');
  }
  // A node that is killed and started knows only the users of its file.
  await atEach('redis', 'CONFIG', 'REWRITE');
  const { REDIS_SENTINEL_ADDRS } = (await owner.run(['env', '--json'])).json();
  return cli.run(['attach', 'guests', '--sentinel-addrs', REDIS_SENTINEL_ADDRS, '--local', ...login()]);
}

/** What the user was refused, by the ACL LOG of every node. */
async function refused(): Promise<string[]> {
  const logs = [...(await atEach('redis', 'ACL', 'LOG')), ...(await atEach('sentinel', 'ACL', 'LOG'))];
  return (logs as unknown[][]).flat().map((entry) => JSON.stringify(entry));
}

describe('attach --print-acl', () => {
  it.each(['look', 'doctor'])('has what is enough for %s', async (purpose) => {
    const attached = await attachedAs(await printed(purpose));
    expect(attached.code, attached.stderr).toBe(0);
    const ran = await cli.run([purpose === 'look' ? 'status' : 'doctor', '--cluster', 'guests', '--json']);
    expect(ran.json().verdict.word, ran.stdout).toBe('HEALTHY');
    expect(await refused()).toEqual([]);
  });

  it('has what is enough for failover-test with clients', async () => {
    const attached = await attachedAs(await printed('failover-test'));
    expect(attached.code, attached.stderr).toBe(0);
    const test = ['failover-test', '--cluster', 'guests', '--confirm', 'guests', '--clients', '1'];
    const ran = await cli.run([...test, '--budget', '5m', '--json']);
    expect(await refused()).toEqual([]);
    expect(ran.json(), ran.stderr).toMatchObject({ outcome: 'holds' });
    await healthyStatus(owner);
  });

  it('every right of it is needed: without one nothing is done, and the refusal names it', async () => {
    const rules = await printed('failover-test');
    const epoch = async (): Promise<string> =>
      JSON.stringify(await atEach('sentinel', 'SENTINEL', 'MASTERS')).match(/"config-epoch","(\d+)"/)?.[1] ??
      '';
    const before = await epoch();
    expect(before).not.toBe('');
    for (const kind of ['redis', 'sentinel'] as const) {
      for (const rule of rules[kind]) {
        // What tells which rights there are, and what a look needs before anything can be asked.
        if (!rule.startsWith('+') || ['+acl|dryrun', '+info', '+ping'].includes(rule)) continue;
        const name = rule.slice(1);
        await atEach(kind, 'ACL', 'SETUSER', USER, `-${name}`);
        const words = ['failover-test', '--cluster', 'guests', '--confirm', 'guests', '--clients', '1'];
        const said = await cli.run(words);
        expect([name, said.code, said.stderr]).toEqual([
          name,
          3,
          expect.stringContaining(
            `the user ${USER} may not run ${name.replace('|', ' ')} at ${kind}-1, so nothing was done`,
          ),
        ]);
        await atEach(kind, 'ACL', 'SETUSER', USER, `+${name}`);
      }
    }
    expect(await epoch()).toBe(before);
  });

  it('names what a key or a channel lacks', async () => {
    await atEach('redis', 'ACL', 'SETUSER', USER, 'resetkeys');
    const words = ['failover-test', '--cluster', 'guests', '--confirm', 'guests'];
    await refusal(cli, words, {
      exit: 3,
      code: 'right-missing',
      says: /redis-1: setbit.*\n.*--print-acl --for failover-test/s,
    });
  });

  it('--for alone is refused', async () => {
    const words = ['attach', 'guests', '--for', 'doctor'];
    await refusal(cli, words, { exit: 64, code: 'contradiction', says: '--for goes with --print-acl' });
  });
});
