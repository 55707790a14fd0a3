import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Cli, openCli } from '../helpers/cli.js';
import { QUIET } from '../helpers/quiet.js';
import { refusal } from '../helpers/refusal.js';

/** An engine that answers, has nothing, and cannot pull. */
const engine = createServer(({ url = '' }, response) => {
  const path = url.replace(/^\/v[\d.]+/, '').replace(/\?.*$/, '');
  const say = (body: unknown, status = 200): void =>
    void response.writeHead(status).end(JSON.stringify(body));
  if (path === '/version') say({ Version: '28.0.0', ApiVersion: '1.48' });
  else if (path === '/info') say({ OSType: 'linux', Architecture: 'x86_64', OperatingSystem: 'Linux' });
  else if (path === '/volumes') say({ Volumes: [] });
  else if (path === '/networks' || path === '/containers/json') say([]);
  else if (path === '/images/create')
    say({ message: 'dial tcp: lookup registry-1.docker.io: no such host' }, 500);
  else say({ message: 'not found' }, 404);
});

let cli: Cli;
let env: Record<string, string>;
beforeAll(async () => {
  await new Promise<void>((resolve) => engine.listen(0, '127.0.0.1', resolve));
  env = { DOCKER_HOST: `tcp://127.0.0.1:${(engine.address() as AddressInfo).port}` };
  cli = await openCli();
});
afterAll(() => cli?.close());
afterAll(() => {
  engine.close();
  engine.closeAllConnections();
});

const UP = ['up', '--port', 'auto', '--sentinel-port', 'auto', ...QUIET];

it('the first up where Docker has no image and cannot pull one makes processes, and says why', async () => {
  const up = await cli.run([...UP, '--json'], { env });
  expect(up.code, up.stderr).toBe(0);
  expect(up.json()).toMatchObject({ driver: 'process', cluster: 'default' });
  expect(up.stderr).toMatch(
    /the image redis:8 is not on this machine, and could not be pulled: driver process instead, .*; --driver docker insists/,
  );
  expect((await cli.run(['status'], { env })).code).toBe(0);
});

it('a driver, or an image, that was asked for is not replaced', async () => {
  const expected = { exit: 5, code: 'image-pull', says: '--image host' };
  await refusal(cli, [...UP, '--cluster', 'asked', '--driver', 'docker'], expected, { env });
  await refusal(cli, [...UP, '--cluster', 'asked', '--image', 'redis:7'], expected, { env });
  expect((await cli.run(['list', '--json'])).json().clusters).toHaveLength(1);
});

it('without a server binary the error is that of the image', async () => {
  const expected = { exit: 5, code: 'image-pull', says: 'could not be pulled' };
  const none = { ...env, SENTINELCTL_REDIS_SERVER: '/nonexistent/redis-server' };
  await refusal(cli, [...UP, '--cluster', 'none'], expected, { env: none });
});

// A network of its own, in which few ports are free, takes root.
const canUnshare = process.platform === 'linux' && process.getuid?.() === 0;
const BOTH = `
  ip link set lo up && echo '10020 60999' > /proc/sys/net/ipv4/ip_local_port_range || exit 99
  "$@" --cluster one & first=$!
  "$@" --cluster other || exit 98
  wait $first
`;
it.runIf(canUnshare)('two at once choose different ports, of 20 that there are', async () => {
  const words = ['up', '--driver', 'process', '--port', 'auto', ...QUIET];
  const both = await cli.run(words, { via: ['unshare', '-n', 'sh', '-c', BOTH, 'sh'] });
  expect(both.code, both.stderr).toBe(0);
  for (const cluster of ['one', 'other'])
    expect((await cli.run(['down', '--cluster', cluster])).code).toBe(0);
});
