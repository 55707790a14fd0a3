import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FailoverResult } from '../../src/observe/result.js';
import { cli as say, says } from '../helpers/by-hand.js';
import { type Cli, openCli, type Ran } from '../helpers/cli.js';
import { type RedisServer, startRedis } from '../helpers/redis.js';
import { refusal } from '../helpers/refusal.js';

/** "Pods", each with an address of its own: processes here, on which a `kubectl` of this test really acts. */
const PODS = [
  { pod: 'cache-0', ip: '127.0.81.1', port: 9060 },
  { pod: 'cache-1', ip: '127.0.81.2', port: 9061 },
  { pod: 'watch-0', ip: '127.0.81.3', port: 9110 },
  { pod: 'watch-1', ip: '127.0.81.4', port: 9111 },
  { pod: 'watch-2', ip: '127.0.81.5', port: 9112 },
] as const;
const [MASTER, REPLICA, GUARD] = PODS;
const NAMED = ['--cluster', 'cache', '--confirm', 'cache'];

/** A deleted pod comes back by itself, when the failover is over: as a StatefulSet makes it again. */
const KUBECTL = `#!/bin/sh
[ "$1 $2" = '--namespace shop' ] || { echo 'error: no such namespace' >&2; exit 1; }
shift 2
echo "$*" >> "$FAKE/kubectl.log"
case $1 in
  get)
    for file in "$FAKE"/*.ip; do
      [ "$(cat "$file")" = "\${4#status.podIP=}" ] && echo "pod/$(basename "$file" .ip)"
    done
    exit 0;;
  delete)
    kill -KILL "$(cat "$FAKE/$3.pid")"
    echo "pod \\"$3\\" force deleted"
    again() {
      sleep "$(cat "$FAKE/away")"
      while [ -e "$FAKE/held" ]; do sleep 0.1; done
      setsid redis-server "$(cat "$FAKE/$1.conf")" $(cat "$FAKE/$1.words") </dev/null & echo $! > "$FAKE/$1.pid"
    }
    (again "$3") >/dev/null 2>&1 &;;
  wait)
    pod=\${4#pod/}
    until redis-cli -p "$(cat "$FAKE/$pod.port")" PING 2>/dev/null | grep -q PONG; do sleep 0.1; done;;
  logs) echo "1:M 01 Jan 2026 00:00:00.000 * the log of $2";;
  *) exit 1;;
esac
`;

const servers: RedisServer[] = [];
let cli: Cli;
let fake = '';
let env: Record<string, string>;
const run = (...words: string[]): Promise<Ran> => cli.run(words, { env });
const file = (name: string): string => join(fake, name);
const asked = (): Promise<string> => readFile(file('kubectl.log'), 'utf8');
const infoOf = async (port: number, field: string): Promise<string> =>
  new RegExp(`^${field}:(.*?)\\r?$`, 'm').exec(await say(port, 'INFO'))?.[1] ?? '';

beforeAll(async () => {
  cli = await openCli();
  fake = join(cli.home, 'fake');
  await mkdir(fake);
  await writeFile(file('kubectl'), KUBECTL);
  await chmod(file('kubectl'), 0o755);
  env = { FAKE: fake, PATH: `${fake}:${process.env.PATH}` };
  for (const { pod, ip, port } of PODS) {
    const isData = pod.startsWith('cache');
    const announce = isData
      ? [
          `replica-announce-ip ${ip}`,
          ...(port === MASTER.port ? [] : [`replicaof ${MASTER.ip} ${MASTER.port}`]),
        ]
      : [
          `sentinel announce-ip ${ip}`,
          `sentinel monitor cache ${MASTER.ip} ${MASTER.port} 2`,
          'sentinel down-after-milliseconds cache 1500',
          'sentinel failover-timeout cache 10000',
        ];
    const conf = [`bind 127.0.0.1 ${ip}`, 'protected-mode no', ...announce];
    const server = await startRedis({ port, conf, sentinel: !isData });
    servers.push(server);
    await writeFile(file(`${pod}.ip`), ip);
    await writeFile(file(`${pod}.port`), String(port));
    await writeFile(file(`${pod}.pid`), String(server.pid));
    await writeFile(file(`${pod}.conf`), await infoOf(port, 'config_file'));
    await writeFile(file(`${pod}.words`), isData ? '' : '--sentinel');
  }
  for (const { port } of PODS.slice(2)) await says(port, 'INFO sentinel', /slaves=1,sentinels=3/);
});
afterAll(async () => {
  // Those that came back are no children of this test.
  for (const { port } of PODS) {
    const pid = Number(await infoOf(port, 'process_id').catch(() => ''));
    if (pid > 0) process.kill(pid, 'SIGKILL');
  }
  await Promise.all(servers.map((server) => server.stop()));
  await cli?.close();
});

describe('by kubectl', () => {
  it('finds the pod that has the address of each server', async () => {
    const where = [
      '--sentinel-addrs',
      `${GUARD.ip}:${GUARD.port}`,
      '--via',
      'kubectl',
      '--namespace',
      'shop',
    ];
    const ran = await run('attach', 'cache', ...where, '--check', '--json');
    expect(ran.code, ran.stdout + ran.stderr).toBe(0);
    const { commands, notHere, way } = ran.json();
    expect({ notHere, way }).toEqual({ notHere: [], way: 'commands' });
    const kills = (commands as { action: string; words: string[] }[]).filter(
      ({ action }) => action === 'kill',
    );
    expect(kills.map(({ words }) => words.slice(3, 6).join(' '))).toEqual(
      PODS.map(({ pod }) => `delete pod ${pod}`),
    );
  });

  it('kills a pod, and waits for the same one, also when another has its address meanwhile', async () => {
    const before = await infoOf(REPLICA.port, 'run_id');
    await writeFile(file('away'), '3');
    const killed = await run('kill', 'redis-2', ...NAMED);
    expect(killed.code, killed.stdout + killed.stderr).toBe(0);
    await writeFile(file('another-0.ip'), REPLICA.ip);
    const started = await run('start', 'redis-2', ...NAMED);
    expect(started.code, started.stdout + started.stderr).toBe(0);
    await rm(file('another-0.ip'));
    await says(REPLICA.port, 'INFO replication', /role:slave[\s\S]*master_link_status:up/);
    expect(await infoOf(REPLICA.port, 'run_id')).not.toBe(before);
    expect(await asked()).not.toContain('another-0');
  });

  it('touches no pod where two have the address of a server', async () => {
    const stop = ['stop', 'redis-2', ...NAMED];
    const before = await infoOf(REPLICA.port, 'run_id');
    await rm(join(cli.home, 'clusters', 'cache', 'commanded', 'redis-2.json'));
    await writeFile(file('another-0.ip'), REPLICA.ip);
    await refusal(cli, stop, { exit: 3, code: 'not-possible-here', says: 'more than one pod' }, { env });
    await rm(file('another-0.ip'));
    expect(await infoOf(REPLICA.port, 'run_id')).toBe(before);
  });

  it('touches no other server that has the address now', async () => {
    await writeFile(file('held'), '');
    expect((await run('kill', 'redis-2', ...NAMED)).code).toBe(0);
    const conf = [`bind 127.0.0.1 ${REPLICA.ip}`, 'protected-mode no'];
    const other = await startRedis({ port: REPLICA.port, conf });
    await refusal(
      cli,
      ['kill', 'redis-2', ...NAMED],
      { exit: 3, code: 'not-here', says: 'another server answers' },
      { env },
    );
    expect((await say(REPLICA.port, 'PING')).trim()).toBe('PONG');
    await other.stop();
    await rm(file('held'));
    expect((await run('start', 'redis-2', ...NAMED)).code).toBe(0);
    await says(REPLICA.port, 'INFO replication', /role:slave[\s\S]*master_link_status:up/);
  });

  it('reads the log of a pod, and freezes none', async () => {
    expect((await run('logs', 'sentinel-1', '--cluster', 'cache')).stdout).toContain('the log of watch-0');
    await refusal(
      cli,
      ['pause', 'redis-2', ...NAMED],
      { exit: 3, code: 'not-possible-here', says: 'without --pause-command' },
      { env },
    );
  });

  it('fails over when the pod of the master is deleted, and has it back as a replica', async () => {
    // Longer than down-after: a pod that is back sooner is only a short outage.
    await writeFile(file('away'), '6');
    const ran = await run('failover-test', ...NAMED, '--budget', '5m', '--clients', '0', '--json');
    const result = ran.json() as FailoverResult;
    expect(result.outcome, ran.stdout + ran.stderr).toBe('holds');
    const [trial] = result.trials;
    expect(trial?.newMaster?.id).toBe('redis-2');
    expect(trial?.invariants.find(({ id }) => id === 'old-master-rejoined')).toMatchObject({
      verdict: 'holds',
    });
    await says(MASTER.port, 'INFO replication', /role:slave[\s\S]*master_link_status:up/);
    expect(await asked()).toContain('delete pod cache-0 --grace-period=0 --force --wait=false');
  });
});
