import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import type { FailoverResult } from '../../src/observe/result.js';
import { until } from '../../src/until.js';
import { connect } from '../../src/wire/connect.js';
import { type Cli, openCli } from '../helpers/cli.js';
import { NEW_KEY } from '../helpers/new-key.js';
import { type RedisServer, startRedis } from '../helpers/redis.js';
import { redisCli } from '../helpers/redis-cli.js';

/**
 * A cluster whose announced ports speak TLS only, with certificates that this machine does not know: it is reached at the
 * plain ports, each OFFSET above.
 */
const NODES = [9400, 9401, 9402];
const SENTINELS = [9410, 9411, 9412];
const OFFSET = 20;
const NAMED = ['--cluster', 'mapped'];

let cli: Cli;
const servers: RedisServer[] = [];
const file = (name: string): string => join(cli.home, name);

async function start(tlsPort: number, conf: string[], sentinel = false): Promise<void> {
  const tls = [
    `tls-port ${tlsPort}`,
    `tls-cert-file ${file('server.crt')}`,
    `tls-key-file ${file('server.key')}`,
    `tls-ca-cert-file ${file('server.crt')}`,
    'tls-auth-clients no',
    'tls-replication yes',
  ];
  servers.push(await startRedis({ port: tlsPort + OFFSET, conf: [...tls, ...conf], sentinel }));
}

beforeAll(async () => {
  cli = await openCli();
  await promisify(execFile)(
    'openssl',
    [
      ...['req', '-x509', ...NEW_KEY, '-nodes', '-days', '2', '-subj', '/CN=server'],
      ...['-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', 'server.key', '-out', 'server.crt'],
    ],
    { cwd: cli.home },
  );
  for (const port of NODES) await start(port, port === NODES[0] ? [] : [`replicaof 127.0.0.1 ${NODES[0]}`]);
  for (const port of SENTINELS)
    await start(
      port,
      [
        `sentinel monitor orders 127.0.0.1 ${NODES[0]} 2`,
        'sentinel down-after-milliseconds orders 1500',
        'sentinel failover-timeout orders 10000',
      ],
      true,
    );
  const know = /name=orders.*slaves=2,sentinels=3/;
  const found = await until(
    async () => {
      const infos = await Promise.all(SENTINELS.map((port) => redisCli(port + OFFSET, 'INFO sentinel')));
      return infos.every((info) => know.test(info)) ? infos : undefined;
    },
    { clock: systemClock, everyMs: 200, deadlineMs: 60_000 },
  );
  expect(found, servers.at(-1)?.log()).toBeDefined();
  const attach = ['attach', 'mapped', '--sentinel-addrs', `127.0.0.1:${(SENTINELS[0] ?? 0) + OFFSET}`];
  const ran = await cli.run([...attach, '--local', '--map', `*=127.0.0.1:+${OFFSET}`]);
  expect(ran.code, ran.stdout + ran.stderr).toBe(0);
});
afterAll(async () => {
  await Promise.all(servers.map((server) => server.stop()));
  await cli?.close();
});

it('a failover test writes through clients that dial the mapped addresses', async () => {
  const ran = await cli.run([
    ...['failover-test', '--json', ...NAMED, '--confirm', 'mapped', '--budget', '5m'],
    // A master that was killed would be started again as no child of this test.
    ...['--fault', 'freeze', '--clients', '2'],
  ]);
  expect(ran.stdout, ran.stderr).not.toBe('');
  const result = ran.json() as FailoverResult;
  expect(result.outcome, ran.stdout + ran.stderr).toBe('holds');
  const [trial] = result.trials;
  expect(trial?.ledger).toMatchObject({ lost: 0 });
  expect(trial?.ledger?.acknowledged).toBeGreaterThan(0);
});

it('an application connects through the map that env prints, also to the next master', async () => {
  const { natMap, REDIS_SENTINEL_ADDRS, REDIS_MASTER_NAME } = (
    await cli.run(['env', '--json', ...NAMED])
  ).json();
  expect(Object.keys(natMap)).toContain(`127.0.0.1:${NODES[0]}`);
  const client = await connect({ REDIS_SENTINEL_ADDRS, REDIS_MASTER_NAME }, { natMap });
  expect(await client.info('replication')).toContain('role:master');
  client.disconnect();
});

it('a rule that leads to another server makes UNKNOWN, in status and doctor alike', async () => {
  const [first = 0, second = 0] = SENTINELS;
  const [, replica = 0, other = 0] = NODES;
  for (const [from, to, says] of [
    [second, first, `sentinel-2 is led by --map to 127.0.0.1:${first + OFFSET}, which is sentinel-1`],
    [
      replica,
      other,
      `--map leads 127.0.0.1:${replica} to 127.0.0.1:${other + OFFSET}, which is another server`,
    ],
  ] as const) {
    const rules = [`127.0.0.1:${from}=127.0.0.1:${to + OFFSET}`, `*=127.0.0.1:+${OFFSET}`];
    const attached = await cli.run([
      ...['attach', 'slip', '--sentinel-addrs', `127.0.0.1:${first + OFFSET}`, '--local'],
      ...rules.flatMap((rule) => ['--map', rule]),
    ]);
    expect(attached.code, attached.stdout + attached.stderr).toBe(0);
    const firstLines = async (command: string): Promise<string[]> => {
      const ran = await cli.run([command, '--cluster', 'slip']);
      expect(ran.code, ran.stdout + ran.stderr).toBe(2);
      return ran.stdout.split('\n').slice(0, 2);
    };
    // A server that is younger than the sentinels' last INFO is not known yet.
    const told = async (): Promise<string[] | undefined> => {
      const lines = await firstLines('status');
      return lines[0]?.startsWith('UNKNOWN  orders: ') && lines[0].includes(says) ? lines : undefined;
    };
    const status = await until(told, { clock: systemClock, everyMs: 500, deadlineMs: 60_000 });
    expect(status, says).toBeDefined();
    expect(await firstLines('doctor')).toEqual(status);
    expect((await cli.run(['detach', 'slip'])).code).toBe(0);
  }
});
