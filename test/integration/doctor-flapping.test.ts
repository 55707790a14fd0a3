import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { beginAudit } from '../../src/cluster/store/audit.js';
import { until } from '../../src/until.js';
import { type Cli, openCli } from '../helpers/cli.js';
import { type RawCluster, type RedisServer, startRawCluster } from '../helpers/redis.js';
import { redisCli } from '../helpers/redis-cli.js';

const PORT = 2900;

let raw: RawCluster;
let cli: Cli;
beforeAll(async () => {
  raw = await startRawCluster({ port: PORT, downAfterMs: 3000 });
  cli = await openCli();
  // A node that was frozen is made a replica after 4 hellos.
  for (const s of raw.sentinels)
    for (const period of ['info-period', 'publish-period', 'ask-period'])
      await redisCli(s.address.port, `SENTINEL DEBUG ${period} 200`);
});
afterAll(async () => {
  await Promise.all([raw?.stop(), cli?.close()]);
});

async function holds<T>(condition: () => Promise<T | undefined>): Promise<T> {
  const held = await until(condition, { clock: systemClock, everyMs: 50, deadlineMs: 30_000 });
  if (held === undefined) expect.fail('never came to the state that was waited for');
  return held;
}

async function master(): Promise<RedisServer> {
  const [first] = raw.sentinels;
  const said = await redisCli(first?.address.port ?? 0, 'SENTINEL GET-MASTER-ADDR-BY-NAME mymaster');
  const found = raw.nodes.find(({ address }) => said.includes(String(address.port)));
  if (found === undefined) throw new Error(said);
  return found;
}

/** The master is slower than down-after allows, and comes back as a replica. */
async function freeze(): Promise<void> {
  const before = await master();
  before.signal('SIGSTOP');
  const after = await holds(async () => {
    const now = await master();
    return now === before ? undefined : now;
  });
  before.signal('SIGCONT');
  await holds(async () => {
    const said = await redisCli(after.address.port, 'INFO replication');
    return said.match(/state=online/g)?.length === 2 ? true : undefined;
  });
  await holds(async () => {
    const counts = await Promise.all(raw.sentinels.map((s) => redisCli(s.address.port, 'INFO sentinel')));
    return counts.every((c) => c.includes('status=ok')) ? true : undefined;
  });
}

interface Named {
  id: string;
  subject: string;
  message: string;
}

async function flapping(): Promise<Named | undefined> {
  const { findings } = (await cli.run(['doctor', '--cluster', 'shop', '--json'])).json();
  return (findings as Named[]).find((f) => f.id === 'flapping');
}

it('failovers again and again are counted at one look, those that sentinelctl made are not', async () => {
  await cli.run(['attach', 'shop', '--sentinel-addrs', `127.0.0.1:${PORT + 50}`]);
  for (let n = 0; n < 3; n++) await freeze();
  expect(await flapping()).toBeUndefined();
  await freeze();
  const found = await holds(flapping);
  expect(found.subject).toBe('mymaster');
  expect(found.message).toMatch(
    /^mymaster had 4 failovers within .*: the sentinels gave redis-\d and redis-\d another role or master 4 times \(SLAVEOF\), config-epoch \d+; the last time .* ago$/,
  );
  await beginAudit(cli.home, {
    ...{ id: '1', atMs: Date.now(), user: 'test', cluster: 'shop', masterName: 'mymaster' },
    ...{ what: 'failover-test', line: [], before: { verdict: 'HEALTHY', master: null } },
  });
  expect(await flapping()).toBeUndefined();
});
