import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { layOut } from '../../../../src/drivers/process/layout.js';
import { isPortFree, type ReservedPort } from '../../../../src/host/ports.js';
import type { NodePlan } from '../../../../src/model/plan.js';
import { slotsOf } from '../../../../src/model/plan.js';
import { type ClusterSpec, DEFAULT_SPEC } from '../../../../src/model/spec.js';

const layout = (asked: Partial<ClusterSpec>, dir = '/none/clusters/c'): Promise<NodePlan[]> => {
  const spec = { ...DEFAULT_SPEC, ...asked };
  return layOut(
    dir,
    spec,
    slotsOf(spec, () => 'f'.repeat(40)),
    (_, reserved) => onTestFinished(() => reserved.release()),
  );
};
const ports = (nodes: NodePlan[]): Record<string, number> =>
  Object.fromEntries(nodes.map((node) => [node.id, node.endpoint.port]));

async function listenOn(port: number): Promise<void> {
  const server = createServer();
  server.listen({ host: '127.0.0.1', port, exclusive: true });
  await once(server, 'listening');
  onTestFinished(() => void server.close());
}

describe('layOut', () => {
  it('counts up from both ports, on loopback, announced as reached', async () => {
    const nodes = await layout({ port: 20_201, sentinelPort: 20_211 });
    expect(ports(nodes)).toEqual({
      'redis-1': 20_201,
      'redis-2': 20_202,
      'redis-3': 20_203,
      'sentinel-1': 20_211,
      'sentinel-2': 20_212,
      'sentinel-3': 20_213,
    });
    expect(nodes.every((n) => n.announce.host === '127.0.0.1' && n.announce.port === n.endpoint.port)).toBe(
      true,
    );
  });

  it('chooses ports that no other node of the cluster has', async () => {
    const all = Object.values(
      ports(await layout({ port: 'auto', sentinelPort: 'auto', replicas: 9, sentinels: 9 })),
    );
    expect(new Set(all).size).toBe(19);
    const mixed = Object.values(ports(await layout({ port: 20_221, sentinelPort: 'auto' })));
    expect(new Set(mixed).size).toBe(6);
  });

  it('chooses no port of a node of another cluster that is down', async () => {
    const clusters = await mkdtemp(join(tmpdir(), 'sentinelctl-layout-'));
    onTestFinished(() => rm(clusters, { recursive: true, force: true }));
    const node = join(clusters, 'other', 'nodes', 'redis-2');
    await mkdir(node, { recursive: true });
    const held = Array.from({ length: 12_768 }, (_, i) => 20_000 + i);
    await writeFile(join(node, 'redis.conf'), held.map((port) => `port ${port}\n`).join(''));
    for (let i = 0; i < 10; i++) {
      const nodes = await layout({ port: 'auto', sentinelPort: 'auto' }, join(clusters, 'own'));
      for (const port of Object.values(ports(nodes))) expect(port).toBeLessThan(20_000);
    }
  });

  it('keeps the ports that it chose from every other process until they are released', async () => {
    const spec = { ...DEFAULT_SPEC, port: 'auto', sentinelPort: 20_261 } as const;
    const reserved = new Map<string, ReservedPort>();
    const slots = slotsOf(spec, () => 'f'.repeat(40));
    const nodes = await layOut('/none/clusters/c', spec, slots, (id, port) => reserved.set(id, port));
    // Ports that were asked for are looked at, and not kept.
    expect([...reserved.keys()]).toEqual(['redis-1', 'redis-2', 'redis-3']);
    for (const { id, endpoint } of nodes.filter(({ kind }) => kind === 'redis')) {
      expect(await isPortFree(endpoint.host, endpoint.port)).toBe(false);
      await reserved.get(id)?.release();
      expect(await isPortFree(endpoint.host, endpoint.port)).toBe(true);
    }
  });

  it.each([
    ['past 65535', { port: 65_534 }, /leaves no room/],
    ['past 65535, for sentinels', { sentinelPort: 65_535 }, /--sentinel-port 65535/],
    ['wanted twice', { port: 20_231, sentinelPort: 20_233 }, /port 20233 would be used twice/],
  ])('is a usage error for ports %s', async (_, asked, message) => {
    await expect(layout(asked)).rejects.toMatchObject({
      exitCode: 64,
      message: expect.stringMatching(message),
    });
  });

  it('names a port in use, its node, the process that uses it, and the next step', async () => {
    await listenOn(20_242);
    await listenOn(20_252);
    const known = process.platform === 'linux' ? `in use by pid ${process.pid}` : 'in use by';
    await expect(layout({ port: 20_241, sentinelPort: 20_251 })).rejects.toMatchObject({
      code: 'port-taken',
      exitCode: 3,
      message: 'port 20242 of redis-2 is in use',
      why: expect.stringMatching(new RegExp(`${known}[^]*port 20252 of sentinel-2 is also in use`)),
      hint: expect.stringContaining('--port auto'),
    });
  });
});
