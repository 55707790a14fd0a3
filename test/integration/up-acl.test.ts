import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import type { NodeKind } from '../../src/model/plan.js';
import { USERS, type UserName } from '../../src/model/users.js';
import { openConnection } from '../../src/wire/client.js';
import { connect } from '../../src/wire/connect.js';
import { parseFieldsList } from '../../src/wire/gather-parse.js';
import { type Cli, openCli } from '../helpers/cli.js';
import { dirOf, nodesOf, pidsOf } from '../helpers/inside.js';
import { failoverTest, healthyStatus } from '../helpers/main-road.js';
import { printing } from '../helpers/printed.js';
import { refusal } from '../helpers/refusal.js';

const GIVEN = '#app\\word{ü}';

/** Everything that was ever printed about it. */
let cli: Cli;
const { printed, run } = printing(() => cli);
beforeAll(async () => {
  cli = await openCli();
  await writeFile(join(cli.home, 'given'), `${GIVEN}\n`, { mode: 0o600 });
  const given = ['--password-file', join(cli.home, 'given')];
  const up = await run(
    'up',
    '--driver',
    'process',
    '--port',
    'auto',
    '--acl',
    '--down-after',
    '2s',
    ...given,
  );
  expect(up.code, up.stderr).toBe(0);
});
afterAll(() => cli?.close());

const passwordOf = (user: UserName): Promise<string> => readFile(join(dirOf(cli), 'passwords', user), 'utf8');

/** What each node of a kind answers a user. */
async function answers(kind: NodeKind, user: UserName, ...words: string[]): Promise<string[]> {
  const nodes = (await nodesOf(cli)).filter((node) => node.kind === kind);
  const credentials = { username: user, password: await passwordOf(user) };
  return Promise.all(
    nodes.map(async ({ endpoint }) => {
      const options = { clock: systemClock, deadlineMs: 30_000, credentials };
      try {
        const connection = await openConnection(endpoint, options);
        const said = await connection.call(...words).finally(() => connection.close());
        return typeof said === 'string' ? said : JSON.stringify(said);
      } catch (error) {
        return (error as Error).message;
      }
    }),
  );
}

describe('a cluster with users', () => {
  it('answers nothing without a user', async () => {
    for (const { endpoint } of await nodesOf(cli)) {
      const options = { clock: systemClock, deadlineMs: 30_000 };
      const nameless = openConnection(endpoint, options).then((connection) => connection.call('PING'));
      await expect(nameless).rejects.toThrow('requires a password');
      const default_ = openConnection(endpoint, { ...options, credentials: { password: GIVEN } });
      await expect(default_).rejects.toThrow('rejects this password');
    }
  });

  it('is healthy for commands that are told of no user', async () => {
    expect(await healthyStatus(cli)).toMatchObject({ healthy: true, problems: [] });
    const doctor = await run('doctor', '--json');
    expect(doctor.code, doctor.stdout).toBe(0);
    expect(doctor.json().verdict.word).toBe('HEALTHY');
  });

  it.each<[UserName, NodeKind, string[], string]>([
    ['replication', 'redis', ['PING'], 'PONG'],
    ['replication', 'redis', ['GET', 'k'], 'NOPERM'],
    ['replication', 'redis', ['CONFIG', 'GET', 'maxmemory'], 'NOPERM'],
    ['replication', 'sentinel', ['PING'], 'rejects this user name or password'],
    ['sentinel', 'redis', ['PUBLISH', '__sentinel__:hello', ''], ''],
    ['sentinel', 'redis', ['PUBLISH', 'news', ''], 'NOPERM'],
    ['sentinel', 'redis', ['GET', 'k'], 'NOPERM'],
    ['sentinel', 'redis', ['CONFIG', 'SET', 'maxmemory', '0'], 'NOPERM'],
    ['sentinel', 'sentinel', ['SENTINEL', 'MASTERS'], 'NOPERM'],
    ['sentinel', 'sentinel', ['SENTINEL', 'FAILOVER', 'mymaster'], 'NOPERM'],
    ['app', 'redis', ['GET', 'k'], 'null'],
    ['app', 'redis', ['FLUSHALL'], 'NOPERM'],
    ['app', 'redis', ['CONFIG', 'GET', 'maxmemory'], 'NOPERM'],
    ['app', 'redis', ['ACL', 'LIST'], 'NOPERM'],
    ['app', 'sentinel', ['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', 'mymaster'], '127.0.0.1'],
    ['app', 'sentinel', ['SENTINEL', 'FAILOVER', 'mymaster'], 'NOPERM'],
    ['app', 'sentinel', ['PUBLISH', '__sentinel__:hello', 'x'], 'NOPERM'],
    ['observer', 'redis', ['CONFIG', 'GET', 'maxmemory'], 'maxmemory'],
    ['observer', 'redis', ['CONFIG', 'SET', 'maxmemory', '0'], 'NOPERM'],
    ['observer', 'redis', ['GET', 'k'], 'NOPERM'],
    ['observer', 'sentinel', ['SENTINEL', 'MASTERS'], 'mymaster'],
    ['observer', 'sentinel', ['SENTINEL', 'SET', 'mymaster', 'quorum', '1'], 'NOPERM'],
    ['operator', 'redis', ['ACL', 'WHOAMI'], 'operator'],
    ['operator', 'sentinel', ['ACL', 'WHOAMI'], 'operator'],
  ])('lets %s at each %s run %j: %s', async (user, kind, words, says) => {
    for (const answer of await answers(kind, user, ...words)) expect(answer).toContain(says);
  });

  it('writes down what each user may do, and no password', async () => {
    const text = await readFile(join(dirOf(cli), 'users.txt'), 'utf8');
    for (const user of USERS) {
      expect(text).toMatch(new RegExp(`^${user}: `, 'm'));
      expect(text).toContain(join(dirOf(cli), 'passwords', user));
      expect(text).not.toContain(await passwordOf(user));
    }
  });

  it('lets an application in that was given its password, by connect()', async () => {
    const env = (await run('env', '--json')).json();
    expect(env).toMatchObject({ REDIS_USERNAME: 'app', REDIS_SENTINEL_USERNAME: 'app', REDIS_CA_FILE: null });
    expect(await passwordOf('app')).toBe(GIVEN);
    const { natMap, needsPassword, REDIS_CA_FILE, ...variables } = env;
    expect([natMap, needsPassword, REDIS_CA_FILE]).toEqual([null, true, null]);
    const client = await connect(variables);
    expect(await client.set('k', '1')).toBe('OK');
    expect(await client.del('k')).toBe(1);
    await expect(client.flushall()).rejects.toThrow('NOPERM');
    client.disconnect();
    const missing = { ...variables, REDIS_PASSWORD_FILE: '/none/app' };
    await expect(connect(missing)).rejects.toMatchObject({ code: 'password-file', exitCode: 64 });
  });

  it('fails over with clients, and nothing that its servers do lacks a right', async () => {
    for (const kind of ['redis', 'sentinel'] as const) await answers(kind, 'operator', 'ACL', 'LOG', 'RESET');
    const result = await failoverTest(cli, '--clients', '2');
    expect(result.trials[0]?.ledger?.lost).toBe(0);
    expect(await healthyStatus(cli)).toMatchObject({ healthy: true });
    for (const { endpoint } of await nodesOf(cli)) {
      const credentials = { username: 'operator', password: await passwordOf('operator') };
      const connection = await openConnection(endpoint, {
        ...{ clock: systemClock, deadlineMs: 30_000, credentials },
      });
      const log = parseFieldsList(await connection.call('ACL', 'LOG')).map(({ username, object }) => [
        username,
        object,
      ]);
      connection.close();
      expect(log).toEqual([]);
    }
  });

  it('completes a part of it, and comes back from its kept data', async () => {
    expect((await run('kill', 'sentinel-1')).code).toBe(0);
    const finished = await run('up');
    expect(finished.code, finished.stderr).toBe(0);
    expect((await run('down', '--keep-data')).code).toBe(0);
    const again = await run('up', '--acl', '--password-file', join(cli.home, 'given'), '--json');
    expect(again.code, again.stderr).toBe(0);
    expect(again.json()).toMatchObject({ alreadyUp: false });
    const expected = { exit: 3, code: 'options-differ', says: '--tls is off, asked for on' };
    await refusal(cli, ['up', '--secure'], expected);
  });

  it('prints no password, and has none on a command line', async () => {
    for (const words of ['status', 'env', 'env --export', 'config', 'list', 'logs', 'doctor --all']) {
      for (const more of [[], ['--json']]) await run(...words.split(' '), ...more);
    }
    const config = (await run('config')).stdout;
    expect(config.match(/^user \w+ on \(redacted\) /gm)).toHaveLength(3 * 5 + 3 * 4);
    const lines: string[] = [];
    for (const pid of Object.values(await pidsOf(cli)))
      for (const part of ['cmdline', 'environ']) lines.push(await readFile(`/proc/${pid}/${part}`, 'utf8'));
    for (const user of USERS) {
      const password = await passwordOf(user);
      expect(printed.join('\n')).not.toContain(password);
      expect(lines.join('\n')).not.toContain(password);
    }
  });

  it('keeps passwords in files that are their owner’s alone', async () => {
    const directory = join(dirOf(cli), 'passwords');
    expect((await readdir(directory)).sort()).toEqual([...USERS].sort());
    expect((await stat(directory)).mode & 0o777).toBe(0o700);
    for (const user of USERS) expect((await stat(join(directory, user))).mode & 0o777).toBe(0o600);
  });
});
