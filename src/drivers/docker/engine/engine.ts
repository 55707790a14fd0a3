import { readFileSync } from 'node:fs';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { join } from 'node:path';
import type Docker from 'dockerode';
import { systemClock, withDeadline } from '../../../clock.js';
import { errnoOf, unreachable } from '../../../errors.js';
import type { EngineTarget, EngineTls } from './engine-target.js';

/** An engine's answer may take this long, in milliseconds; a stop with its grace fits in. */
const ANSWER_MS = 120_000;

/** A connection to one engine. */
export interface Engine {
  target: EngineTarget;
  /** For requests: fails when the engine stays silent for 120 s. */
  api: Docker;
  /** For requests that may be silent for long: followed logs, pulls. */
  streams: Docker;
  /** Drops every connection, also those in use. */
  close(): void;
}

/** What an engine reports about itself. */
export interface EngineFacts {
  /** `20.10.24`. */
  version: string;
  /** `linux`, `windows`. */
  os: string;
  /** As uname has it: `x86_64`, `aarch64`. */
  arch: string;
  /** True where containers run in a virtual machine whose networks this machine cannot see. */
  desktop: boolean;
}

/** Loads dockerode for `target`. Does not connect yet. Throws `docker-tls` (5) for unreadable TLS files. */
export async function connectEngine(target: EngineTarget): Promise<Engine> {
  const { default: Client } = await import('dockerode');
  const tls = target.tls === null ? null : readTls(target.tls);
  const agent = tls === null ? new HttpAgent() : new HttpsAgent({ ...tls, keepAlive: true });
  // Every field is set, because docker-modem takes missing ones from the process's environment.
  const options = {
    socketPath: target.socketPath ?? undefined,
    host: target.tcp?.host,
    port: target.tcp?.port,
    protocol: tls === null ? ('http' as const) : ('https' as const),
    ca: tls?.ca,
    cert: tls?.cert,
    key: tls?.key,
    pathPrefix: '/',
    agent,
  };
  return {
    target,
    api: new Client({ ...options, timeout: ANSWER_MS } as Docker.DockerOptions),
    streams: new Client({ ...options, timeout: undefined } as Docker.DockerOptions),
    close: () => agent.destroy(),
  };
}

/** Asks the engine for its facts. Throws what the connection throws; ETIMEDOUT after `deadlineMs`. */
export async function askEngine(engine: Engine, deadlineMs: number): Promise<EngineFacts> {
  const late = (): Error =>
    Object.assign(new Error(`no answer within ${deadlineMs} ms`), { code: 'ETIMEDOUT' });
  const answers = Promise.all([engine.api.version(), engine.api.info() as Promise<unknown>]);
  const [version, info] = await withDeadline(systemClock, deadlineMs, answers, late);
  const { OSType, Architecture, OperatingSystem } = (info ?? {}) as Record<string, unknown>;
  if (typeof version?.Version !== 'string' || typeof OSType !== 'string') {
    throw Object.assign(new Error('not a Docker Engine'), { code: 'HPE_INVALID_ANSWER' });
  }
  return {
    version: version.Version.replace(/\+.*$/, ''),
    os: OSType,
    arch: String(Architecture),
    desktop: OperatingSystem === 'Docker Desktop',
  };
}

function readTls(tls: EngineTls): { ca?: Buffer; cert?: Buffer; key?: Buffer; rejectUnauthorized: boolean } {
  const ca = pem(tls.certPath, 'ca.pem');
  const cert = pem(tls.certPath, 'cert.pem');
  const key = pem(tls.certPath, 'key.pem');
  return { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }), rejectUnauthorized: tls.verify };
}

function pem(dir: string, file: string): Buffer | undefined {
  if (dir === '') return undefined;
  try {
    return readFileSync(join(dir, file));
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw unreachable('docker-tls', `${join(dir, file)} cannot be read`, {
      hint: 'see DOCKER_CERT_PATH',
      cause: error,
    });
  }
}
