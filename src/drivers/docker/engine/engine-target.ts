import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { homedir, platform } from 'node:os';
import { join } from 'node:path';
import { errnoOf, unreachable, usageError } from '../../../errors.js';
import { parseAddress } from '../../../model/address.js';
import type { Env } from '../../driver.js';
import type { DockerSettings } from '../settings.js';

export interface EngineTls {
  /** Directory of ca.pem, cert.pem and key.pem; each may be missing. */
  certPath: string;
  verify: boolean;
}

/** Where an engine listens. */
export interface EngineTarget {
  /** How to find the same engine again: stored in the settings. */
  engine: string;
  /** For showing: `unix:///var/run/docker.sock`, `tcp://build:2376 (context build)`. */
  shown: string;
  socketPath: string | null;
  tcp: { host: string; port: number } | null;
  tls: EngineTls | null;
  /** The engine's machine where it is not this one. */
  remoteHost: string | null;
}

type Asked = Pick<DockerSettings, 'engine' | 'certPath' | 'tls'>;

/**
 * Finds the engine as docker's own CLI does: the stored settings of the cluster, else DOCKER_HOST, else
 * DOCKER_CONTEXT, else the current context of the CLI's configuration, else the usual sockets.
 * (docker/cli, cli/command/cli.go, resolveContextName: DOCKER_HOST wins over a context.)
 * Throws OperatorError (5) when the named engine cannot be found or is of an unsupported kind.
 */
export async function findEngine(asked: Asked, env: Env): Promise<EngineTarget> {
  if (asked.engine.startsWith('context:')) return fromContext(asked.engine.slice('context:'.length), env);
  if (asked.engine !== '') {
    const tls = asked.tls === '' ? null : { certPath: asked.certPath, verify: asked.tls === 'verify' };
    return fromHost(asked.engine, tls);
  }
  const host = env.DOCKER_HOST?.trim();
  if (host) return fromHost(host, tlsOf(env));
  const context = env.DOCKER_CONTEXT?.trim() || (await currentContext(env));
  if (context && context !== 'default') return fromContext(context, env);
  return fromHost(`unix://${defaultSocket(env)}`, null);
}

async function fromContext(name: string, env: Env): Promise<EngineTarget> {
  const { host, tls } = await loadContext(name, env);
  const target = fromHost(host, tls);
  return { ...target, engine: `context:${name}`, shown: `${target.shown} (context ${name})` };
}

/** DOCKER_TLS_VERIFY: TLS with verification of the engine's certificate. DOCKER_TLS: TLS without it. */
function tlsOf(env: Env): EngineTls | null {
  const certPath = env.DOCKER_CERT_PATH || dockerConfigDir(env);
  if (env.DOCKER_TLS_VERIFY) return { certPath, verify: true };
  return env.DOCKER_TLS ? { certPath, verify: false } : null;
}

function fromHost(host: string, tls: EngineTls | null): EngineTarget {
  const [, scheme = 'tcp', rest = ''] = /^(?:([a-z]+):\/\/)?(.*)$/.exec(host) ?? [];
  if ((scheme === 'unix' || scheme === 'npipe') && rest !== '') {
    return { engine: host, shown: host, socketPath: rest, tcp: null, tls: null, remoteHost: null };
  }
  if (scheme === 'ssh') {
    throw unreachable('engine-by-ssh', `a Docker Engine behind ssh cannot be used: ${host}`, {
      why: 'its published ports would be on the other machine, where clients here cannot reach them',
      hint: 'run sentinelctl on that machine, or name an engine there by tcp:// with DOCKER_TLS_VERIFY=1 and use --publish',
    });
  }
  const bare = rest.replace(/\/+$/, '');
  const tcp =
    scheme === 'tcp' || scheme === 'http' || scheme === 'https'
      ? parseAddress(bare, tls ? 2376 : 2375)
      : undefined;
  if (tcp === undefined) {
    throw usageError('bad-docker-host', `"${host}" is not an address of a Docker Engine`, {
      hint: 'DOCKER_HOST looks like unix:///var/run/docker.sock or tcp://host:2376',
    });
  }
  const local = tcp.host === 'localhost' || tcp.host === '::1' || tcp.host.startsWith('127.');
  const secure = tls ?? (scheme === 'https' ? { certPath: '', verify: true } : null);
  return {
    engine: host,
    shown: host,
    socketPath: null,
    tcp,
    tls: secure,
    remoteHost: local ? null : tcp.host,
  };
}

/** The system's engine, a rootless one, or Docker Desktop's: the first socket that exists. */
function defaultSocket(env: Env): string {
  if (platform() === 'win32') return '//./pipe/docker_engine';
  const system = '/var/run/docker.sock';
  const candidates = [
    system,
    ...(env.XDG_RUNTIME_DIR ? [join(env.XDG_RUNTIME_DIR, 'docker.sock')] : []),
    join(env.HOME || homedir(), '.docker', 'run', 'docker.sock'),
  ];
  return candidates.find((path) => existsSync(path)) ?? system;
}

/** Where docker's CLI keeps its configuration and contexts. */
const dockerConfigDir = (env: Env): string => env.DOCKER_CONFIG || join(env.HOME || homedir(), '.docker');

/** `currentContext` of docker's config.json; undefined where there is none, or no readable file. */
async function currentContext(env: Env): Promise<string | undefined> {
  const parsed = await readJson(join(dockerConfigDir(env), 'config.json')).catch(() => undefined);
  const name = field(parsed, 'currentContext');
  return typeof name === 'string' && name !== '' ? name : undefined;
}

/**
 * A context's engine and TLS files. A context lives under the SHA-256 of its name: `contexts/meta/HASH/meta.json`
 * and `contexts/tls/HASH/docker/{ca,cert,key}.pem` (docker/cli, cli/context/store).
 * Throws `docker-context` (5) where it is missing or cannot be read.
 */
async function loadContext(name: string, env: Env): Promise<{ host: string; tls: EngineTls | null }> {
  const hash = createHash('sha256').update(name).digest('hex');
  const contexts = join(dockerConfigDir(env), 'contexts');
  const meta = await readJson(join(contexts, 'meta', hash, 'meta.json')).catch((error: unknown) => {
    throw unreachable('docker-context', `the Docker context "${name}" cannot be read`, {
      why: errnoOf(error) === 'ENOENT' ? `looked in ${contexts}` : 'its meta.json is damaged or not readable',
      hint: 'see `docker context ls`; or unset DOCKER_CONTEXT, or `docker context use default`',
      cause: error,
    });
  });
  const endpoint = field(field(meta, 'Endpoints'), 'docker');
  const host = field(endpoint, 'Host');
  if (typeof host !== 'string' || host === '') {
    throw unreachable('docker-context', `the Docker context "${name}" names no engine`, {
      hint: `see \`docker context inspect ${name}\``,
    });
  }
  const certPath = join(contexts, 'tls', hash, 'docker');
  const hasTls = await readFile(join(certPath, 'ca.pem')).then(
    () => true,
    () => false,
  );
  const skip = field(endpoint, 'SkipTLSVerify') === true;
  return { host, tls: hasTls || skip ? { certPath, verify: !skip } : null };
}

async function readJson(path: string): Promise<unknown> {
  return JSON.parse(await readFile(path, 'utf8'));
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
