import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { dockerDriver } from '../../../../src/drivers/docker/index.js';
import { type Behaviour, fakeServer } from '../../../helpers/fake-server.js';
import { tempDir } from '../../../helpers/temp-dir.js';

const probe = (host: string, more: Record<string, string> = {}) =>
  dockerDriver.probe({ settings: {}, env: { DOCKER_HOST: host, ...more } });

async function badEngine(behaviour: Behaviour): Promise<string> {
  const server = await fakeServer(behaviour);
  onTestFinished(() => server.close());
  return `tcp://127.0.0.1:${server.address.port}`;
}

/** An engine that answers these documents. */
async function engine(answers: Record<string, unknown>): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    const answer = answers[request.url ?? ''];
    response.statusCode = answer === undefined ? 404 : 200;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(answer ?? { message: 'page not found' }));
  });
  server.on('connection', (socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('dockerDriver.probe', () => {
  it('says which engine it found, and where', async () => {
    const host = await engine({
      '/version': { Version: '20.10.24+dfsg1' },
      '/info': { OSType: 'linux', Architecture: 'x86_64' },
    });
    expect(await probe(host)).toEqual({ ok: true, found: `Docker Engine 20.10.24 at ${host}` });
  });

  it('refuses an engine for Windows containers', async () => {
    const host = await engine({ '/version': { Version: '27.0.1' }, '/info': { OSType: 'windows' } });
    expect(await probe(host)).toMatchObject({ ok: false, reason: expect.stringContaining('windows') });
  });

  it('names the socket that is not there, and what to install', async () => {
    const path = join(await tempDir(), 'docker.sock');
    expect(await probe(`unix://${path}`)).toMatchObject({
      ok: false,
      reason: `no Docker Engine listens at unix://${path}`,
      install: expect.stringContaining('docker.io'),
    });
  });

  it('reports a file that is not a socket, and a closed port, as no engine', async () => {
    const path = join(await tempDir(), 'docker.sock');
    await writeFile(path, '');
    expect(await probe(`unix://${path}`)).toMatchObject({
      ok: false,
      reason: expect.stringContaining('refuses the connection'),
    });
    const server = await fakeServer(() => {});
    await server.close();
    expect(await probe(`tcp://127.0.0.1:${server.address.port}`)).toMatchObject({
      ok: false,
      reason: expect.stringContaining('refuses the connection'),
    });
  });

  it.each<[string, Behaviour, RegExp]>([
    ['never answers', () => {}, /does not answer/],
    ['hangs up', (socket) => socket.end(), /does not answer/],
    ['speaks Redis', (socket) => socket.write('-ERR unknown command\r\n'), /is not a Docker Engine/],
    [
      'is a web server',
      (socket) =>
        socket.end('HTTP/1.1 200 OK\r\ncontent-length: 13\r\nconnection: close\r\n\r\n<html></html>'),
      /is not a Docker Engine/,
    ],
  ])('ends with a reason at a server that %s', async (_, behaviour, reason) => {
    const answer = await probe(await badEngine(behaviour));
    expect(answer).toMatchObject({
      ok: false,
      reason: expect.stringMatching(reason),
      install: expect.any(String),
    });
    expect(JSON.stringify(answer)).not.toContain('    at ');
  });

  it('says that TLS is what failed', async () => {
    const host = await badEngine((socket) =>
      socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
    );
    const certs = await tempDir();
    expect(await probe(host, { DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: certs })).toMatchObject({
      ok: false,
      reason: expect.stringContaining('TLS'),
      install: expect.stringContaining('DOCKER_CERT_PATH'),
    });
  });

  it('gives the reason when the context is missing', async () => {
    const env = { DOCKER_CONFIG: await tempDir(), DOCKER_CONTEXT: 'gone' };
    expect(await dockerDriver.probe({ settings: {}, env })).toMatchObject({
      ok: false,
      reason: expect.stringContaining('"gone"'),
      install: expect.stringContaining('docker context'),
    });
  });
});

describe('dockerDriver.open', () => {
  it('asks no engine anything until something needs one', async () => {
    const driver = await dockerDriver.open({
      cluster: 'c',
      dir: '/nonexistent',
      settings: { image: 'host' },
      env: { DOCKER_HOST: 'unix:///nonexistent.sock' },
    });
    expect(driver.provisioner.settings).toEqual({
      image: 'host',
      publish: '127.0.0.1',
      network: 'bridge',
      engine: 'unix:///nonexistent.sock',
    });
    await expect(driver.host.inspect('redis-1')).rejects.toMatchObject({
      code: 'engine-unreachable',
      exitCode: 5,
    });
    driver.close();
  });
});
