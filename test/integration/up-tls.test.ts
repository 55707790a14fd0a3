import { execFile } from 'node:child_process';
import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { openConnection } from '../../src/wire/client.js';
import { connect } from '../../src/wire/connect.js';
import { type Cli, openCli } from '../helpers/cli.js';
import { dirOf, nodesOf } from '../helpers/inside.js';
import { failoverTest, healthyStatus } from '../helpers/main-road.js';
import { refusal } from '../helpers/refusal.js';

let cli: Cli;
beforeAll(async () => {
  cli = await openCli();
  const up = await cli.run([
    ...['up', '--driver', 'process', '--port', 'auto', '--tls', '--down-after', '2s'],
  ]);
  expect(up.code, up.stderr).toBe(0);
});
afterAll(() => cli?.close());

const ca = (): string => join(dirOf(cli), 'tls', 'ca.crt');
const run = promisify(execFile);

describe('a cluster with TLS', () => {
  it('is healthy for commands that are told nothing of TLS', async () => {
    expect(await healthyStatus(cli)).toMatchObject({ healthy: true, problems: [] });
    const doctor = await cli.run(['doctor', '--json']);
    expect(doctor.code, doctor.stdout).toBe(0);
    expect(doctor.json().verdict.word).toBe('HEALTHY');
  });

  it('answers nothing without TLS, and no client that does not trust its authority', async () => {
    const asking = { clock: systemClock, deadlineMs: 10_000 };
    for (const { endpoint } of await nodesOf(cli)) {
      const plain = openConnection(endpoint, asking).then((connection) => connection.call('PING'));
      await expect(plain).rejects.toThrow();
      const untrusting = openConnection(endpoint, { ...asking, credentials: { tls: {} } });
      await expect(untrusting).rejects.toThrow('not trusted');
    }
  });

  it('has certificates that openssl accepts for every name and address of a node', async () => {
    for (const { id, endpoint } of await nodesOf(cli)) {
      const cert = join(dirOf(cli), 'tls', `${id}.crt`);
      for (const name of [
        ['-verify_hostname', id],
        ['-verify_hostname', `sentinelctl-default-${id}`],
        ['-verify_hostname', 'localhost'],
        ['-verify_ip', endpoint.host],
      ]) {
        const words = ['verify', '-x509_strict', '-purpose', 'sslserver', ...name, '-CAfile', ca(), cert];
        expect((await run('openssl', words)).stdout).toBe(`${cert}: OK\n`);
      }
    }
  });

  it('is reached by redis-cli as a printed command has it', async () => {
    const master = (await nodesOf(cli))[0];
    expect((await cli.run(['stop', 'redis-3'])).code).toBe(0);
    const { endpoint } = master ?? { endpoint: { host: '', port: 0 } };
    await run('redis-cli', [
      ...['-h', endpoint.host, '-p', String(endpoint.port), '--tls', '--cacert', ca()],
      ...['CONFIG', 'SET', 'replica-priority', '0'],
    ]);
    const doctor = await cli.run(['doctor', '--all']);
    const printed = doctor.stdout.match(/redis-cli -h .*/g) ?? [];
    expect(printed.length, doctor.stdout).toBeGreaterThan(0);
    for (const line of printed) expect(line).toContain(` --tls --cacert ${ca()} `);
    expect((await cli.run(['start', 'redis-3'])).code).toBe(0);
  });

  it('gives an application what connect() needs', async () => {
    const env = (await cli.run(['env', '--json'])).json();
    expect(env).toMatchObject({ REDIS_CA_FILE: ca(), REDIS_USERNAME: null, needsPassword: false });
    expect(env.REDIS_URL).toMatch(/^rediss:/);
    const { REDIS_SENTINEL_ADDRS, REDIS_MASTER_NAME, REDIS_URL, REDIS_CA_FILE } = env;
    for (const given of [
      { REDIS_SENTINEL_ADDRS, REDIS_MASTER_NAME, REDIS_CA_FILE },
      { REDIS_URL, REDIS_CA_FILE },
    ]) {
      const client = await connect(given);
      expect(await client.set('k', '1')).toBe('OK');
      client.disconnect();
    }
    const tls = { ca: await readFile(ca(), 'utf8') };
    const client = await connect({ REDIS_SENTINEL_ADDRS }, { tls });
    expect(await client.get('k')).toBe('1');
    client.disconnect();
    await expect(connect({ REDIS_SENTINEL_ADDRS, REDIS_CA_FILE: '/none/ca.crt' })).rejects.toMatchObject({
      code: 'tls-file',
      exitCode: 64,
    });
  });

  it('fails over, with clients, and takes the old master back', async () => {
    const result = await failoverTest(cli, '--clients', '2');
    expect(result.trials[0]?.ledger?.lost).toBe(0);
    expect(await healthyStatus(cli)).toMatchObject({ healthy: true });
  });

  it('comes back from its kept data', async () => {
    expect((await cli.run(['down', '--keep-data'])).code).toBe(0);
    const up = await cli.run(['up', '--tls', '--json']);
    expect(up.code, up.stderr).toBe(0);
    expect(up.json()).toMatchObject({ alreadyUp: false });
  });

  it('is not changed by an up that asks for users', async () => {
    const expected = { exit: 3, code: 'options-differ', says: '--acl is off, asked for on' };
    await refusal(cli, ['up', '--tls', '--acl'], expected);
  });

  it('says which file is missing', async () => {
    await rename(ca(), `${ca()}.away`);
    await refusal(cli, ['status'], { exit: 3, code: 'secret-missing', says: ca() });
    await rename(`${ca()}.away`, ca());
  });
});
