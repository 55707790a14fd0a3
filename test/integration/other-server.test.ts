import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Cli, openCli } from '../helpers/cli.js';
import { nodesOf } from '../helpers/inside.js';
import { type RedisServer, startRedis } from '../helpers/redis.js';
import { refusal } from '../helpers/refusal.js';

let cli: Cli;
let other: RedisServer | undefined;
beforeAll(async () => {
  cli = await openCli();
  const up = await cli.run(['up', '--driver', 'process', '--port', 'auto', '--down-after', '10m']);
  expect(up.code, up.stderr).toBe(0);
});
afterAll(async () => {
  await other?.stop();
  await cli?.close();
});

it('a server that took the port of a dead node is not called by its name', async () => {
  const port = (await nodesOf(cli)).find(({ id }) => id === 'redis-2')?.endpoint.port ?? 0;
  expect((await cli.run(['kill', 'redis-2'])).code).toBe(0);
  other = await startRedis({ port });
  const who = `pid ${other.pid}, `;
  for (const command of ['status', 'doctor']) {
    const ran = await cli.run([command, '--json']);
    expect(ran.code).toBe(1);
    expect(ran.json().verdict).toMatchObject({
      word: 'DEGRADED',
      cause: `redis-2 is down, and another server answers at 127.0.0.1:${port}`,
      next: expect.stringContaining(
        `sentinelctl start redis-2  # once the other server is moved to another port: ${who}`,
      ),
    });
  }
  const { masters } = (await cli.run(['status', '--json'])).json();
  expect(masters[0].nodes).toContainEqual(
    expect.objectContaining({
      ...{ id: 'redis-2', reachable: false, role: 'unknown' },
      error: expect.stringMatching(/^is not what answers there: another server does \(pid \d+, /),
    }),
  );
  await refusal(cli, ['start', 'redis-2'], { exit: 3, code: 'port-taken', says: 'end what listens there' });
  await other.stop();
  expect((await cli.run(['start', 'redis-2'])).code).toBe(0);
});
