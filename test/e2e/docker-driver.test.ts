import { createServer } from 'node:net';
import { env } from 'node:process';
import Docker from 'dockerode';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { dockerDriver } from '../../src/drivers/docker/index.js';
import type { Driver } from '../../src/drivers/driver.js';
import type { LogLine } from '../../src/drivers/node-host.js';
import type { Address } from '../../src/model/address.js';
import type { Progress } from '../../src/model/events.js';
import type { NodePlan, NodeSlot } from '../../src/model/plan.js';
import { type ClusterSpec, DEFAULT_SPEC } from '../../src/model/spec.js';
import { until } from '../../src/until.js';

const CLUSTER = 'driver-e2e';
const PREFIX = `sentinelctl-${CLUSTER}`;
const MINE = { label: [`dev.sentinelctl.cluster=${CLUSTER}`] };
const SPEC: ClusterSpec = { ...DEFAULT_SPEC, cluster: CLUSTER, port: 5100, sentinelPort: 5120 };
const MASTER: NodeSlot = { id: 'redis-1', kind: 'redis', persistent: true };
const REPLICA: NodeSlot = { id: 'redis-2', kind: 'redis', persistent: true };
const SENTINEL: NodeSlot = {
  id: 'sentinel-1',
  kind: 'sentinel',
  persistent: false,
  sentinelId: 'a'.repeat(40),
};
const LONG_MS = 600_000;

const probe = await dockerDriver.probe({ settings: {}, env });
const isRequired = env.SENTINELCTL_REQUIRE_DOCKER === '1';

it.runIf(isRequired && !probe.ok)('a Docker Engine is required and answers', () => {
  expect(probe).toMatchObject({ ok: true });
});

describe.skipIf(!probe.ok)(
  `docker driver on a real engine${probe.ok ? '' : ` (skipped: ${probe.reason})`}`,
  () => {
    // The tests' own look at the engine, beside the driver's.
    const docker = new Docker();
    const drivers: Driver[] = [];

    const open = async (settings: Record<string, string> = {}): Promise<Driver> => {
      const all = { image: 'host', ...settings };
      const driver = await dockerDriver.open({ cluster: CLUSTER, dir: '/nonexistent', settings: all, env });
      drivers.push(driver);
      return driver;
    };

    const sweep = async (): Promise<void> => {
      const driver = await open();
      await driver.provisioner.removeAll();
      for (const each of drivers.splice(0)) each.close();
    };
    beforeAll(sweep, LONG_MS);
    afterEach(sweep, LONG_MS);
    afterAll(() => {
      for (const each of drivers) each.close();
    });

    it(
      'lives a whole life: made, rewritten by its server, killed, edited, paused, stopped, kept, removed',
      async () => {
        const driver = await open();
        const nodes = await driver.provisioner.layout(SPEC, [MASTER, REPLICA, SENTINEL]);
        const [master, replica, sentinel] = three(nodes);
        const subnet = driver.provisioner.settings.subnet ?? '';
        expect(subnet).toMatch(/^\d+\.\d+\.\d+\.0\/24$/);
        expect(master.announce).toEqual({ host: subnet.replace('0/24', '11'), port: 5100 });
        expect(replica.announce).toEqual({ host: subnet.replace('0/24', '12'), port: 5101 });
        expect(sentinel.announce).toEqual({ host: subnet.replace('0/24', '21'), port: 5120 });
        expect(master.endpoint).toEqual({ host: '127.0.0.1', port: 5100 });

        const steps: Progress[] = [];
        await driver.provisioner.prepare(nodes, (step) => steps.push(step));
        expect(driver.provisioner.settings.imageRef).toMatch(
          /^sentinelctl\/host-redis:7\.\d+\.\d+-[0-9a-f]{12}$/,
        );
        await Promise.all([
          driver.provisioner.create(master, redisConf(driver, master)),
          driver.provisioner.create(
            replica,
            `${redisConf(driver, replica)}replicaof ${master.announce.host} ${master.announce.port}\n`,
          ),
          driver.provisioner.create(sentinel, sentinelConf(driver, sentinel, master.announce)),
        ]);
        expect((await driver.host.inspect('redis-1')).state).toBe('created');
        await Promise.all([driver.host.start('redis-1'), driver.host.start('redis-2')]);
        await driver.host.start('redis-1');

        // Reached through what is announced and through what is published.
        expect(await answers(master.announce, (client) => client.ping())).toBe('PONG');
        expect(await answers(master.endpoint, (client) => client.set('kept', 'yes'))).toBe('OK');
        expect(await driver.host.routable(master)).toBe(true);
        await answers(replica.endpoint, async (client) =>
          (await client.get('kept')) === 'yes' ? true : undefined,
        );

        // Once the replica is online, the sentinel learns of it from its first INFO.
        await driver.host.start('sentinel-1');

        // The server owns its directory: not root, no capability, and it can rewrite its own configuration.
        const details = await docker.getContainer(`${PREFIX}-redis-1`).inspect();
        expect(details.Config.User).toBe('999:999');
        expect(details.HostConfig.CapDrop).toEqual(['ALL']);
        expect(details.HostConfig.RestartPolicy?.Name).toBe('no');
        expect((await docker.getContainer(`${PREFIX}-redis-1`).top()).Processes[0]?.[0]).not.toMatch(
          /^(root|0)$/,
        );
        expect(details.NetworkSettings.Ports['5100/tcp']).toEqual([
          { HostIp: '127.0.0.1', HostPort: '5100' },
        ]);
        expect(details.Config.Env.join(' ')).not.toContain('password');
        await answers(master.endpoint, (client) => client.config('SET', 'maxmemory', '123mb'));
        await answers(master.endpoint, (client) => client.config('REWRITE'));
        expect(await driver.host.readConf('redis-1')).toContain('maxmemory 123mb');
        await until(
          async () =>
            (await driver.host.readConf('sentinel-1'))?.includes('known-replica') ? true : undefined,
          {
            clock: systemClock,
            everyMs: 200,
            deadlineMs: 20_000,
          },
        );
        expect(await driver.host.readConf('sentinel-1')).toContain(
          `known-replica m ${replica.announce.host} 5101`,
        );

        // Killed, and back with an edited configuration: the same data, another role.
        await driver.host.kill('redis-1', 'SIGKILL');
        expect(await driver.host.inspect('redis-1')).toMatchObject({
          state: 'exited',
          detail: expect.stringContaining('137'),
        });
        await driver.host.kill('redis-1', 'SIGKILL');
        const follow = `replicaof ${replica.announce.host} ${replica.announce.port}`;
        await driver.host.start('redis-1', (conf) => `${conf}\n${follow}\n`);
        expect(await answers(master.endpoint, async (client) => (await client.role())[0])).toBe('slave');
        expect(await driver.host.readConf('redis-1')).toContain(follow);

        // Paused; stopped and killed while paused.
        await driver.host.pause('redis-2');
        await driver.host.pause('redis-2');
        expect((await driver.host.inspect('redis-2')).state).toBe('paused');
        await driver.host.start('redis-2');
        await driver.host.stop('redis-2', { graceMs: 10_000 });
        // Exit code 0: it was given the chance to shut down by itself.
        expect(await driver.host.inspect('redis-2')).toMatchObject({
          state: 'exited',
          detail: expect.stringMatching(/exit code 0$/),
        });
        await driver.host.stop('redis-2', { graceMs: 10_000 });
        await driver.host.start('redis-2');
        await driver.host.pause('redis-2');
        await driver.host.kill('redis-2', 'SIGKILL');
        expect((await driver.host.inspect('redis-2')).state).toBe('exited');
        await driver.host.start('redis-2');
        await driver.host.resume('redis-2');

        const text = (await collect(driver.host.logs('redis-2', { tail: 400 })))
          .map((line) => line.text)
          .join('\n');
        expect(text).toContain('Ready to accept connections');
        expect(text).toContain('User requested shutdown');

        // Kept data comes back with a new container.
        expect(await driver.provisioner.removeAll({ keepData: true })).toEqual({
          processes: 0,
          containers: 3,
          networks: 1,
          volumes: 0,
        });
        expect((await driver.host.inspect('redis-1')).state).toBe('absent');
        const again = await open({ ...driver.provisioner.settings });
        await again.provisioner.prepare(nodes, () => {});
        await again.provisioner.create(master, redisConf(again, master));
        await again.host.start('redis-1');
        expect(await answers(master.endpoint, (client) => client.get('kept'))).toBe('yes');

        expect(await again.provisioner.remove('redis-1')).toMatchObject({ containers: 1, volumes: 1 });
        expect(await again.provisioner.remove('redis-1')).toMatchObject({ containers: 0, volumes: 0 });
        const [one, two] = await Promise.all([again.provisioner.removeAll(), driver.provisioner.removeAll()]);
        expect(one.networks + two.networks).toBe(1);
        expect(one.volumes + two.volumes).toBe(2);
        expect(await left(docker)).toEqual([]);
        expect(await again.provisioner.removeAll()).toEqual({
          processes: 0,
          containers: 0,
          networks: 0,
          volumes: 0,
        });
      },
      2 * LONG_MS,
    );

    it(
      'refuses a taken port before anything is made, naming the node and the holder',
      async () => {
        const holder = createServer().listen(5100, '127.0.0.1');
        try {
          await expect((await open()).provisioner.layout(SPEC, [MASTER])).rejects.toMatchObject({
            code: 'port-taken',
            exitCode: 3,
            message: 'port 5100 of redis-1 is in use',
            why: expect.stringContaining('pid'),
            hint: expect.stringContaining('--port auto'),
          });
        } finally {
          holder.close();
        }
        expect(await left(docker)).toEqual([]);
      },
      LONG_MS,
    );

    it(
      'names the container that has a port, and says so when a port is lost between layout and start',
      async () => {
        const driver = await open();
        const [first] = await driver.provisioner.layout(SPEC, [MASTER]);
        const [second] = await driver.provisioner.layout(SPEC, [REPLICA]);
        if (first === undefined || second === undefined) throw new Error('no layout');
        await driver.provisioner.prepare([first, second], () => {});
        const address = { ...first.announce, host: first.announce.host.replace(/11$/, '12') };
        await driver.provisioner.create(first, redisConf(driver, first));
        await driver.provisioner.create({ ...second, announce: address }, redisConf(driver, second));
        await driver.host.start('redis-1');
        await expect(driver.host.start('redis-2')).rejects.toMatchObject({ code: 'port-taken', exitCode: 3 });
        await expect(driver.provisioner.layout(SPEC, [REPLICA])).rejects.toMatchObject({
          code: 'port-taken',
          why: `5100 (redis-2): in use by container ${PREFIX}-redis-1 (cluster ${CLUSTER})`,
        });
        await expect(driver.provisioner.create(first, '')).rejects.toMatchObject({
          code: 'node-exists',
          exitCode: 3,
        });
      },
      LONG_MS,
    );

    it(
      'never touches a container or volume that only has its name',
      async () => {
        const driver = await open();
        const [node] = await driver.provisioner.layout(SPEC, [MASTER]);
        if (node === undefined) throw new Error('no layout');
        await driver.provisioner.prepare([node], () => {});
        const image = driver.provisioner.settings.imageRef ?? '';
        const foreign = await docker.createContainer({
          name: `${PREFIX}-redis-1`,
          Image: image,
          Cmd: ['redis-server'],
        });
        try {
          await expect(driver.provisioner.create(node, '')).rejects.toMatchObject({
            code: 'container-foreign',
            exitCode: 3,
          });
          await expect(driver.host.start('redis-1')).rejects.toMatchObject({ code: 'node-absent' });
          await driver.host.kill('redis-1', 'SIGKILL');
          await driver.host.stop('redis-1', { graceMs: 0 });
          expect((await driver.host.inspect('redis-1')).state).toBe('absent');
          expect(await driver.provisioner.removeAll()).toMatchObject({ containers: 0, networks: 1 });
          expect((await foreign.inspect()).State.Status).toBe('created');
        } finally {
          await foreign.remove({ force: true, v: true });
        }
        const volume = await docker.createVolume({ Name: `${PREFIX}-redis-1` });
        try {
          await expect(driver.provisioner.prepare([node], () => {})).rejects.toMatchObject({
            code: 'volume-foreign',
            exitCode: 3,
          });
          await driver.provisioner.removeAll();
          expect((await docker.getVolume(volume.name).inspect()).Name).toBe(volume.name);
        } finally {
          await docker.getVolume(volume.name).remove();
        }
      },
      LONG_MS,
    );

    it(
      'follows a log through a restart, without a line twice, and ends when asked to',
      async () => {
        const driver = await open();
        const [node] = await driver.provisioner.layout(SPEC, [MASTER]);
        if (node === undefined) throw new Error('no layout');
        await driver.provisioner.prepare([node], () => {});
        await driver.provisioner.create(node, redisConf(driver, node));
        await driver.host.start(node.id);
        const stop = new AbortController();
        const seen: LogLine[] = [];
        const isReady = (line: LogLine): boolean => line.text.includes('Ready to accept connections');
        const following = (async () => {
          for await (const line of driver.host.logs(node.id, { follow: true, signal: stop.signal }))
            seen.push(line);
        })();
        const readyTimes = (times: number): Promise<true | undefined> =>
          until(() => (seen.filter(isReady).length >= times ? true : undefined), {
            clock: systemClock,
            everyMs: 50,
            deadlineMs: 20_000,
          });
        expect(await readyTimes(1)).toBe(true);
        await driver.host.kill(node.id, 'SIGKILL');
        await driver.host.start(node.id);
        expect(await readyTimes(2)).toBe(true);
        stop.abort();
        await following;
        const kept = await collect(driver.host.logs(node.id));
        expect(seen.map((line) => line.text)).toEqual(kept.map((line) => line.text));
        expect(kept.every((line) => line.atMs !== null && Math.abs(Date.now() - line.atMs) < 600_000)).toBe(
          true,
        );
        expect(await collect(driver.host.logs(node.id, { tail: 2 }))).toEqual(kept.slice(-2));
        expect(await collect(driver.host.logs(node.id, { sinceMs: Date.now() + 60_000 }))).toEqual([]);
      },
      LONG_MS,
    );

    it(
      'says that an image can neither be found nor pulled, and what works without a registry',
      async () => {
        // A registry of our own that is not there: nothing leaves this machine.
        const driver = await open({ image: '127.0.0.1:5190/nobody/redis:none' });
        const [node] = await driver.provisioner.layout(SPEC, [MASTER]);
        if (node === undefined) throw new Error('no layout');
        const steps: Progress[] = [];
        await expect(driver.provisioner.prepare([node], (step) => steps.push(step))).rejects.toMatchObject({
          code: 'image-pull',
          exitCode: 5,
          hint: expect.stringContaining('--image host'),
        });
        expect(steps.map((step) => (step.type === 'step' ? step.state : ''))).toEqual(['start', 'failed']);
      },
      LONG_MS,
    );

    it(
      "lives on the host network where the engine is this machine's own",
      async () => {
        const driver = await open({ network: 'host' });
        const [node] = await driver.provisioner.layout({ ...SPEC, port: 'auto' }, [MASTER]);
        if (node === undefined) throw new Error('no layout');
        expect(node.announce).toEqual(node.endpoint);
        expect(driver.provisioner.paths(node).bind).toBe('127.0.0.1');
        await driver.provisioner.prepare([node], () => {});
        await driver.provisioner.create(node, redisConf(driver, node));
        await driver.host.start(node.id);
        expect(await answers(node.endpoint, (client) => client.ping())).toBe('PONG');
        expect(await driver.provisioner.removeAll()).toEqual({
          processes: 0,
          containers: 1,
          networks: 0,
          volumes: 1,
        });
      },
      LONG_MS,
    );
  },
);

/** The least that a data node needs; what a cluster really gets is made elsewhere. */
function redisConf(driver: Driver, node: NodePlan): string {
  const { bind, dir } = driver.provisioner.paths(node);
  return `port ${node.announce.port}\nbind ${bind}\ndir ${dir}\nprotected-mode no\nappendonly yes\nrepl-diskless-sync-delay 0\n`;
}

function sentinelConf(driver: Driver, node: NodePlan, master: Address): string {
  const { bind, dir } = driver.provisioner.paths(node);
  return [
    `port ${node.announce.port}`,
    `bind ${bind}`,
    `dir ${dir}`,
    'protected-mode no',
    `sentinel monitor m ${master.host} ${master.port} 1`,
    'sentinel down-after-milliseconds m 60000',
    '',
  ].join('\n');
}

function three(nodes: NodePlan[]): [NodePlan, NodePlan, NodePlan] {
  const [a, b, c] = nodes;
  if (a === undefined || b === undefined || c === undefined) throw new Error('three nodes were laid out');
  return [a, b, c];
}

/** Asks again on a fresh connection until the server answers with something. */
async function answers<T>(address: Address, ask: (client: Redis) => Promise<T>): Promise<T | undefined> {
  const once = async (): Promise<T | undefined> => {
    const client = new Redis({
      ...address,
      lazyConnect: true,
      retryStrategy: () => null,
      connectTimeout: 2000,
    });
    client.on('error', () => {});
    try {
      await client.connect();
      return await ask(client);
    } catch {
      return undefined;
    } finally {
      client.disconnect();
    }
  };
  return until(once, { clock: systemClock, everyMs: 50, deadlineMs: 20_000 });
}

async function collect(lines: AsyncIterable<LogLine>): Promise<LogLine[]> {
  const all: LogLine[] = [];
  for await (const line of lines) all.push(line);
  return all;
}

/** What still carries the cluster's label. */
async function left(docker: Docker): Promise<string[]> {
  const [containers, networks, volumes] = await Promise.all([
    docker.listContainers({ all: true, filters: MINE }),
    docker.listNetworks({ filters: MINE }),
    docker.listVolumes({ filters: MINE }),
  ]);
  return [
    ...containers.map((one) => one.Names.join()),
    ...networks.map((one) => one.Name),
    ...(volumes.Volumes ?? []).map((one) => one.Name),
  ];
}
