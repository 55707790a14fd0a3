import { type ChildProcess, spawn } from 'node:child_process';
import { appendFile, chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Finding } from '../../../src/checks/index.js';
import { systemClock } from '../../../src/clock.js';
import { until } from '../../../src/until.js';
import { openConnection } from '../../../src/wire/client.js';
import { dial } from '../../../src/wire/dial.js';
import { ctl, shell } from '../doctor.js';

/** What a lab's server is started with, besides its file. */
export interface StartOptions {
  port: number;
  host?: string;
  sentinel?: boolean;
  /** Laid over the file: `['--port', '23601']`. */
  options?: string[];
  /** What runs it: `['setpriv', '--reuid=65534']`. */
  via?: string[];
  password?: string | undefined;
  /** It listens at this port by TLS, and at no plain one. */
  tls?: boolean;
}

/** Real servers with files that may be broken, shared and fixed, in a directory of their own. */
export interface Lab {
  dir: string;
  /** Writes a file for the server `name` and answers its path. */
  write(name: string, lines: string[]): Promise<string>;
  /** Starts a server by its file and waits until it answers; ends it with the lab. */
  start(file: string, options: StartOptions): Promise<ChildProcess>;
  /** `write` and `start` of a data node, or of a sentinel. */
  serve(name: string, options: StartOptions, lines: string[]): Promise<string>;
  /**
   * Does what a finding prints, line by line, in that order, in a shell with these variables; `home` is where
   * sentinelctl has an own cluster.
   */
  apply(finding: Finding, variables?: Record<string, string>, home?: string): Promise<void>;
  /** Ends every server that was started here, and removes the directory. */
  stop(): Promise<void>;
}

export async function openLab(): Promise<Lab> {
  const dir = await mkdtemp(join(tmpdir(), 'sentinelctl-lab-'));
  // A server that runs as another user must get at its file.
  await chmod(dir, 0o755);
  const children: { child: ChildProcess; gone: Promise<void> }[] = [];

  const lab: Lab = {
    dir,
    async write(name, lines) {
      const file = join(dir, name);
      await writeFile(file, `${lines.join('\n')}\n`);
      return file;
    },
    async start(file, { port, host = '127.0.0.1', sentinel = false, options = [], via = [], password, tls }) {
      const [program = '', ...args] = [
        ...via,
        'redis-server',
        file,
        ...(sentinel ? ['--sentinel'] : []),
        ...options,
      ];
      const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
      let log = '';
      child.stdout.on('data', (text: Buffer) => (log += text.toString()));
      const gone = new Promise<void>((resolve) => {
        child.once('exit', () => resolve());
        child.once('error', () => resolve());
      });
      children.push({ child, gone });
      const answers = await until(
        async () => {
          if (child.exitCode !== null) return 'exited';
          return (await pings(host, port, password, tls)) ? 'answers' : undefined;
        },
        { clock: systemClock, everyMs: 20, deadlineMs: 10_000 },
      );
      if (answers !== 'answers') throw new Error(`${file} did not start:\n${log}`);
      return child;
    },
    async serve(name, options, lines) {
      const { port, host = '127.0.0.1', tls } = options;
      const data = options.sentinel ? [] : ['save ""', 'repl-diskless-sync-delay 0'];
      const file = await lab.write(name, [
        tls ? `port 0\ntls-port ${port}` : `port ${port}`,
        `bind ${host}`,
        `dir ${dir}`,
        ...data,
        ...lines,
      ]);
      await lab.start(file, options);
      return file;
    },
    async apply(finding, variables = {}, home = '') {
      const set = Object.entries(variables).map(([name, value]) => `export ${name}=${value}; `);
      let into: string | null = null;
      for (const line of finding.fix) {
        const start = /^redis-server (\S+) --sentinel$/.exec(line);
        if (line.startsWith('# in ')) into = line.slice('# in '.length, -1);
        else if (line.startsWith('#')) continue;
        else if (start?.[1] !== undefined) {
          into = null;
          await lab.start(start[1], { ...(await placeIn(start[1])), sentinel: true });
        } else if (into !== null && !/^(redis-cli|sentinelctl) /.test(line))
          await appendFile(into, `${line}\n`);
        // The test waits itself, by looking again.
        else if (line.startsWith('sentinelctl wait')) continue;
        else if (line.startsWith('sentinelctl ')) await ctl(home, line.split(' ').slice(1));
        else if (line.endsWith(' SHUTDOWN')) await shutDown(line);
        else await shell(`${set.join('')}${line}`);
      }
    },
    async stop() {
      for (const { child } of children) {
        if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      }
      await Promise.all(children.map(({ gone }) => gone));
      await rm(dir, { recursive: true, force: true });
    },
  };
  return lab;
}

async function pings(host: string, port: number, password?: string, isTls = false): Promise<boolean> {
  try {
    const tls = isTls ? { insecure: true } : null;
    const asking = { clock: systemClock, deadlineMs: 1000, credentials: { password, tls } };
    const connection = await openConnection({ host, port }, asking);
    await connection.call('PING').finally(() => connection.close());
    return true;
  } catch {
    return false;
  }
}

async function listens(host: string, port: number): Promise<boolean> {
  try {
    (await dial({ host, port }, { clock: systemClock, deadlineMs: 1000 })).destroy();
    return true;
  } catch {
    return false;
  }
}

/** A server that shuts down hangs up; it is down once it takes no connection. */
async function shutDown(line: string): Promise<void> {
  const [, host = '', port = ''] = /-h (\S+) -p (\d+)/.exec(line) ?? [];
  await shell(`${line} 2>&1 || true`);
  const down = await until(async () => ((await listens(host, Number(port))) ? undefined : true), {
    clock: systemClock,
    everyMs: 20,
    deadlineMs: 30_000,
  });
  if (down === undefined) throw new Error(`${line} did not end it`);
}

/** Where a server will listen, by its file. */
async function placeIn(file: string): Promise<{ host: string; port: number; tls: boolean }> {
  const text = await shell(`cat ${file}`);
  const last = (name: string): string | undefined =>
    [...text.matchAll(new RegExp(`^${name} "?([^\\s"]+)`, 'gm'))].at(-1)?.[1];
  const port = Number(last('port'));
  return { host: last('bind') ?? '127.0.0.1', port: port || Number(last('tls-port')), tls: port === 0 };
}
