import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findEngine } from '../../../../src/drivers/docker/engine/engine-target.js';
import { tempDir } from '../../../helpers/temp-dir.js';

const NOTHING_ASKED = { engine: '', certPath: '', tls: '' } as const;

/** A docker CLI configuration with these contexts. */
async function dockerConfig(current: string | undefined, contexts: Record<string, object>): Promise<string> {
  const dir = await tempDir();
  await writeFile(join(dir, 'config.json'), JSON.stringify({ currentContext: current }));
  for (const [name, endpoint] of Object.entries(contexts)) {
    const meta = join(dir, 'contexts', 'meta', createHash('sha256').update(name).digest('hex'));
    await mkdir(meta, { recursive: true });
    await writeFile(join(meta, 'meta.json'), JSON.stringify({ Name: name, Endpoints: { docker: endpoint } }));
  }
  return dir;
}

describe('findEngine', () => {
  it('takes DOCKER_HOST before any context, as the docker CLI does', async () => {
    const config = await dockerConfig('other', { other: { Host: 'tcp://other:2375' } });
    const env = { DOCKER_CONFIG: config, DOCKER_CONTEXT: 'other', DOCKER_HOST: 'unix:///tmp/own.sock' };
    expect(await findEngine(NOTHING_ASKED, env)).toMatchObject({
      socketPath: '/tmp/own.sock',
      remoteHost: null,
    });
  });

  it('takes DOCKER_CONTEXT before the current context, and remembers it by name', async () => {
    const config = await dockerConfig('one', {
      one: { Host: 'unix:///one.sock' },
      two: { Host: 'tcp://two:2375' },
    });
    expect(await findEngine(NOTHING_ASKED, { DOCKER_CONFIG: config, DOCKER_CONTEXT: 'two' })).toMatchObject({
      engine: 'context:two',
      shown: 'tcp://two:2375 (context two)',
      tcp: { host: 'two', port: 2375 },
      remoteHost: 'two',
    });
    expect(await findEngine(NOTHING_ASKED, { DOCKER_CONFIG: config })).toMatchObject({
      socketPath: '/one.sock',
    });
  });

  it('finds the TLS files of a context where the CLI keeps them', async () => {
    const config = await dockerConfig(undefined, { safe: { Host: 'tcp://safe:2376', SkipTLSVerify: false } });
    const tls = join(config, 'contexts', 'tls', createHash('sha256').update('safe').digest('hex'), 'docker');
    await mkdir(tls, { recursive: true });
    await writeFile(join(tls, 'ca.pem'), 'x');
    const target = await findEngine(NOTHING_ASKED, { DOCKER_CONFIG: config, DOCKER_CONTEXT: 'safe' });
    expect(target.tls).toEqual({ certPath: tls, verify: true });
  });

  it('uses TLS when DOCKER_TLS_VERIFY says so, with the port and the files of docker', async () => {
    const env = { DOCKER_HOST: 'tcp://build', DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: '/certs' };
    expect(await findEngine(NOTHING_ASKED, env)).toMatchObject({
      tcp: { host: 'build', port: 2376 },
      tls: { certPath: '/certs', verify: true },
    });
    expect(await findEngine(NOTHING_ASKED, { DOCKER_HOST: 'tcp://build' })).toMatchObject({
      tcp: { host: 'build', port: 2375 },
      tls: null,
    });
  });

  it('stays with the engine that a cluster has written down, whatever the environment says now', async () => {
    const asked = { engine: 'tcp://127.0.0.1:21500', certPath: '', tls: '' } as const;
    expect(await findEngine(asked, { DOCKER_HOST: 'unix:///elsewhere.sock' })).toMatchObject({
      tcp: { host: '127.0.0.1', port: 21_500 },
      remoteHost: null,
    });
  });

  it('falls back to the usual socket when nothing says otherwise', async () => {
    const env = { DOCKER_CONFIG: await tempDir(), HOME: '/nonexistent' };
    expect(await findEngine(NOTHING_ASKED, env)).toMatchObject({ socketPath: '/var/run/docker.sock' });
  });

  it.each([
    [{ DOCKER_CONTEXT: 'nowhere' }, 'docker-context', /Docker context "nowhere" cannot be read/],
    [{ DOCKER_HOST: 'ssh://me@there' }, 'engine-by-ssh', /ssh/],
    [{ DOCKER_HOST: 'gopher://x' }, 'bad-docker-host', /gopher/],
    [{ DOCKER_HOST: 'tcp://host:port' }, 'bad-docker-host', /host:port/],
    [{ DOCKER_HOST: 'unix://' }, 'bad-docker-host', /unix/],
  ])('refuses %o in words', async (more, code, message) => {
    const env = { DOCKER_CONFIG: await tempDir(), ...more };
    await expect(findEngine(NOTHING_ASKED, env)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
      hint: expect.any(String),
    });
  });

  it('takes a damaged context for a missing one', async () => {
    const config = await dockerConfig(undefined, { bad: {} });
    await expect(
      findEngine(NOTHING_ASKED, { DOCKER_CONFIG: config, DOCKER_CONTEXT: 'bad' }),
    ).rejects.toMatchObject({
      code: 'docker-context',
      exitCode: 5,
    });
  });
});
