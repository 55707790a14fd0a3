import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { errnoOf, unreachable } from '../../../errors.js';
import type { EngineTls, Env } from './engine-target.js';

/** Where docker's CLI keeps its configuration and contexts. */
export const dockerConfigDir = (env: Env): string =>
  env.DOCKER_CONFIG || join(env.HOME || homedir(), '.docker');

/** `currentContext` of docker's config.json; undefined where there is none, or no readable file. */
export async function currentContext(env: Env): Promise<string | undefined> {
  const parsed = await readJson(join(dockerConfigDir(env), 'config.json')).catch(() => undefined);
  const name = field(parsed, 'currentContext');
  return typeof name === 'string' && name !== '' ? name : undefined;
}

/**
 * A context's engine and TLS files. A context lives under the SHA-256 of its name: `contexts/meta/HASH/meta.json`
 * and `contexts/tls/HASH/docker/{ca,cert,key}.pem` (docker/cli, cli/context/store).
 * Throws `docker-context` (5) where it is missing or can't be read.
 */
export async function loadContext(name: string, env: Env): Promise<{ host: string; tls: EngineTls | null }> {
  const hash = createHash('sha256').update(name).digest('hex');
  const contexts = join(dockerConfigDir(env), 'contexts');
  const meta = await readJson(join(contexts, 'meta', hash, 'meta.json')).catch((error: unknown) => {
    throw unreachable('docker-context', `there is no readable Docker context "${name}"`, {
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
