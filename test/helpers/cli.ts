import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { hurrySentinels } from './hurry.js';
import { memoryWorld } from './world.js';

/** The built command, as `npm test` builds it before the tests run. */
export const BIN = resolve(import.meta.dirname, '../../dist/bin/sentinelctl.js');

export interface Ran {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
  /** stdout as the one JSON document that it must be. */
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever the document holds
  json(): any;
}

export interface RunOptions {
  env?: Record<string, string | undefined>;
  cwd?: string;
  input?: string;
  /** A command that runs it: `setpriv --bounding-set=…`. Empty: a process of its own, where a test would not need one. */
  via?: readonly string[];
  /** Gets the process once it runs, or standard error as it comes: for a test that interrupts. */
  onStart?: (child: Running) => void;
  onStderr?: (text: string, child: Running) => void;
}

interface Running {
  pid: number;
  kill(signal: NodeJS.Signals): void;
}

/** Kills a command at the moment when a server's process has gone. */
export function killedWhenGone(child: Running, server: number): void {
  const look = (): void => {
    if (isThere(child.pid) && isThere(server)) setTimeout(look, 1);
    else child.kill('SIGKILL');
  };
  look();
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** A state directory of its own, and the built CLI in it. `close` takes down every cluster made there. */
export interface Cli {
  home: string;
  /** Runs it in the test's own process, or in a process of its own where the options or the command need that. */
  run(args: string[], options?: RunOptions): Promise<Ran>;
  close(): Promise<void>;
}

/** How many operations per second clients send: a tenth of what is usual, since how many there are proves nothing. */
export const RATE = { SENTINELCTL_RATE: '100' };

/** Nothing of the tester's own shell may steer the command. */
function cleanEnv(home: string): Record<string, string | undefined> {
  const env: Record<string, string | undefined> = { ...process.env, SENTINELCTL_HOME: home };
  for (const name of Object.keys(env)) {
    if (/^(SENTINELCTL_(?!HOME$|REDIS_SERVER$)|REDIS_|NO_COLOR$|FORCE_COLOR$)/.test(name)) delete env[name];
  }
  return { ...env, ...RATE };
}

/** Runs the built CLI once, as a process of its own. */
function runCli(home: string, args: string[], options: RunOptions = {}): Promise<Ran> {
  return new Promise((done, fail) => {
    const [program = process.execPath, ...words] = [...(options.via ?? []), process.execPath, BIN, ...args];
    const child = spawn(program, words, {
      cwd: options.cwd ?? home,
      env: { ...cleanEnv(home), ...options.env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const running: Running = { pid: child.pid ?? -1, kill: (signal) => child.kill(signal) };
    child.on('spawn', () => options.onStart?.(running));
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
      options.onStderr?.(stderr, running);
    });
    child.stdin.on('error', () => {});
    child.stdin.end(options.input ?? '');
    child.on('error', fail);
    child.on('close', (code, signal) =>
      done({ code, signal, stdout, stderr, json: () => JSON.parse(stdout) as unknown }),
    );
  });
}

/** The command line of the build, loaded without running it. By `require`: the test runner would rewrite an import. */
const built = (): Pick<typeof import('../../bin/command-line.js'), 'run'> =>
  createRequire(import.meta.url)(join(dirname(BIN), 'chunks', 'command-line.js'));

/** The command lines that run in this process now. They share its working directory. */
const inside = { running: 0, cwd: '', before: '' };

/**
 * Runs a command line of the build inside the test's own process, with the exit code and the streams of a process of
 * its own, which would take ten times as long. While another one runs here in a different working directory, it gets
 * its own process.
 */
export async function runInside(home: string, args: string[], options: RunOptions = {}): Promise<Ran> {
  const cwd = options.cwd ?? home;
  if (inside.running > 0 && inside.cwd !== cwd) return runCli(home, args, options);
  if (inside.running === 0) inside.before = process.cwd();
  inside.running += 1;
  inside.cwd = cwd;
  process.chdir(cwd);
  try {
    const given = Object.entries({ ...cleanEnv(home), ...options.env });
    const env = Object.fromEntries(given.filter((pair): pair is [string, string] => pair[1] !== undefined));
    const world = memoryWorld({ env, cwd });
    world.stdin.end(options.input ?? '');
    const code = await built().run(args, world);
    const stdout = world.stdout.text;
    return {
      code,
      signal: null,
      stdout,
      stderr: world.stderr.text,
      json: () => JSON.parse(stdout) as unknown,
    };
  } finally {
    inside.running -= 1;
    if (inside.running === 0) process.chdir(inside.before);
  }
}

/**
 * Whether a command line must be a process: where the test says how it is run, or interrupts it, and where it leaves a
 * fault in effect: other commands then look whether that process is still alive.
 */
export const needsProcess = (
  args: readonly string[],
  { via, onStart, onStderr, input }: RunOptions,
): boolean =>
  [via, onStart, onStderr, input].some((option) => option !== undefined) ||
  args[0] === 'inject' ||
  args.includes('--keep');

/**
 * Opens a state directory of its own below the system's temporary one. `hurried`: the sentinels of a cluster that is
 * brought up hear news soon, for a test in which no time is asserted.
 */
export async function openCli({ hurried = false } = {}): Promise<Cli> {
  const home = await mkdtemp(join(tmpdir(), 'sentinelctl-test-'));
  return {
    home,
    async run(args, options = {}) {
      const ran = await (needsProcess(args, options) ? runCli : runInside)(home, args, options);
      if (hurried && args[0] === 'up') await hurrySentinels(home);
      return ran;
    },
    async close() {
      const down = await runInside(home, ['down', '--all', '--yes']);
      await rm(home, { recursive: true, force: true });
      if (down.code !== 0) throw new Error(`down --all failed (${down.code}): ${down.stderr}`);
    },
  };
}
