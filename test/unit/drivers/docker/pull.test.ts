import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { percentCounter } from '../../../../src/drivers/docker/image/pull.js';
import { dockerDriver } from '../../../../src/drivers/docker/index.js';
import type { Driver } from '../../../../src/drivers/driver.js';
import type { Progress } from '../../../../src/model/events.js';

/** A driver on a fake engine that has no image, and answers a pull as the test says. */
async function driverWhosePull(answer: (response: ServerResponse) => void): Promise<Driver> {
  const server = createServer((request, response) => {
    if (request.url?.startsWith('/volumes')) response.end('{"Volumes":[]}');
    else if (request.url?.startsWith('/images/create')) answer(response);
    else response.writeHead(404).end('{"message":"No such image"}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const driver = await dockerDriver.open({
    cluster: 'c',
    dir: '/nonexistent',
    settings: { image: 'redis:none' },
    env: { DOCKER_HOST: `tcp://127.0.0.1:${port}` },
  });
  onTestFinished(() => {
    driver.close();
    server.close();
    server.closeAllConnections();
  });
  return driver;
}

describe('pulling', () => {
  it.each([
    ['manifest for redis:none not found: manifest unknown', /has no image redis:none/],
    ['pull access denied for redis, repository does not exist or may require docker login', /needs a login/],
    ['Get "https://registry-1.docker.io/v2/": dial tcp: no such host', /could not be pulled/],
  ])('turns "%s" into words, before and in the middle of the stream', async (words, message) => {
    const before = await driverWhosePull((response) =>
      response.writeHead(500).end(JSON.stringify({ message: words })),
    );
    const within = await driverWhosePull((response) => {
      response.write('{"status":"Pulling from library/redis","id":"none"}\n{"status":"Downloa');
      response.end(
        `ding"}\nnot json\n${JSON.stringify({ error: words, errorDetail: { message: words } })}\n`,
      );
    });
    for (const driver of [before, within]) {
      await expect(driver.provisioner.prepare([], () => {})).rejects.toMatchObject({
        code: 'image-pull',
        exitCode: 5,
        message: expect.stringMatching(message),
        why: words,
        hint: expect.stringContaining('--image host'),
      });
    }
  });

  it('shows how far it is, and that it failed when the engine goes away', async () => {
    const driver = await driverWhosePull((response) => {
      response.write('{"status":"Downloading","id":"a","progressDetail":{"current":50,"total":100}}\n');
      response.write('{"status":"Downloading","id":"a","progressDetail":{"current":51,"total":100}}\n', () =>
        response.destroy(),
      );
    });
    const seen: Progress[] = [];
    await expect(driver.provisioner.prepare([], (event) => seen.push(event))).rejects.toMatchObject({
      exitCode: 5,
    });
    expect(seen.map((event) => (event.type === 'step' ? [event.state, event.label] : []))).toEqual([
      ['start', 'pulling the image redis:none'],
      ['start', 'pulling the image redis:none (50%)'],
      ['failed', 'pulling the image redis:none'],
    ]);
  });

  it('ends with the reason of the signal', async () => {
    const stop = new AbortController();
    const driver = await driverWhosePull((response) => {
      response.write('{"status":"Pulling"}\n', () => stop.abort(new Error('interrupted')));
    });
    await expect(driver.provisioner.prepare([], () => {}, stop.signal)).rejects.toThrow('interrupted');
  });
});

describe('percentCounter', () => {
  it('adds layers up and never falls, also when a new layer becomes known', () => {
    const percent = percentCounter();
    const at = (id: string, current: number) =>
      percent({ id, status: 'Downloading', progressDetail: { current, total: 100 } });
    expect([at('a', 50), at('b', 0), percent({ id: 'a', status: 'Download complete' }), at('b', 50)]).toEqual(
      [50, 50, 50, 75],
    );
    expect(percent({ status: 'Digest: x' })).toBe(75);
  });
});
