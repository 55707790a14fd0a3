import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { BIN, needsProcess, type Ran, runInside } from './cli.js';
import { hurrySentinels } from './hurry.js';

export type EndUpon = 'stdout' | 'stderr' | undefined;

/** A state directory and a working directory of its own, with the built command on PATH. */
export interface Shell {
  dir: string;
  /**
   * Runs a line as a reader would type it. In bash: what needs a shell or a process of its own, and each of
   * `asProcesses` once. Other lines run in the test's own process. With `endUpon` a Ctrl-C follows once that stream
   * said something.
   */
  type(line: string, options?: { endUpon?: EndUpon; env?: Record<string, string> }): Promise<Ran>;
  /** Takes everything down that was made here. */
  close(): Promise<void>;
}

/**
 * `settings` are the environment in which every line is typed: SENTINELCTL_PORT=auto and such. The sentinels of what is
 * brought up hear news soon: how long a line takes is not what is proved.
 */
export async function openShell(
  settings: Record<string, string>,
  asProcesses: Iterable<string> = [],
): Promise<Shell> {
  const asProcess = new Set(asProcesses);
  const dir = await mkdtemp(join(tmpdir(), 'sentinelctl-shell-'));
  const home = join(dir, 'state');
  const work = join(dir, 'work');
  await Promise.all([mkdir(join(dir, 'bin')), mkdir(work)]);
  await symlink(BIN, join(dir, 'bin', 'sentinelctl'));
  const path = [join(dir, 'bin'), dirname(process.execPath), process.env.PATH ?? ''].join(delimiter);
  const bare = Object.entries(process.env).filter(
    ([name]) => !/^(SENTINELCTL_(?!REDIS_SERVER$)|REDIS_|NO_COLOR$|FORCE_COLOR$)/.test(name),
  );
  const env = { ...Object.fromEntries(bare), ...settings, PATH: path, SENTINELCTL_HOME: home };
  return {
    dir,
    async type(line, options = {}) {
      const settings = { ...env, ...options.env };
      const words = options.endUpon === undefined ? plainWords(line) : undefined;
      const ran =
        words === undefined || asProcess.delete(line) || needsProcess(words, {})
          ? await typed(line, work, settings, options.endUpon)
          : await runInside(home, words, { cwd: work, env: settings });
      if (line.startsWith('sentinelctl up')) await hurrySentinels(home);
      return ran;
    },
    async close() {
      const down = await runInside(home, ['down', '--all', '--yes'], { cwd: dir });
      await rm(dir, { recursive: true, force: true });
      if (down.code !== 0) throw new Error(`down --all failed (${down.code}): ${down.stderr}`);
    },
  };
}

/**
 * A line as it is typed: a shown one has the usual ports of sentinels, and here they are the ones that were free. More
 * trials than two, which differ from one, take long and prove nothing more.
 */
export async function asTyped(shell: Shell, shown: string): Promise<string> {
  const line = shown.replace(/^(sentinelctl failover-test .*--trials) (?:[3-9]|\d\d+)\b/, '$1 2');
  if (!line.includes('127.0.0.1:26379')) return line;
  const { REDIS_SENTINEL_ADDRS } = (await shell.type('sentinelctl env --json')).json() as {
    REDIS_SENTINEL_ADDRS: string;
  };
  const ports = REDIS_SENTINEL_ADDRS.split(',').map((address) => address.split(':')[1] ?? '');
  return line.replace(/127\.0\.0\.1:(26379|2638\d)/g, (_, port) => `127.0.0.1:${ports[port - 26_379]}`);
}

/** The words after `sentinelctl` in a line that needs no shell: one command without quotes, pipes or expansions. */
export function plainWords(line: string): string[] | undefined {
  const command = /^sentinelctl((?: [\w./:=,@%+-]+)*)(?:\s+#.*)?$/.exec(line.trim())?.[1];
  return command?.split(' ').filter(Boolean);
}

function typed(line: string, cwd: string, env: NodeJS.ProcessEnv, endUpon: EndUpon): Promise<Ran> {
  return new Promise((done, fail) => {
    const child = spawn('bash', ['-o', 'pipefail', '-c', line], {
      cwd,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      // bash gives its place to the only command of a line, so the signal meets the command itself.
      if (endUpon === 'stdout' && stdout === '') child.kill('SIGINT');
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      if (endUpon === 'stderr' && stderr === '') child.kill('SIGINT');
      stderr += text;
    });
    child.on('error', fail);
    child.on('close', (code, signal) =>
      done({
        // As the reader's own shell would show it.
        code: signal === null ? code : 128 + constants.signals[signal],
        signal,
        stdout,
        stderr,
        json: () => JSON.parse(stdout) as unknown,
      }),
    );
  });
}
