import { afterEach, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import type { NodePlan } from '../../src/model/plan.js';
import { observe } from '../../src/observe/observer.js';
import { until } from '../../src/until.js';
import { OPEN_ACCESS } from '../../src/wire/access.js';
import { type RedisServer, startRedis } from '../helpers/redis.js';

const PORT = 8900;

let server: RedisServer | undefined;
afterEach(() => server?.stop());

it('sees a server go that is killed the moment it watches', async () => {
  server = await startRedis({ port: PORT });
  const address = { host: '127.0.0.1', port: PORT };
  const node: NodePlan = {
    id: 'redis-1',
    kind: 'redis',
    announce: address,
    endpoint: address,
    persistent: false,
  };
  const observer = await observe(
    { data: [node], sentinels: [] },
    { clock: systemClock, masterName: 'mymaster', access: OPEN_ACCESS },
  );
  try {
    server.signal('SIGKILL');
    const gone = await until(() => observer.seen.find((o) => o.kind === 'gone'), {
      clock: systemClock,
      everyMs: 5,
      deadlineMs: 10_000,
    });
    expect(gone).toMatchObject({ source: 'redis-1' });
    expect(observer.seen[0]).toMatchObject({ kind: 'role', seen: { role: 'master' } });
  } finally {
    await observer.close();
  }
});
