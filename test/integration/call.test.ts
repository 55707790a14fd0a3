import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cli as say } from '../helpers/by-hand.js';
import { type Cli, openCli } from '../helpers/cli.js';
import { QUIET_MS } from '../helpers/quiet.js';
import { type RawCluster, startRawCluster } from '../helpers/redis.js';
import { refusal } from '../helpers/refusal.js';

const PORT = 8200;
const MASTER = PORT;
const REPLICA = PORT + 1;
const ADDRS = ['--sentinel-addrs', `127.0.0.1:${PORT + 50}`];
const SHOP = ['--cluster', 'shop'];

let cluster: RawCluster;
let cli: Cli;

beforeAll(async () => {
  cli = await openCli();
  cluster = await startRawCluster({ port: PORT, masterName: 'shop', downAfterMs: QUIET_MS });
  const attached = await cli.run(['attach', 'shop', ...ADDRS]);
  expect(attached.code, attached.stderr).toBe(0);
});
afterAll(async () => {
  await cluster?.stop();
  await cli?.close();
});

interface Server {
  id: string;
  role: string;
  reply: unknown;
  error: string | null;
  differs: boolean;
}
const call = async (...words: string[]) => {
  const ran = await cli.run(['call', ...words, ...SHOP, '--json']);
  return { code: ran.code, ...(ran.json() as { acts: boolean; differences: string[]; servers: Server[] }) };
};

describe('a command that looks', () => {
  it('goes to every server that knows it, and its answers are compared', async () => {
    await say(REPLICA, 'CONFIG SET maxmemory 1048576');
    const { code, acts, differences, servers } = await call('CONFIG', 'GET', 'maxmemory');
    await say(REPLICA, 'CONFIG SET maxmemory 0');
    expect({ code, acts, differences }).toEqual({ code: 0, acts: false, differences: ['maxmemory'] });
    expect(servers.map(({ id, reply, differs }) => [id, reply, differs])).toEqual([
      ['redis-1', { maxmemory: '0' }, false],
      ['redis-2', { maxmemory: '1048576' }, true],
      ['redis-3', { maxmemory: '0' }, false],
    ]);
    const sentinels = await call('SENTINEL', 'MYID');
    expect(sentinels.servers.map(({ role }) => role)).toEqual(['sentinel', 'sentinel', 'sentinel']);
    expect((await call('PING')).servers).toHaveLength(6);
  });

  it('goes where --on says, also at a typed address', async () => {
    const { servers } = await call('ROLE', '--on', 'master');
    expect(servers.map(({ id, role }) => [id, role])).toEqual([['redis-1', 'master']]);
    const both = await call('PING', '--on', 'replicas,sentinel-2');
    expect(both.servers.map(({ id }) => id)).toEqual(['redis-2', 'redis-3', 'sentinel-2']);
    const ran = await cli.run(['call', 'DBSIZE', ...ADDRS, '--output', 'tsv', '--columns', 'id,value']);
    expect(ran.stdout).toContain(`127.0.0.1:${MASTER}\t`);
    const expected = { exit: 64, code: 'node-unknown', says: 'redis-9' };
    await refusal(cli, ['call', 'PING', '--on', 'redis-9', ...SHOP], expected);
  });

  it('marks the difference in the terminal, and shows no password', async () => {
    await say(REPLICA, 'CONFIG SET masterauth never-shown');
    const ran = await cli.run(['call', 'CONFIG', 'GET', 'masterauth', ...SHOP]);
    await say(REPLICA, 'CONFIG SET masterauth ""');
    expect(ran.stdout).toContain('3 servers, different answers: masterauth');
    expect(ran.stdout).toContain('! (set)');
    expect(ran.stdout).not.toContain('never-shown');
  });

  it('exits 1 for an error, and 2 where a server is silent', async () => {
    const wrong = await call('GETT', 'a', '--on', 'master');
    expect(wrong.code).toBe(1);
    expect(wrong.servers[0]?.error).toContain('unknown command');
    await refusal(cli, ['call', 'GETT', 'a', ...SHOP], { exit: 64, code: 'no-such-command', says: 'GETT' });
    cluster.nodes[2]?.signal('SIGSTOP');
    const silent = await call('GET', 'a').finally(() => cluster.nodes[2]?.signal('SIGCONT'));
    expect(silent.code).toBe(2);
    expect(silent.servers.map(({ error }) => error === null)).toEqual([true, true, false]);
  });
});

describe('a command that acts', () => {
  it('needs its servers and the name of the attached cluster, and is in the audit log', async () => {
    const set = ['call', 'SET', 'by-call', '1', ...SHOP];
    await refusal(cli, set, { exit: 64, code: 'on-needed', says: 'SET acts' });
    const on = [...set, '--on', 'master'];
    await refusal(cli, on, { exit: 3, code: 'not-confirmed', says: 'shop was not named' });
    await refusal(cli, [...on, '--yes'], { exit: 3, code: 'not-confirmed', says: 'shop was not named' });
    expect((await say(MASTER, 'EXISTS by-call')).trim()).toBe('0');
    const done = await cli.run([...on, '--confirm', 'shop']);
    expect(done.code, done.stderr).toBe(0);
    expect((await say(MASTER, 'GET by-call')).trim()).toBe('1');
    expect((await cli.run(['audit'])).stdout).toContain('call SET by-call 1');
    // By the flags of the server, not by a list of names.
    const debug = ['call', 'SENTINEL', 'RESET', 'shop', ...SHOP, '--on', 'sentinels'];
    await refusal(cli, debug, { exit: 3, code: 'not-confirmed', says: 'shop was not named' });
  });

  it('is refused without a name to write it down under, and where only looking is allowed', async () => {
    const expected = { exit: 3, code: 'attached', says: 'did not create' };
    await refusal(cli, ['call', 'SET', 'a', '1', '--on', 'master', ...ADDRS], expected);
    expect((await cli.run(['attach', 'looked-at', ...ADDRS, '--readonly'])).code).toBe(0);
    const set = [
      'call',
      'SET',
      'a',
      '1',
      '--on',
      'master',
      '--cluster',
      'looked-at',
      '--confirm',
      'looked-at',
    ];
    await refusal(cli, set, { exit: 3, code: 'readonly', says: '--readonly' });
    expect((await cli.run(['call', 'GET', 'a', '--cluster', 'looked-at'])).code).toBe(0);
  });

  it('is refused where it would not end, and where it has a password in it', async () => {
    const endless = { exit: 3, code: 'not-callable', says: 'is refused' };
    for (const line of [['MONITOR'], ['SUBSCRIBE', 'x'], ['BLPOP', 'q', '0'], ['AUTH', 'x']])
      await refusal(cli, ['call', ...line, ...SHOP], endless);
    await refusal(cli, ['call', 'CONFIG', 'SET', 'requirepass', 'never-shown', '--on', 'all', ...SHOP], {
      exit: 64,
      code: 'secret-typed',
      says: 'requirepass',
    });
  });
});
