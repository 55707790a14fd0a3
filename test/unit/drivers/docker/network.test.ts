import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../../../src/clock.js';
import { connectEngine } from '../../../../src/drivers/docker/engine/engine.js';
import { findEngine } from '../../../../src/drivers/docker/engine/engine-target.js';
import { removeNetworks } from '../../../../src/drivers/docker/network/network.js';
import { readSettings } from '../../../../src/drivers/docker/settings.js';

/** A fake engine that refuses to remove the network of a cluster so many times, with these containers in it. */
async function refusing(times: number, guests: Record<string, { Name: string }>): Promise<string> {
  let refused = 0;
  const network = { Id: 'n1', Name: 'sentinelctl-c', Containers: guests };
  const server = createServer((request, response) => {
    response.setHeader('content-type', 'application/json');
    if (request.method === 'DELETE') {
      refused += 1;
      response.statusCode = refused > times ? 204 : 403;
      response.end(
        refused > times ? '' : '{"message":"error while removing network: network n1 has active endpoints"}',
      );
    } else response.end(JSON.stringify(request.url?.endsWith('/n1') ? network : [network]));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const engineAt = async (host: string) =>
  connectEngine(await findEngine(readSettings({}), { DOCKER_HOST: host }));

it('a network whose last container the engine has not released yet is removed a moment later', async () => {
  const engine = await engineAt(await refusing(2, {}));
  expect(await removeNetworks(engine, 'c')).toBe(1);
});

it('one with containers of others stays, and they are named', async () => {
  const engine = await engineAt(await refusing(9, { a: { Name: 'guest' } }));
  await expect(removeNetworks(engine, 'c')).rejects.toMatchObject({
    code: 'network-in-use',
    exitCode: 3,
    why: 'guest',
  });
});

it('one that the engine counts without end is not waited for without end, and its restart is named', async () => {
  const engine = await engineAt(await refusing(Infinity, {}));
  // A second takes ten milliseconds.
  const fast = { ...systemClock, now: () => systemClock.now() * 100 };
  await expect(removeNetworks(engine, 'c', fast)).rejects.toMatchObject({
    code: 'network-in-use',
    exitCode: 3,
    message: 'the engine still counts a container in the network sentinelctl-c, and names none',
    why: expect.stringContaining('has active endpoints'),
    hint: expect.stringContaining('restart the Docker Engine'),
  });
});
