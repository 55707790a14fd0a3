import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import { errnoOf, messageOf } from '../../errors.js';
import type { DriverContext } from '../driver.js';
import { serverEnv } from './server-env.js';

/** The names looked for in PATH, in this order. */
const NAMES = ['redis-server', 'valkey-server'];
/** The oldest version that knows `set-proc-title`, `SENTINEL MYID` and host names, as [major, minor]. */
const OLDEST: readonly [number, number] = [6, 2];
/** How long a binary may take to say its version, in milliseconds. */
const VERSION_DEADLINE_MS = 5000;

export const INSTALL =
  'install one: apt-get install redis-server (Debian, Ubuntu), brew install redis (macOS); or --redis-server PATH';

type Wanted = Pick<DriverContext, 'settings' | 'env'>;

/** A server binary: where it is, and who asked for it; or why there is none. */
export type Located = { path: string; from: string } | { path: undefined; reason: string };

/** What a binary says it is. */
export interface ServerVersion {
  /** `Redis` or `Valkey`. */
  engine: string;
  version: string;
}

/**
 * Where the server binary is, without running it: the setting, else SENTINELCTL_REDIS_SERVER, else PATH. One that was
 * asked for is not replaced by another when it is missing.
 */
export async function locateServer({ settings, env }: Wanted): Promise<Located> {
  const asked = settings.redisServer || env.SENTINELCTL_REDIS_SERVER;
  if (!asked) return inPath(NAMES, env);
  const from = settings.redisServer ? '--redis-server' : 'SENTINELCTL_REDIS_SERVER';
  if (!asked.includes('/')) return inPath([asked], env);
  return { path: resolve(asked), from };
}

async function inPath(names: string[], env: Wanted['env']): Promise<Located> {
  const directories = (env.PATH ?? '').split(delimiter).filter((directory) => directory !== '');
  for (const name of names) {
    for (const directory of directories) {
      const path = resolve(join(directory, name));
      if ((await whyNotExecutable(path)) === undefined) return { path, from: 'PATH' };
    }
  }
  return { path: undefined, reason: `no ${names.join(' or ')} in PATH` };
}

async function whyNotExecutable(path: string): Promise<string | undefined> {
  try {
    if (!(await stat(path)).isFile()) return 'it is not a file';
    await access(path, constants.X_OK);
    return undefined;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return 'there is no such file';
    return errnoOf(error) === 'EACCES' ? 'it is not executable by this user' : messageOf(error);
  }
}

/** Runs `PATH --version`. Answers what it is, or in words why it can't serve here. */
export async function examineServer(
  path: string,
  env: DriverContext['env'],
): Promise<{ ok: true; version: ServerVersion } | { ok: false; reason: string }> {
  const blocked = await whyNotExecutable(path);
  if (blocked !== undefined) return { ok: false, reason: `${path}: ${blocked}` };
  const said = await versionText(path, env);
  const version = said.text === undefined ? undefined : parseVersion(said.text);
  if (version === undefined) {
    return {
      ok: false,
      reason: `${path} is no Redis or Valkey server: ${said.trouble ?? 'its --version says something else'}`,
    };
  }
  const [major = 0, minor = 0] = version.version.split('.').map(Number);
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
    const reason = `${path} is ${version.engine} ${version.version}, older than ${OLDEST.join('.')}: it lacks SENTINEL MYID and set-proc-title`;
    return { ok: false, reason };
  }
  return { ok: true, version };
}

/** `Redis server v=7.0.15 sha=00000000:0 malloc=…` or `Valkey server v=8.1.1 …` (server.c, version()). */
export function parseVersion(text: string): ServerVersion | undefined {
  const [, engine, version] = /^(Redis|Valkey) server v=(\d+\.\d+\.\d+)/m.exec(text) ?? [];
  return engine === undefined || version === undefined ? undefined : { engine, version };
}

function versionText(path: string, env: DriverContext['env']): Promise<{ text?: string; trouble?: string }> {
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
