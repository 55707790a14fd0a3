import { execFile } from 'node:child_process';
import { chmod, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { until } from '../../src/until.js';
import { openConnection } from '../../src/wire/client.js';
import { type Cli, openCli } from '../helpers/cli.js';
import { statusOf } from '../helpers/main-road.js';
import { NEW_KEY } from '../helpers/new-key.js';
import { QUIET_MS } from '../helpers/quiet.js';
import { type RawCluster, type RedisServer, startRawCluster, startRedis } from '../helpers/redis.js';
import { refusal } from '../helpers/refusal.js';

/** Two clusters that sentinelctl did not start: one with a password, one that speaks only TLS. */
const PORT = 9700;
const SENTINELS = PORT + 50;
const TLS_PORT = 9760;
const TLS_SENTINEL = 9770;
const SECRET = 'attach-secret';

let cli: Cli;
let cluster: RawCluster;
const tlsServers: RedisServer[] = [];
const file = (name: string): string => join(cli.home, name);
const openssl = (...args: string[]): Promise<unknown> =>
  promisify(execFile)('openssl', args, { cwd: cli.home });
const ADDRS = ['--sentinel-addrs', `127.0.0.1:${SENTINELS + 1}`];
const TLS_ADDRS = ['--sentinel-addrs', `127.0.0.1:${TLS_SENTINEL}`];
const passwordFile = (): string[] => ['--password-file', file('password')];

/** An authority, and a certificate for 127.0.0.1 that it signed. */
async function makeCertificates(): Promise<void> {
  await openssl(
    ...['req', '-x509', ...NEW_KEY, '-nodes', '-days', '2', '-subj', '/CN=ca'],
    ...['-keyout', 'ca.key', '-out', 'ca.crt'],
  );
  await writeFile(file('server.ext'), 'subjectAltName=IP:127.0.0.1\n');
  await openssl(
    ...['req', ...NEW_KEY, '-nodes', '-subj', '/CN=server'],
    ...['-keyout', 'server.key', '-out', 'server.csr'],
  );
  await openssl(
    ...['x509', '-req', '-in', 'server.csr', '-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial'],
    ...['-days', '2', '-extfile', 'server.ext', '-out', 'server.crt'],
  );
}

/** A server whose announced port speaks TLS; its plain port, 100 above, only serves to see that it has started. */
async function startTls(port: number, conf: string[], sentinel = false): Promise<void> {
  const tls = [
    `tls-port ${port}`,
    `tls-cert-file ${file('server.crt')}`,
    `tls-key-file ${file('server.key')}`,
    `tls-ca-cert-file ${file('ca.crt')}`,
    'tls-auth-clients no',
    'tls-replication yes',
  ];
  tlsServers.push(await startRedis({ port: port + 20, conf: [...tls, ...conf], sentinel }));
}

beforeAll(async () => {
  cli = await openCli();
  await writeFile(file('password'), SECRET);
  await makeCertificates();
  cluster = await startRawCluster({
    port: PORT,
    masterName: 'orders',
    replicas: 1,
    sentinels: 2,
    downAfterMs: QUIET_MS,
    password: SECRET,
  });
  await startTls(TLS_PORT, []);
  await startTls(TLS_PORT + 1, [`replicaof 127.0.0.1 ${TLS_PORT}`]);
  await startTls(TLS_SENTINEL, [`sentinel monitor carts 127.0.0.1 ${TLS_PORT} 1`], true);
});
afterAll(async () => {
  await Promise.all([cluster?.stop(), ...tlsServers.map((server) => server.stop())]);
  await cli?.close();
});

describe('a cluster that sentinelctl did not start gets a name', () => {
  it('through one of its sentinels, with every server named by the order of its address', async () => {
    const ran = await cli.run([
      'attach',
      'orders',
      ...ADDRS,
      ...passwordFile(),
      '--label',
      'production',
      '--json',
    ]);
    expect(ran, ran.stderr).toMatchObject({ code: 0 });
    const { servers, masters, unreached, again } = ran.json();
    expect({ masters, unreached, again }).toEqual({ masters: ['orders'], unreached: [], again: false });
    expect(servers.map((s: { id: string; announce: { port: number } }) => [s.id, s.announce.port])).toEqual([
      ['redis-1', PORT],
      ['redis-2', PORT + 1],
      ['sentinel-1', SENTINELS],
      ['sentinel-2', SENTINELS + 1],
    ]);
    // Once one is down, nothing else says with what it is started.
    for (const { kind, conf } of servers) if (kind === 'sentinel') expect(conf).toMatch(/^\/.*\.conf$/);
  });

  it('by which every look then means it, with its label in the first line', async () => {
    const named = ['--cluster', 'orders'];
    for (const command of ['status', 'doctor']) {
      const ran = await cli.run([command, ...named, '--exit-on', 'down']);
      expect(ran.stdout.split('\n')[0], ran.stderr).toMatch(/^[A-Z ]+ {2}\[production\] /);
    }
    const { status } = await statusOf(cli, ...named);
    expect(status.cluster).toBe('orders');
    expect(status.masters[0]?.nodes.map((n) => [n.id, n.role])).toEqual([
      ['redis-1', 'master'],
      ['redis-2', 'replica'],
    ]);
    for (const command of ['masters', 'replicas', 'sentinels', 'master-addr', 'env'])
      expect(await cli.run([command, ...named])).toMatchObject({ code: 0 });
    expect((await cli.run(['list'])).stdout).toMatch(/^orders +\S.*redis-1 +(\d+)\/\1 .*attached/m);
    expect((await cli.run(['use', 'orders'])).code).toBe(0);
    expect((await cli.run(['status', '--json'])).json().cluster).toBe('orders');
    expect((await cli.run(['__complete', '--', 'status', '--cluster', ''])).stdout).toContain('orders');
  });

  it('and not up and down, which would make and remove it; nothing else acts without its name', async () => {
    for (const command of ['up', 'down'])
      await refusal(cli, [command, '--cluster', 'orders', '--yes'], {
        exit: 3,
        code: 'attached',
        says: 'sentinelctl detach orders # forgets it here',
      });
    for (const line of [['inject', 'kill'], ['quorum-test']])
      await refusal(cli, [...line, '--cluster', 'orders', '--yes'], { exit: 3, code: 'not-confirmed' });
    // A name would not help where the processes are not reached.
    const expected = { exit: 3, code: 'not-possible-here', says: 'attach orders --local' };
    for (const line of [['stop', 'redis-1'], ['start', 'redis-1'], ['failover-test']])
      await refusal(cli, [...line, '--cluster', 'orders', '--yes'], expected);
  });

  it('and what needs its processes is refused before anything is done, where they are not reached', async () => {
    const expected = { exit: 3, code: 'not-possible-here', says: 'attach orders --local' };
    for (const line of [['stop', 'redis-1'], ['failover-test'], ['inject', 'kill'], ['logs'], ['config']])
      await refusal(cli, [...line, '--cluster', 'orders', '--confirm', 'orders/redis-1'], expected);
    expect((await cli.run(['heal', '--cluster', 'orders'])).stdout).toContain('nothing to roll back');
    expect((await cli.run(['down', '--all', '--yes'])).stdout).not.toContain('orders');
    expect((await cli.run(['list', '--output', 'name'])).stdout).toBe('orders\n');
  });

  it('a server that was started at another address keeps its name', async () => {
    const attached = JSON.parse(await readFile(file('clusters/orders/attached.json'), 'utf8'));
    const [first] = attached.servers;
    const elsewhere = { ...first, announce: { host: '127.0.0.1', port: 1 } };
    const moved = { ...attached, servers: [elsewhere, ...attached.servers.slice(1)] };
    await writeFile(file('clusters/orders/attached.json'), JSON.stringify(moved));
    const { status } = await statusOf(cli, '--cluster', 'orders');
    expect(status.masters[0]?.nodes.map((n) => [n.id, n.port])).toEqual([
      ['redis-1', PORT],
      ['redis-2', PORT + 1],
    ]);
    const again = (await cli.run(['attach', 'orders', ...ADDRS, ...passwordFile(), '--json'])).json();
    expect(again).toMatchObject({ again: true, servers: attached.servers });
  });

  it('detach forgets it, and nothing else', async () => {
    expect((await cli.run(['use', 'orders'])).code).toBe(0);
    const detached = await cli.run(['detach', 'orders']);
    expect(detached.code).toBe(0);
    expect(detached.stdout).toMatch(/^use had chosen orders: that choice is gone\n→ sentinelctl use$/m);
    await refusal(cli, ['status', '--cluster', 'orders'], { exit: 3, code: 'cluster-unknown' });
    await refusal(cli, ['detach', 'orders'], { exit: 3, code: 'cluster-unknown' });
    expect((await cli.run(['status', ...ADDRS, ...passwordFile(), '--json'])).json().masters).toHaveLength(1);
  });
});

describe('where its password is', () => {
  it('is written down, and never the password: a file, a variable, a command', async () => {
    const program = file('vault');
    await writeFile(program, `#!/bin/sh\n[ "$1 $2" = 'read redis' ] && cat '${file('password')}'\n`);
    await chmod(program, 0o700);
    const sources: [string[], Record<string, string>][] = [
      [passwordFile(), {}],
      [['--password-env', 'ORDERS_PASSWORD'], { ORDERS_PASSWORD: SECRET }],
      [['--password-command', `${program} read redis`], {}],
    ];
    for (const [words, env] of sources) {
      const ran = await cli.run(['attach', 'orders', ...ADDRS, ...words, '--json'], { env });
      expect(ran, ran.stderr).toMatchObject({ code: 0 });
      const look = await cli.run(['status', '--cluster', 'orders', '--json'], { env });
      expect(look.json().masters[0].nodes[0].reachable, look.stderr).toBe(true);
      for (const name of await readdir(cli.home, { recursive: true }))
        if (name.startsWith('clusters') && name.endsWith('.json'))
          expect(await readFile(file(name), 'utf8')).not.toContain(SECRET);
    }
  });

  it('that is not available is one error: what, why, what to do', async () => {
    const at = ['status', '--cluster', 'orders'];
    await rm(file('vault'));
    await refusal(cli, at, { exit: 3, code: 'no-secret', says: /program \S+ not found/ });
    const failing = ['attach', 'orders', ...ADDRS, '--password-command'];
    await refusal(cli, [...failing, 'false'], { exit: 3, code: 'no-secret', says: 'exit code 1' });
    await refusal(cli, [...failing, 'op read x | cat'], {
      exit: 64,
      code: 'bad-value',
      says: 'without a shell',
    });
    const unset = ['attach', 'orders', ...ADDRS, '--password-env', 'NOT_SET'];
    await refusal(cli, unset, { exit: 3, code: 'no-secret', says: 'NOT_SET' });
    await refusal(cli, ['attach', 'orders', ...ADDRS, '--password-file', '-'], {
      exit: 64,
      code: 'password-file',
    });
    // The other clusters are still listed.
    expect((await cli.run(['list'])).stdout).toMatch(/^orders +unknown/m);
  });
});

describe('TLS', () => {
  const reached = async (...words: string[]): Promise<string> => {
    const ran = await cli.run(['status', ...TLS_ADDRS, ...words]);
    return ran.stdout.split('\n')[0] ?? '';
  };

  it('is recorded with the paths of its files', async () => {
    const ran = await cli.run(['attach', 'carts', ...TLS_ADDRS, '--ca', 'ca.crt'], { cwd: cli.home });
    expect(ran.stdout, ran.stderr).toMatch(/carts attached: 1 sentinel, 2 data nodes and 1 master: carts/);
    const linked = await until(
      async () => {
        const { status } = await statusOf(cli, '--cluster', 'carts');
        return (
          status.masters[0]?.nodes.every((n) => n.role === 'master' || n.linkStatus === 'up') || undefined
        );
      },
      { clock: systemClock, everyMs: 100, deadlineMs: 20_000 },
    );
    expect(linked).toBe(true);
    const env = (await cli.run(['env', '--cluster', 'carts', '--json'])).json();
    expect(env).toMatchObject({ REDIS_URL: `rediss://127.0.0.1:${TLS_PORT}`, natMap: null });
    // What is printed for redis-cli dials by TLS too.
    const { findings } = (await cli.run(['doctor', '--cluster', 'carts', '--json'])).json();
    const fixes = JSON.stringify(findings).match(/redis-cli -h [^"#]*/g) ?? [];
    expect(fixes.filter((line) => !line.includes(`--tls --cacert ${file('ca.crt')}`))).toEqual([]);
  });

  it('is kept where an option is typed later: that one alone is replaced', async () => {
    const typed = async (...words: string[]): Promise<string> => {
      const ran = await cli.run(['status', '--cluster', 'carts', ...words]);
      return ran.stdout.split('\n')[0] ?? '';
    };
    expect(await typed('--tls')).toMatch(/^(HEALTHY|DEGRADED|AT RISK) /);
    const client = ['--cert', file('server.crt'), '--key', file('server.key')];
    expect(await typed(...client)).toMatch(/^(HEALTHY|DEGRADED|AT RISK) /);
    expect(await typed('--server-name', 'other')).toMatch(/certificate for another name/);
  });

  it('that does not fit is this command’s lack, and each one is told', async () => {
    await openssl(
      ...[
        'req',
        '-x509',
        ...NEW_KEY,
        '-nodes',
        '-days',
        '2',
        '-subj',
        '/CN=x',
        '-keyout',
        'x.key',
        '-out',
        'x.crt',
      ],
    );
    const ca = file('ca.crt');
    expect(await reached()).toMatch(/^UNKNOWN .*accepts only TLS at this port/);
    expect(await reached('--tls')).toMatch(/^UNKNOWN .*certificate that is not trusted/);
    expect(await reached('--ca', file('x.crt'))).toMatch(/^UNKNOWN .*certificate that is not trusted/);
    expect(await reached('--ca', ca, '--server-name', 'other')).toMatch(
      /^UNKNOWN .*certificate for another name \(.*\), and other, the --server-name, is for every server/,
    );
    const plain = await cli.run(['status', ...ADDRS, ...passwordFile(), '--insecure']);
    expect(plain.stdout.split('\n')[0]).toMatch(
      /^UNKNOWN .*speaks no TLS at this port: leave --insecure out/,
    );
    expect(plain.stdout.split('\n')[1]).toMatch(
      /^→ sentinelctl status --sentinel-addrs \S+ --password-file \S+$/,
    );
    await refusal(cli, ['status', ...TLS_ADDRS, '--ca', file('none.crt')], { exit: 64, code: 'tls-file' });
    await refusal(cli, ['status', ...TLS_ADDRS, '--ca', file('password')], { exit: 64, code: 'tls-file' });
    await refusal(cli, ['status', ...TLS_ADDRS, '--cert', ca], {
      exit: 64,
      code: 'contradiction',
      says: '--key',
    });
  });
});

it('what cannot be attached says why', async () => {
  const expected = { exit: 5, code: 'no-sentinel', says: 'nothing was attached' };
  await refusal(cli, ['attach', 'none', '--sentinel-addrs', '127.0.0.1:1'], expected);
  const node = ['--sentinel-addrs', `127.0.0.1:${PORT + 1}`];
  const locked = { ...expected, exit: 2 };
  await refusal(cli, ['attach', 'none', ...node], {
    ...locked,
    says: /^error: \S+ wants a password: nothing was attached\n[\s\S]*try: add --password-file FILE/,
  });
  await writeFile(file('wrong'), 'not-it', { mode: 0o600 });
  await refusal(cli, ['attach', 'none', ...node, '--password-file', file('wrong')], {
    ...locked,
    says: /^error: \S+ rejects this password: nothing was attached\n {2}try: give the right one .* add --username NAME/,
  });
  await refusal(cli, ['attach', 'none', ...node, '--username', 'unknown', ...passwordFile()], {
    ...locked,
    says: /^error: \S+ rejects this user name or password: nothing was attached/,
  });
  await refusal(cli, ['attach', 'none', ...node, ...passwordFile()], {
    ...expected,
    says: /^error: \S+ is not a sentinel: nothing was attached[\s\S]*give the addresses of the sentinels/,
  });
  await refusal(cli, ['attach', 'none', ...ADDRS, ...passwordFile(), '--master-name', 'other'], {
    exit: 5,
    code: 'no-master',
    says: 'orders',
  });
  await refusal(cli, ['attach', 'none'], { exit: 64, code: 'no-sentinel-addrs' });
  await refusal(cli, ['attach', 'No Name', ...ADDRS], { exit: 64, code: 'bad-value' });
  await refusal(cli, ['attach', 'none', ...ADDRS, '--map', '10.0.0.5'], { exit: 64, code: 'bad-value' });
});

it('an announced address that is out of reach is named with the map that cures it', async () => {
  const dead = '127.0.0.1:1';
  const map = ['--map', `127.0.0.1:${PORT + 1}=${dead}`];
  const ran = await cli.run(['attach', 'mapped', ...ADDRS, ...passwordFile(), ...map]);
  expect(ran.stdout).toMatch(/redis-2: 127\.0\.0\.1:1 refused the connection/);
  expect(ran.stdout).toContain(`mapped: 127.0.0.1:${PORT + 1}=${dead}`);
  expect(ran.stdout).toContain(`--map 127.0.0.1:${PORT + 1}=HOST:PORT`);
  const { status } = await statusOf(cli, '--cluster', 'mapped');
  expect(status.masters[0]?.nodes.map((n) => [n.id, n.reachable])).toEqual([
    ['redis-1', true],
    ['redis-2', false],
  ]);
  // The application needs the same map.
  const { natMap } = (await cli.run(['env', '--cluster', 'mapped', '--json'])).json();
  expect(natMap).toEqual({ [`127.0.0.1:${PORT + 1}`]: { host: '127.0.0.1', port: 1 } });
});

it('replicas that the sentinels have forgotten are known from before, and what is printed brings one back', async () => {
  const named = ['--cluster', 'orders'];
  await cli.run(['attach', 'orders', ...ADDRS, ...passwordFile()]);
  cluster.nodes[0]?.signal('SIGKILL');
  const asking = { clock: systemClock, deadlineMs: 30_000 };
  for (const { address } of cluster.sentinels) {
    const connection = await openConnection(address, asking);
    await connection.call('SENTINEL', 'RESET', 'orders').finally(() => connection.close());
  }
  const isForgotten = (f: { message: string }): boolean => f.message.includes('have forgotten the replicas');
  const found = await until(
    async () => {
      const { findings } = (await cli.run(['doctor', ...named, '--json'])).json();
      return findings.flatMap((f: { consequences: [] }) => [f, ...f.consequences]).find(isForgotten);
    },
    { clock: systemClock, everyMs: 200, deadlineMs: 60_000 },
  );
  const problems = async () => (await statusOf(cli, ...named)).status.problems;
  await expect.poll(async () => (await problems()).some(isForgotten), { timeout: 30_000 }).toBe(true);
  const lines: string[] = found.fix
    .map((line: string) => line.replace('# where the master wants a password: ', ''))
    .filter((line: string) => /^(redis-cli|\[ -n) /.test(line));
  const env = { ...process.env, REDISCLI_AUTH: SECRET, MASTER_PASSWORD: SECRET };
  for (const line of lines) await promisify(execFile)('sh', ['-c', line], { env });
  const back = await until(
    async () => {
      const now = (await statusOf(cli, ...named)).status;
      return now.masters[0]?.master?.id === 'redis-2' && now.verdict.word !== 'DOWN' ? true : undefined;
    },
    { clock: systemClock, everyMs: 200, deadlineMs: 60_000 },
  );
  expect(back).toBe(true);
});
