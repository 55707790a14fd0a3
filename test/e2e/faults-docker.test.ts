import { env } from 'node:process';
import Docker from 'dockerode';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { accessOf } from '../../src/cluster/ask.js';
import { readJournal } from '../../src/cluster/store/journal.js';
import { Containers } from '../../src/drivers/docker/containers/containers.js';
import { askEngine, connectEngine } from '../../src/drivers/docker/engine/engine.js';
import { findEngine } from '../../src/drivers/docker/engine/engine-target.js';
import { dockerDriver } from '../../src/drivers/docker/index.js';
import { byHelper } from '../../src/drivers/docker/links/inside.js';
import { readSettings } from '../../src/drivers/docker/settings.js';
import { CLIENT, tagOf } from '../../src/drivers/links.js';
import { changeText, dropRule, routeRules, taggedRules, without } from '../../src/drivers/links-rules.js';
import { readPacketRules } from '../../src/host/packet-filter.js';
import { NO_SECRETS } from '../../src/model/users.js';
import { openWriter } from '../../src/wire/writer.js';
import { engineRequired } from '../helpers/docker.js';
import { type FaultCluster, openFaultCluster, openFaultClusterOn } from '../helpers/faults.js';
import { expectMainRoad, onCluster } from '../helpers/main-road.js';
import {
  between,
  masterAt,
  type OwnCluster,
  openOwnCluster,
  when,
  whenHealthy,
} from '../helpers/own-cluster.js';
import { noPacketRules } from '../helpers/packet-rules.js';

const NAME = 'faults-e2e';
const LONG_MS = 600_000;
const SENTINELS = ['sentinel-1', 'sentinel-2', 'sentinel-3'];
const DATA = ['redis-1', 'redis-2', 'redis-3'];
const ALL = [...DATA, ...SENTINELS];

const probe = await dockerDriver.probe({ settings: { image: 'host' }, env });
it.runIf(engineRequired)('a Docker Engine is required, and packet rules', () => {
  expect(probe).toMatchObject({ ok: true });
  expect(noPacketRules).toBeUndefined();
});
const why = probe.ok ? noPacketRules : probe.reason;

/** One cluster for all of them: six containers take longer to make than most of what is done to them. */
let cluster: OwnCluster;
beforeAll(async () => {
  if (why === undefined)
    cluster = await openOwnCluster(dockerDriver, NAME, ['--driver', 'docker', '--image', 'host']);
}, LONG_MS);
afterAll(() => cluster?.close(), LONG_MS);

describe.runIf(probe.ok)('the acts that a driver does, in containers', () => {
  let opened: FaultCluster;
  beforeAll(async () => {
    opened = await (why === undefined
      ? openFaultClusterOn(cluster.cli.home, NAME)
      : openFaultCluster(NAME, 'docker'));
  }, LONG_MS);
  afterAll(() => opened?.close(), LONG_MS);

  const stateOf = async (id: string): Promise<string> => (await opened.live.host.inspect(id)).state;

  it('are done, show, and are taken back into a whole cluster', { timeout: LONG_MS }, async () => {
    const experiment = await opened.open();
    await experiment.inject([
      { act: 'end', node: 'redis-3', signal: 'SIGKILL' },
      { act: 'end', node: 'sentinel-3', signal: 'SIGTERM' },
      { act: 'pause', node: 'sentinel-2' },
      { act: 'fail-saves', node: 'redis-2' },
    ]);
    expect(await stateOf('redis-3')).toBe('exited');
    expect(await stateOf('sentinel-3')).toBe('exited');
    expect(await stateOf('sentinel-2')).toBe('paused');
    expect(String(await opened.ask('redis-2', 'INFO', 'persistence'))).toContain(
      'rdb_last_bgsave_status:err',
    );
    await experiment.heal();
    await experiment.close();
    for (const { id } of opened.live.plan.nodes) expect(await stateOf(id)).toBe('running');
    expect(String(await opened.ask('redis-2', 'INFO', 'persistence'))).toContain('rdb_last_bgsave_status:ok');
    expect((await readJournal(opened.runtime.store, NAME))?.closed).toBe(true);
  });

  it('a dump that could not be written does not keep a container from its start', {
    timeout: LONG_MS,
  }, async () => {
    const experiment = await opened.open();
    await experiment.inject([
      { act: 'fail-saves', node: 'redis-3' },
      { act: 'end', node: 'redis-3', signal: 'SIGKILL' },
    ]);
    await experiment.heal();
    await experiment.close();
    expect(await stateOf('redis-3')).toBe('running');
    expect(String(await opened.ask('redis-3', 'INFO', 'persistence'))).toContain('rdb_last_bgsave_status:ok');
  });
});

describe.skipIf(why !== undefined)('the main road on Docker with the image host', () => {
  it('moves the master, timed as the sentinels logged it, and is healthy', { timeout: LONG_MS }, () =>
    expectMainRoad(onCluster(cluster.cli, NAME), { name: 'redis', version: /^[78]\./, rejoin: 'as-crashed' }),
  );
});

describe.skipIf(why !== undefined)(
  `links between containers${why === undefined ? '' : ` (skipped: ${why})`}`,
  () => {
    const docker = new Docker();
    let master: string;
    beforeEach(async () => {
      master = (await masterAt(cluster, 'sentinel-1')) ?? '';
    });

    /** Containers of this cluster that are none of its nodes. */
    const helpers = async (): Promise<number> => {
      const label = [`dev.sentinelctl.cluster=${NAME}`];
      return (await docker.listContainers({ all: true, filters: { label } })).length - ALL.length;
    };
    const addresses = async (): Promise<(string | undefined)[]> =>
      Promise.all(
        ALL.map(async (id) => {
          const { NetworkSettings } = await docker.getContainer(`sentinelctl-${NAME}-${id}`).inspect();
          return NetworkSettings.Networks[`sentinelctl-${NAME}`]?.IPAddress;
        }),
      );

    it(
      'are cut for clients alone, while this program still sees every node',
      async () => {
        const tag = tagOf(NAME, 'client');
        if (!cluster.probe.client.ok) throw new Error(cluster.probe.client.reason);
        const { localAddress, byEndpoint } = cluster.probe.client;
        expect(byEndpoint).toBe(true);
        const writer = await openWriter({
          clock: systemClock,
          tuning: 'tuned',
          role: 'master',
          sentinels: SENTINELS.map((id) => cluster.node(id).endpoint),
          masterName: 'mymaster',
          access: accessOf(cluster.state.plan, NO_SECRETS),
          localAddress,
          deadlineMs: 20_000,
        });
        const order = { kind: 'set', key: 'client', offset: 1 } as const;
        try {
          expect((await writer.send([order], 0)).results).toEqual([expect.any(Number)]);
          await cluster.links.block(between(CLIENT, ALL), tag);
          expect(await cluster.links.tags()).toEqual([tag]);
          const answer = writer.send([order], 0);
          const first = await Promise.race([
            answer.then(() => 'answered'),
            systemClock.sleep(500).then(() => 'silent'),
          ]);
          expect(first).toBe('silent');
          expect(await Promise.all(ALL.map((id) => cluster.ask(id, 'PING')))).toEqual(ALL.map(() => 'PONG'));
          await cluster.links.clear(tag);
          await answer;
        } finally {
          await cluster.links.clear(tag);
          writer.close();
        }
        expect(await readPacketRules()).not.toContain(tag);
      },
      LONG_MS,
    );

    it(
      'cut a master off: it is replaced, keeps its address, and follows after the heal',
      async () => {
        const tag = tagOf(NAME, 'master');
        const before = await addresses();
        await cluster.links.block(
          between(
            master,
            ALL.filter((id) => id !== master),
          ),
          tag,
        );
        await when('all sentinels name another', async () => {
          const named = await Promise.all(SENTINELS.map((id) => masterAt(cluster, id)));
          return new Set(named).size === 1 && named[0] !== master;
        });
        expect((await cluster.ask(master, 'ROLE')) as unknown[]).toContain('master');
        expect(await cluster.links.tags()).toEqual([tag]);
        await cluster.links.clear(tag);
        expect([await cluster.links.tags(), await helpers()]).toEqual([[], 0]);
        await whenHealthy(cluster);
        expect((await cluster.ask(master, 'ROLE')) as unknown[]).toContain('slave');
        expect(await addresses()).toEqual(before);
      },
      LONG_MS,
    );

    it(
      'are read and cut by a helper container too, where this machine cannot enter those of the nodes',
      async () => {
        const engine = await connectEngine(await findEngine(readSettings({}), env));
        try {
          const link = { engine, cluster: NAME, containers: new Containers(engine, NAME) };
          const inside = byHelper(link, await askEngine(engine, 10_000), env);
          const { Id, State } = await docker.getContainer(`sentinelctl-${NAME}-sentinel-1`).inspect();
          const party = {
            id: 'sentinel-1',
            containerId: Id,
            running: true,
            pid: State.Pid,
            address: '',
            port: 0,
          };
          const tag = tagOf(NAME, 'helper');
          const via = { host: '127.0.0.1', port: 1 };
          const rules = [
            dropRule('INPUT', '127.1.1.1', null, tag),
            ...routeRules({ from: null, to: { host: '127.1.1.1', port: 1 }, via }, tag),
          ];
          await inside.change(party, changeText('add', rules));
          const seen = taggedRules(await inside.read(party));
          expect(without(rules, seen)).toEqual([]);
          expect(await cluster.links.tags()).toEqual([tag]);
          await inside.change(party, changeText('remove', seen));
          expect(taggedRules(await inside.read(party))).toEqual([]);
          await expect(inside.change(party, changeText('remove', seen))).rejects.toMatchObject({
            code: 'packet-rules',
          });
          expect(await helpers()).toBe(0);
        } finally {
          engine.close();
        }
      },
      LONG_MS,
    );

    it(
      'go through a proxy for a slow node; what a node’s network held is gone when it starts again',
      async () => {
        const tag = tagOf(NAME, 'slow');
        const slow = DATA.find((id) => id !== master) ?? '';
        const gateway = cluster.node(slow).announce.host.replace(/\d+$/, '1');
        const peers = async (): Promise<string[]> => {
          const list = String(await cluster.ask(slow, 'CLIENT', 'LIST'));
          return [...list.matchAll(/ addr=([\d.]+):\d+ .*? name=sentinel-\w+-cmd .*? idle=[0-2] /g)].map(
            (m) => m[1] ?? '',
          );
        };
        await cluster.links.slow({ node: slow, delayMs: 100, jitterMs: 20 }, tag);
        await when('all sentinels come by the proxy', async () => {
          const seen = await peers();
          return seen.length >= 3 && seen.every((host) => host === gateway);
        });
        expect(await cluster.links.tags()).toEqual([tag]);
        await cluster.links.clear(tag);
        await when('all sentinels come by themselves', async () => {
          const seen = await peers();
          return seen.length >= 3 && !seen.includes(gateway);
        });
        await cluster.links.block([{ from: master, to: slow }], tag);
        expect(await cluster.links.tags()).toEqual([tag]);
        // A link is cut at the end that the engine lists first: both start again, whichever that is.
        for (const id of [slow, master]) await cluster.driver.host.kill(id, 'SIGKILL');
        for (const id of [slow, master]) await cluster.driver.host.start(id);
        expect(await cluster.links.tags()).toEqual([]);
        expect(await helpers()).toBe(0);
      },
      LONG_MS,
    );
  },
);
