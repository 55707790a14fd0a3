import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { CLIENT, tagOf } from '../../src/drivers/links.js';
import { taggedRules } from '../../src/drivers/links-rules.js';
import { processDriver } from '../../src/drivers/process/index.js';
import { startProxy } from '../../src/drivers/proxy-process.js';
import { readPacketRules } from '../../src/host/packet-filter.js';
import { freePorts } from '../../src/host/ports.js';
import { listProcesses } from '../../src/host/process-list.js';
import { slotsOf } from '../../src/model/plan.js';
import { DEFAULT_SPEC } from '../../src/model/spec.js';
import { OPEN_ACCESS } from '../../src/wire/access.js';
import { openWriter } from '../../src/wire/writer.js';
import { compile } from '../helpers/compiled.js';
import {
  between,
  masterAt,
  type OwnCluster,
  openOwnCluster,
  when,
  whenHealthy,
} from '../helpers/own-cluster.js';
import { noPacketRules, packetRulesRequired } from '../helpers/packet-rules.js';
import { tempDir } from '../helpers/temp-dir.js';

const ALL = ['redis-1', 'redis-2', 'redis-3', 'sentinel-1', 'sentinel-2', 'sentinel-3'];
const DATA = ALL.slice(0, 3);

it.runIf(packetRulesRequired)('packet rules can be made here', () => expect(noPacketRules).toBeUndefined());
it.for(noPacketRules === undefined ? [] : [noPacketRules])('links are not tested: %s', (_why, { skip }) =>
  skip(),
);

const rulesOf = async (tag: string): Promise<number> =>
  taggedRules(await readPacketRules()).filter((rule) => rule.tag === tag).length;
const proxies = async (): Promise<string[]> =>
  (await listProcesses()).map(({ command }) => command).filter((c) => c.includes(` __proxy ${cluster.dir}`));

let cluster: OwnCluster;
let master: string;
let replicas: string[];

describe.skipIf(noPacketRules !== undefined)('links between processes with addresses of their own', () => {
  beforeAll(async () => {
    cluster = await openOwnCluster(processDriver, 'default', ['--loopback', 'own']);
  });
  afterAll(() => cluster?.close());
  beforeEach(async () => {
    master = (await masterAt(cluster, 'sentinel-1')) ?? '';
    replicas = DATA.filter((id) => id !== master);
  });

  it('have both ends’ addresses, Sentinel’s own connections too', async () => {
    const hosts = cluster.state.plan.nodes.map(({ announce }) => announce.host);
    expect(new Set(hosts).size).toBe(6);
    const clients = String(await cluster.ask(master, 'CLIENT', 'LIST'));
    const sentinels = [...clients.matchAll(/ addr=([\d.]+):\d+ .*? name=sentinel-/g)].map((m) => m[1]);
    expect(new Set(sentinels)).toEqual(new Set(hosts.slice(3)));
    const following = [...clients.matchAll(/ addr=([\d.]+):\d+ .*? flags=S /g)].map((m) => m[1]);
    expect(following.sort()).toEqual(replicas.map((id) => cluster.node(id).announce.host));
  });

  it('are cut one way, and then one sentinel alone calls the master down', async () => {
    const tag = tagOf('default', 'one-way');
    const seen = async (id: string): Promise<string> =>
      String(await cluster.ask(id, 'SENTINEL', 'MASTER', 'mymaster'))
        .split('flags,')[1]
        ?.split(',')[0] ?? '';
    const flags = async (id: string): Promise<string[]> => {
      const reply = (await cluster.ask(id, 'SENTINEL', 'MASTERS')) as string[][];
      const fields = reply[0] ?? [];
      return (fields[fields.indexOf('flags') + 1] ?? '').split(',');
    };
    expect(await seen('sentinel-3')).toBe('master');
    await cluster.links.block([{ from: master, to: 'sentinel-3' }], tag);
    expect(await rulesOf(tag)).toBe(1);
    await when('sentinel-3 calls it down', async () => (await flags('sentinel-3')).includes('s_down'));
    expect(await flags('sentinel-1')).toEqual(['master']);
    expect(await masterAt(cluster, 'sentinel-3')).toBe(master);
    await cluster.links.clear(tag);
    expect([await rulesOf(tag), await cluster.links.tags()]).toEqual([0, []]);
    await when('sentinel-3 sees it again', async () => !(await flags('sentinel-3')).includes('s_down'));
  });

  it('are cut between a master and one replica, which then misses what is written', async () => {
    const tag = tagOf('default', 'replication');
    const [cut = '', other = ''] = replicas;
    await cluster.links.block(between(master, [cut]), tag);
    await cluster.ask(master, 'SET', 'missed', 'yes');
    await when('the other replica has it', async () => (await cluster.ask(other, 'GET', 'missed')) === 'yes');
    expect(await cluster.ask(cut, 'GET', 'missed')).toBeNull();
    expect(await masterAt(cluster, 'sentinel-1')).toBe(master);
    await cluster.links.clear(tag);
    await when('it has it after all', async () => (await cluster.ask(cut, 'GET', 'missed')) === 'yes');
  });

  it.each(['default', 'tuned'] as const)(
    'are cut for %s clients, which come from an address of their own',
    async (tuning) => {
      const tag = tagOf('default', 'client');
      expect(cluster.probe.client).toMatchObject({ ok: true, byEndpoint: false });
      const localAddress = cluster.probe.client.ok ? cluster.probe.client.localAddress : '';
      const writer = await openWriter({
        clock: systemClock,
        tuning,
        role: 'master',
        sentinels: ALL.slice(3).map((id) => cluster.node(id).endpoint),
        masterName: 'mymaster',
        access: OPEN_ACCESS,
        localAddress,
        deadlineMs: 10_000,
      });
      try {
        const order = { kind: 'set', key: 'client', offset: 1 } as const;
        expect((await writer.send([order], 0)).results).toEqual([expect.any(Number)]);
        const from =
          String(await cluster.ask(master, 'CLIENT', 'LIST')).match(/addr=127\.\d+\.\d+\.254:/g) ?? [];
        expect(from).toHaveLength(1);
        // Only the tuned one keeps connections to them, to hear of a switch.
        const hearing = async (): Promise<number> =>
          (await Promise.all(ALL.slice(3).map((id) => cluster.ask(id, 'CLIENT', 'LIST')))).filter((list) =>
            String(list).includes(` addr=${localAddress}:`),
          ).length;
        await expect.poll(hearing, { timeout: 30_000 }).toBe(tuning === 'tuned' ? 3 : 0);
        await cluster.links.block(between(CLIENT, ALL), tag);
        const answer = writer.send([order], 0);
        const first = await Promise.race([
          answer.then(() => 'answered'),
          systemClock.sleep(500).then(() => 'silent'),
        ]);
        expect(first).toBe('silent');
        expect(await cluster.ask(master, 'PING')).toBe('PONG');
        await cluster.links.clear(tag);
        // Sent again by the system once packets pass, or given up by the client: either way it is settled.
        await answer;
        expect((await writer.send([order], 0)).results).toHaveLength(1);
      } finally {
        await cluster.links.clear(tag);
        writer.close();
      }
    },
  );

  it('go through a proxy for a slow node, and are direct again afterwards', async () => {
    const tag = tagOf('default', 'slow');
    const [slow = ''] = replicas;
    const proxy = cluster.node(slow).announce.host.replace(/\d+$/, '253');
    /** Where the sentinels that talk to it come from now; one that was reset may linger on the node's side. */
    const peers = async (): Promise<string[]> => {
      const list = String(await cluster.ask(slow, 'CLIENT', 'LIST'));
      return [...list.matchAll(/ addr=([\d.]+):\d+ .*? name=sentinel-\w+-cmd .*? idle=[0-2] /g)].map(
        (m) => m[1] ?? '',
      );
    };
    const linkUp = async (): Promise<boolean> =>
      String(await cluster.ask(slow, 'INFO', 'replication')).includes('master_link_status:up');
    await cluster.links.slow({ node: slow, delayMs: 150, jitterMs: 50 }, tag);
    expect(await cluster.links.tags()).toEqual([tag]);
    expect(await proxies()).toHaveLength(1);
    await when('all sentinels come by the proxy', async () => {
      const seen = await peers();
      return seen.filter((host) => host === proxy).length >= 3 && seen.every((host) => host === proxy);
    });
    await when('it follows the master again', linkUp);
    const following =
      String(await cluster.ask(master, 'CLIENT', 'LIST')).match(/ addr=[\d.]+:\d+ .*? flags=S /g) ?? [];
    expect(following.filter((client) => client.includes(` addr=${proxy}:`))).toHaveLength(1);
    expect(await masterAt(cluster, 'sentinel-1')).toBe(master);
    await cluster.links.clear(tag);
    expect([await rulesOf(tag), await cluster.links.tags(), await proxies()]).toEqual([0, [], []]);
    await when('all sentinels come by themselves', async () => {
      const seen = await peers();
      return seen.length >= 3 && !seen.includes(proxy);
    });
    await when('it follows the master', linkUp);
  });

  it('are cut by a process that is killed, and restored by another; clearing one cluster leaves the others', async () => {
    const tag = tagOf('default', 'killed');
    const other = await processDriver.open({
      cluster: 'other',
      dir: await tempDir(),
      settings: { loopback: 'own' },
      env: process.env,
    });
    await other.provisioner.layout(
      { ...DEFAULT_SPEC, port: 'auto', sentinelPort: 'auto' },
      slotsOf(DEFAULT_SPEC, () => 'f'.repeat(40)),
    );
    const probe = await other.host.links();
    if (!probe.ok) throw new Error(probe.reason);
    const otherTag = tagOf('other', 'killed');
    const { settings } = cluster.state;
    const compiled = await compile('drivers/process/index.ts');
    const driver = pathToFileURL(join(compiled.dir, 'drivers/process/index.js')).href;
    const program = `
      import { processDriver } from ${JSON.stringify(driver)};
      const context = { cluster: 'default', dir: ${JSON.stringify(cluster.dir)}, settings: ${JSON.stringify(settings)}, env: process.env };
      const { links } = await (await processDriver.open(context)).host.links();
      await links.block([{ from: 'redis-1', to: 'redis-2' }], ${JSON.stringify(tag)});
      console.log('cut');
      setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      await probe.links.block(between('redis-1', ['redis-2']), otherTag);
      await once(child.stdout, 'data');
      child.kill('SIGKILL');
      await once(child, 'exit');
      expect([await rulesOf(tag), await rulesOf(otherTag)]).toEqual([1, 2]);
      expect([await cluster.links.tags(), await probe.links.tags()]).toEqual([[tag], [otherTag]]);
      await cluster.links.clear(tag);
      await cluster.links.clear(tag);
      expect([await rulesOf(tag), await rulesOf(otherTag)]).toEqual([0, 2]);
    } finally {
      child.kill('SIGKILL');
      await cluster.links.clear(tag);
      await probe.links.clear(otherTag);
      await compiled.remove();
    }
    expect(await rulesOf(otherTag)).toBe(0);
  });

  it('cut a master off from all others: it is replaced, stays a master, and follows after the heal', async () => {
    const tag = tagOf('default', 'master');
    await whenHealthy(cluster);
    await cluster.links.block(
      between(
        master,
        ALL.filter((id) => id !== master),
      ),
      tag,
    );
    // Done twice it is done once.
    await cluster.links.block(
      between(
        master,
        ALL.filter((id) => id !== master),
      ),
      tag,
    );
    expect(await rulesOf(tag)).toBe(10);
    await when('all sentinels name another', async () => {
      const named = await Promise.all(ALL.slice(3).map((id) => masterAt(cluster, id)));
      return new Set(named).size === 1 && named[0] !== master;
    });
    expect((await cluster.ask(master, 'ROLE')) as unknown[]).toContain('master');
    await cluster.links.clear(tag);
    await whenHealthy(cluster);
    expect((await cluster.ask(master, 'ROLE')) as unknown[]).toContain('slave');
  });

  it('leave nothing behind when their cluster is removed', async () => {
    const tag = tagOf('default', 'left');
    await cluster.links.slow({ node: 'redis-1', delayMs: 1, jitterMs: 0 }, tag);
    await cluster.links.block(between('redis-2', ['redis-3']), tag);
    expect((await cluster.cli.run(['down'])).code).toBe(0);
    expect([await rulesOf(tag), await proxies()]).toEqual([0, []]);
  });
});

describe('a proxy that slows a node down', () => {
  it('ends by itself when its file is gone, and says why where it cannot start', async () => {
    const dir = await tempDir();
    const [port = 0, to = 0] = await freePorts(2, '127.0.0.1');
    const host = '127.0.0.1';
    const settings = { from: null, delayMs: 0, jitterMs: 0, seed: 1 };
    const routes = [{ listen: { host, port }, to: { host, port: to } }];
    const running = async (): Promise<number> =>
      (await listProcesses()).filter(({ command }) => command.includes(` __proxy ${dir}`)).length;
    await startProxy(dir, tagOf('x', 'file'), { ...settings, routes });
    expect(await running()).toBe(1);
    // Its port is held by the first one.
    await expect(startProxy(dir, tagOf('x', 'taken'), { ...settings, routes })).rejects.toMatchObject({
      code: 'proxy-not-started',
      exitCode: 1,
      why: expect.stringContaining('EADDRINUSE'),
    });
    expect(await running()).toBe(1);
    await rm(join(dir, 'proxies'), { recursive: true });
    await when('it has ended', async () => (await running()) === 0);
  });
});
