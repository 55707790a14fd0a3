import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { messageOf, type OperatorError, unreachable } from '../../errors.js';
import { executableInPath, whyNotExecutable } from '../../host/executable.js';
import type { DriverContext, Env } from '../driver.js';

/** The names searched in PATH, in this order. */
const NAMES = ['redis-server', 'valkey-server'];
/** The oldest version that knows `set-proc-title`, `SENTINEL MYID` and host names, as [major, minor]. */
const OLDEST: readonly [number, number] = [6, 2];
/** How long a binary may take to print its version, in milliseconds. */
const VERSION_DEADLINE_MS = 5000;

export const INSTALL =
  'install one: apt-get install redis-server (Debian, Ubuntu), brew install redis (macOS); or --redis-server PATH';

type Wanted = Pick<DriverContext, 'settings' | 'env'>;

/** A server binary: where it is, and which setting names it; or why there is none. */
export type Located = { path: string; from: string } | { path: undefined; reason: string };

/** From the output of --version. */
export interface ServerVersion {
  /** `Redis` or `Valkey`. */
  engine: string;
  version: string;
}

/**
 * Where the server binary is, without running it: the setting, else SENTINELCTL_REDIS_SERVER, else PATH. A missing
 * binary that was named explicitly is not replaced by another one.
 */
export async function locateServer({ settings, env }: Wanted): Promise<Located> {
  const asked = settings.redisServer || env.SENTINELCTL_REDIS_SERVER;
  if (!asked) return inPath(NAMES, env);
  const from = settings.redisServer ? '--redis-server' : 'SENTINELCTL_REDIS_SERVER';
  if (!asked.includes('/')) return inPath([asked], env);
  return { path: resolve(asked), from };
}

async function inPath(names: string[], env: Wanted['env']): Promise<Located> {
  for (const name of names) {
    const path = await executableInPath(env, name);
    if (path !== undefined) return { path, from: 'PATH' };
  }
  return { path: undefined, reason: `no ${names.join(' or ')} in PATH` };
}

const noServer = (reason: string): OperatorError =>
  unreachable('no-redis-server', 'no usable server binary', { why: reason, hint: INSTALL });

/** The path of the binary. Throws `no-redis-server` (5). */
export function needBinary(located: Located): string {
  if (located.path === undefined) throw noServer(located.reason);
  return located.path;
}

/** The version of a binary that can serve here. Throws `no-redis-server` (5). */
export async function needServer(located: Located, env: Env): Promise<ServerVersion> {
  const examined = await examineServer(needBinary(located), env);
  if (!examined.ok) throw noServer(examined.reason);
  return examined.version;
}

/** Runs `PATH --version`: which server it is, or the reason why it cannot be used here. */
export async function examineServer(
  path: string,
  env: Env,
): Promise<{ ok: true; version: ServerVersion } | { ok: false; reason: string }> {
  const blocked = await whyNotExecutable(path);
  if (blocked !== undefined) return { ok: false, reason: `${path}: ${blocked}` };
  const said = await versionText(path, env);
  const version = said.text === undefined ? undefined : parseVersion(said.text);
  if (version === undefined) {
    return {
      ok: false,
      reason: `${path} is not a Redis or Valkey server: ${said.trouble ?? 'unknown output of --version'}`,
    };
  }
  const [major = 0, minor = 0] = version.version.split('.').map(Number);
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
    const reason = `${path} is ${version.engine} ${version.version}, older than ${OLDEST.join('.')}: it lacks SENTINEL MYID and set-proc-title`;
    return { ok: false, reason };
  }
  return { ok: true, version };
}

/**
 * `Redis server v=7.0.15 sha=00000000:0 malloc=…` or `Valkey server v=8.1.1 …` (server.c, version()).
 * @internal Tested with the output of binaries that are not installed.
 */
export function parseVersion(text: string): ServerVersion | undefined {
  const [, engine, version] = /^(Redis|Valkey) server v=(\d+\.\d+\.\d+)/m.exec(text) ?? [];
  return engine === undefined || version === undefined ? undefined : { engine, version };
}

function versionText(path: string, env: Env): Promise<{ text?: string; trouble?: string }> {
  return new Promise((done) => {
    const options = {
      env: serverEnv(env),
      timeout: VERSION_DEADLINE_MS,
      killSignal: 'SIGKILL',
      maxBuffer: 65_536,
    } as const;
    const child = execFile(path, ['--version'], options, (error, stdout) => {
      if (error === null) done({ text: stdout });
      else if (error.killed) done({ trouble: 'it does not answer --version' });
      else if (typeof error.code === 'number')
        done({ trouble: `--version ends with exit code ${error.code}` });
      else done({ trouble: messageOf(error) });
    });
    child.stdin?.on('error', () => {});
    child.stdin?.end();
  });
}

/**
 * The environment of the servers: the user's, without the variables for sentinelctl and for applications. Some of those
 * are passwords, and the environment of a daemon can be read from outside.
 */
export function serverEnv(env: Env): Record<string, string> {
  const kept = Object.entries(env).filter(([name]) => !/^(SENTINELCTL_|REDIS|VALKEY)/.test(name));
  return Object.fromEntries(kept.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}
