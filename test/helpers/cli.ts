import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
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
  /** A command that runs it: `setpriv --bounding-set=…`; empty for a process of its own where a test would do without. */
  via?: readonly string[];
  /** Gets the process once it runs, or standard error as it comes: for a test that interrupts. */
  onStart?: (child: Running) => void;
  onStderr?: (text: string, child: Running) => void;
}

interface Running {
  pid: number;
  kill(signal: NodeJS.Signals): void;
}

/** A state directory of its own, and the built CLI in it. `close` takes down every cluster made there. */
export interface Cli {
  home: string;
  run(args: string[], options?: RunOptions): Promise<Ran>;
  close(): Promise<void>;
}

/** Nothing of the tester's own shell may steer the command. */
function cleanEnv(home: string): Record<string, string | undefined> {
  const env: Record<string, string | undefined> = { ...process.env, SENTINELCTL_HOME: home };
  for (const name of Object.keys(env)) {
    if (/^(SENTINELCTL_(?!HOME$|REDIS_SERVER$)|REDIS_|NO_COLOR$|FORCE_COLOR$)/.test(name)) delete env[name];
  }
  return env;
}

/** Runs the built CLI once. */
export function runCli(home: string, args: string[], options: RunOptions = {}): Promise<Ran> {
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

/**
 * Runs a command line inside the test's own process, with the exit code and the streams that a process of its own would
 * have. For what neither makes a cluster nor signals itself: a process takes ten times as long.
 */
export async function runInside(home: string, args: string[], options: RunOptions = {}): Promise<Ran> {
  const [{ main }, { commands }] = await Promise.all([
    import('../../src/cli/main.js'),
    import('../../commands/index.js'),
  ]);
  const given = Object.entries({ ...cleanEnv(home), ...options.env });
  const env = Object.fromEntries(given.filter((pair): pair is [string, string] => pair[1] !== undefined));
  const world = memoryWorld({ commands, env, cwd: options.cwd ?? home });
  world.stdin.end(options.input ?? '');
  const code = await main(args, world);
  const stdout = world.stdout.text;
  return { code, signal: null, stdout, stderr: world.stderr.text, json: () => JSON.parse(stdout) as unknown };
}

/** Opens a state directory of its own below the system's temporary one. */
export async function openCli(): Promise<Cli> {
  const home = await mkdtemp(join(tmpdir(), 'sentinelctl-test-'));
  return {
    home,
    run: (args, options) => runCli(home, args, options),
    async close() {
      const down = await runCli(home, ['down', '--all']);
      await rm(home, { recursive: true, force: true });
      if (down.code !== 0) throw new Error(`down --all failed (${down.code}): ${down.stderr}`);
    },
  };
}
