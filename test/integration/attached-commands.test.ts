import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cli as say, says } from '../helpers/by-hand.js';
import { type Cli, openCli, type Ran } from '../helpers/cli.js';
import { QUIET_MS } from '../helpers/quiet.js';
import { type RawCluster, startRawCluster } from '../helpers/redis.js';
import { refusal } from '../helpers/refusal.js';

/** A cluster that runs already, whose "machines" are reached by programs of this test: each acts on a real process here. */
const PORT = 8500;
const ADDRS = ['--sentinel-addrs', `127.0.0.1:${PORT + 50}`];
const CONFIRM = ['--cluster', 'shop', '--confirm', 'shop'];

/** `ssh HOST WORD…` as ssh does it: the words go to a shell over there. */
const SSH = `#!/bin/sh
while [ "$1" = -o ]; do shift 2; done
shift
echo "$*" >> "$FAKE/ssh.log"
exec sh -c "$*"
`;
/** `systemctl start|stop|kill -s SIGNAL UNIT@PORT`: the pid of a unit is in a file. */
const SYSTEMCTL = `#!/bin/sh
for unit; do :; done
port=\${unit##*@}
case $1 in
  start) setsid redis-server "$(cat "$FAKE/$port.conf")" </dev/null >/dev/null 2>&1 & echo $! > "$FAKE/$port.pid";;
  show) echo Restart=always;;
  stop) kill -TERM "$(cat "$FAKE/$port.pid")";;
  kill) kill "-$3" "$(cat "$FAKE/$port.pid")";;
esac
`;

let cluster: RawCluster;
let cli: Cli;
let fake = '';
let env: Record<string, string>;
const run = (...words: string[]): Promise<Ran> => cli.run(words, { env });
const done = async (...words: string[]): Promise<Ran> => {
  const ran = await run(...words, ...CONFIRM);
  expect(ran.code, `${words.join(' ')}\n${ran.stdout}${ran.stderr}`).toBe(0);
  return ran;
};
const infoOf = async (port: number, field: string): Promise<string> =>
  new RegExp(`^${field}:(.*?)\\r?$`, 'm').exec(await say(port, 'INFO'))?.[1] ?? '';

async function program(name: string, text: string): Promise<void> {
  await writeFile(join(fake, name), text);
  await chmod(join(fake, name), 0o755);
}

beforeAll(async () => {
  cli = await openCli();
  fake = join(cli.home, 'fake');
  await mkdir(fake);
  await program('ssh', SSH);
  await program('systemctl', SYSTEMCTL);
  env = { FAKE: fake, PATH: `${fake}:${process.env.PATH}` };
  cluster = await startRawCluster({ port: PORT, masterName: 'shop', downAfterMs: QUIET_MS });
  const ports = [...cluster.nodes, ...cluster.sentinels].map(({ address }) => address.port);
  for (const port of ports) {
    await writeFile(join(fake, `${port}.pid`), await infoOf(port, 'process_id'));
    await writeFile(join(fake, `${port}.conf`), await infoOf(port, 'config_file'));
  }
});
afterAll(async () => {
  // Those that a command started are no children of this test.
  for (const port of [PORT + 1, PORT + 2]) {
    const pid = Number(await infoOf(port, 'process_id').catch(() => ''));
    if (pid > 0) process.kill(pid, 'SIGKILL');
  }
  await cluster?.stop();
  await cli?.close();
});

describe('by ssh alone', () => {
  it('fills every command in, and runs none that acts', async () => {
    const ran = await run('attach', 'shop', ...ADDRS, '--via', 'ssh', '--check', '--json');
    expect(ran.code, ran.stderr).toBe(0);
    const { way, commands, notHere } = ran.json();
    expect({ way, notHere }).toEqual({ way: 'commands', notHere: [] });
    const kill = commands.find(
      (c: { node: string; action: string }) => c.node === 'redis-2' && c.action === 'kill',
    );
    const pid = await infoOf(PORT + 1, 'process_id');
    expect(kill.words.slice(-4)).toEqual(['127.0.0.1', 'kill', '-KILL', pid]);
    expect(commands.filter((c: { ran: boolean }) => c.ran)).toEqual([]);
    await expect(readFile(join(fake, 'ssh.log'))).rejects.toThrow('ENOENT');
  });

  it('freezes a server and resumes it', async () => {
    expect((await done('pause', 'redis-2')).stdout).toContain('running → paused');
    expect((await done('resume', 'redis-2')).stdout).toContain('paused → running');
    expect((await say(PORT + 1, 'PING')).trim()).toBe('PONG');
  });

  it('kills a replica, and starts it as a replica of the master', async () => {
    const before = await infoOf(PORT + 2, 'run_id');
    expect((await done('kill', 'redis-3')).stdout).toContain('running → exited');
    expect(cluster.nodes[2]?.log()).not.toContain('User requested shutdown');
    expect((await done('start', 'redis-3')).stdout).toContain('exited → running');
    expect(await infoOf(PORT + 2, 'run_id')).not.toBe(before);
    expect(await readFile(join(fake, 'ssh.log'), 'utf8')).toContain(`--replicaof 127.0.0.1 ${PORT}`);
    await says(PORT + 2, 'INFO replication', /role:slave[\s\S]*master_link_status:up/);
    expect((await run('audit')).stdout).toContain('start redis-3');
  });
});

describe('by a command for one server', () => {
  it('starts it on its own machine, and the others by the command for their kind', async () => {
    const ofOne = `redis-2=ssh box1 systemctl start redis@{port}`;
    const attach = ['attach', 'single', ...ADDRS, '--via', 'ssh', '--start-replica-command', ofOne];
    const ran = await run(...attach, '--logs-command', 'sentinel=echo {node}', '--check', '--json');
    expect(ran.code, ran.stderr).toBe(0);
    const commands = ran.json().commands as { node: string; action: string; words: string[] }[];
    const words = (node: string, action: string): string | undefined =>
      commands.find((one) => one.node === node && one.action === action)?.words.join(' ');
    expect(words('redis-2', 'start-replica')).toBe(`ssh box1 systemctl start redis@${PORT + 1}`);
    expect(words('redis-3', 'start-replica')).toMatch(/^ssh .* redis-server .* --replicaof MASTER PORT$/);
    expect([words('redis-2', 'logs'), words('sentinel-1', 'logs')]).toEqual([undefined, 'echo sentinel-1']);
    const single = ['--cluster', 'single', '--confirm', 'single'];
    for (const action of ['stop', 'start']) {
      const acted = await run(action, 'redis-2', ...single);
      expect(acted.code, acted.stderr).toBe(0);
    }
    expect(await readFile(join(fake, 'ssh.log'), 'utf8')).toContain(`systemctl start redis@${PORT + 1}`);
    await says(PORT + 1, 'INFO replication', /role:slave[\s\S]*master_link_status:up/);
    await run('detach', 'single');
  });

  it('is refused for a server that there is not, and where it is given twice', async () => {
    await refusal(cli, ['attach', 'bare', ...ADDRS, '--kill-command', 'redis-9=true'], {
      exit: 3,
      code: 'no-such-node',
      says: 'redis-9',
    });
    const twice = ['--kill-command', 'true {node}', '--kill-command', 'true {port}'];
    await refusal(cli, ['attach', 'bare', ...ADDRS, ...twice], {
      exit: 64,
      code: 'contradiction',
      says: 'given twice for every server',
    });
  });
});

describe('by systemd', () => {
  it('kills a unit, and starts it with the master in its file', async () => {
    const ran = await run('attach', 'shop', ...ADDRS, '--via', 'systemd');
    expect(ran.code, ran.stderr).toBe(0);
    const stopped = await done('stop', 'redis-2');
    expect(stopped.stderr).toMatch(
      /systemd starts a server again that ends \(Restart=always\): redis-1, redis-2, redis-3, sentinel-1/,
    );
    await done('start', 'redis-2');
    const conf = await readFile(join(fake, `${PORT + 1}.conf`), 'utf8');
    expect(await readFile(conf, 'utf8')).toMatch(new RegExp(`^replicaof 127\\.0\\.0\\.1 ${PORT}$`, 'm'));
    await says(PORT + 1, 'INFO replication', /role:slave[\s\S]*master_link_status:up/);
    await done('kill', 'redis-2');
    await done('start', 'redis-2');
  });
});

it('attached with --local afterwards, its servers are processes here, as if no command had seen them', async () => {
  const again = await run('attach', 'shop', ...ADDRS, '--local');
  expect(again.code, again.stderr).toBe(0);
  expect((await done('pause', 'redis-2')).stdout).toContain('running → paused');
  expect((await done('resume', 'redis-2')).stdout).toContain('paused → running');
  expect((await run('attach', 'shop', ...ADDRS, '--via', 'ssh')).code).toBe(0);
});

describe('a command that fails', () => {
  it('is one error with what was run, and nothing is believed of one that does nothing', async () => {
    await run('attach', 'shop', '--kill-command', 'ssh {host} no-such-program-here');
    const kill = ['kill', 'redis-2', ...CONFIRM];
    const failed = await run(...kill);
    expect(failed.code).toBe(1);
    expect(failed.stderr).toMatch(
      /^error: the kill command for redis-2 failed: it ended with exit code 127/m,
    );
    expect(failed.stderr).toContain('ssh 127.0.0.1 no-such-program-here');
    await run('attach', 'shop', '--pause-command', 'true {node}');
    const believed = await run('pause', 'redis-2', ...CONFIRM);
    expect(believed.code).toBe(1);
    expect(believed.stderr).toContain('was paused by its command, and still answers');
    expect((await run('status', '--cluster', 'shop', '--quiet')).code).toBe(0);
  });

  it('is ended with --timeout, and leaves nothing that runs', async () => {
    await program('hang', '#!/bin/sh\necho $$ > "$FAKE/hang.pid"\nexec sleep 1000\n');
    await run('attach', 'shop', '--kill-command', 'hang {pid}');
    const ran = await run('kill', 'redis-2', ...CONFIRM, '--timeout', '3s');
    expect(ran.code).toBe(2);
    expect(ran.stderr).toMatch(/^error: not finished after 3s\n *why: --timeout has passed/m);
    const pid = Number(await readFile(join(fake, 'hang.pid'), 'utf8'));
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });

  it('is refused before it runs where a value or a command is missing', async () => {
    await run('attach', 'bare', ...ADDRS, '--kill-command', 'true {host}');
    const bare = ['--cluster', 'bare', '--confirm', 'bare'];
    await refusal(cli, ['pause', 'redis-2', ...bare], {
      exit: 3,
      code: 'not-possible-here',
      says: 'without --pause-command',
    });
    const unknown = ['attach', 'bare', '--kill-command', 'ssh {hosst}'];
    await refusal(cli, unknown, { exit: 64, code: 'bad-value', says: '{hosst}' });
    const open = ['attach', 'bare', '--kill-command', "kill '{pid}"];
    await refusal(cli, open, { exit: 64, code: 'bad-value', says: 'is closed' });
    const both = ['attach', 'bare', '--local', '--via', 'ssh'];
    await refusal(cli, both, { exit: 64, code: 'contradiction', says: '--local' });
    const checked = await run('attach', 'bare', '--kill-command', 'nothing-there {port}', '--check');
    expect(checked.code).toBe(1);
    expect(checked.stdout).toContain('program nothing-there not found');
  });
});
