import { describe, expect, it } from 'vitest';
import type { LiveCluster } from '../../../../src/cluster/open.js';
import { CLIENT, type Link, type LinksProbe, tagOf } from '../../../../src/drivers/links.js';
import type { ActContext } from '../../../../src/faults/act.js';
import { block } from '../../../../src/faults/acts/block.js';
import { slow } from '../../../../src/faults/acts/slow.js';
import { DEFAULT_SPEC } from '../../../../src/model/spec.js';

const TAG = tagOf('default', 'a1');
const nodes = ['redis-1', 'redis-2', 'redis-3'].map((id) => ({ id }));

/** A context whose driver answers this when it is asked for its links. */
const sceneOf = (probe: LinksProbe): ActContext => {
  const host = { links: async () => probe };
  const live = { host, plan: { driver: 'process', spec: DEFAULT_SPEC, nodes } } as unknown as LiveCluster;
  return { live, runtime: {} as ActContext['runtime'] };
};

/** Links that remember what is there. */
function remembered(more: Partial<LinksProbe & { ok: true }> = {}): {
  context: ActContext;
  there: Map<string, unknown>;
} {
  const there = new Map<string, unknown>();
  const probe: LinksProbe = {
    ok: true,
    links: {
      block: async (links, tag) => void there.set(tag, links),
      slow: async (slowness, tag) => void there.set(tag, slowness),
      clear: async (tag) => void there.delete(tag),
      tags: async () => [...there.keys()],
    },
    slow: { ok: true },
    client: { ok: true, localAddress: '127.1.1.254', byEndpoint: false },
    ...more,
  };
  return { context: sceneOf(probe), there };
}

const both = (a: string, b: string): Link[] => [
  { from: a, to: b },
  { from: b, to: a },
];
const act = (links: Link[]) => ({ act: 'block', links, tag: TAG }) as const;

describe('block', () => {
  it.each([
    [[...both('redis-1', 'redis-2'), ...both('redis-1', 'redis-3')], 'between redis-1 | redis-2, redis-3'],
    [[...both('redis-1', 'redis-3'), ...both('redis-2', 'redis-3')], 'between redis-1, redis-2 | redis-3'],
    [[{ from: 'redis-1', to: 'redis-2' }], 'from redis-1 to redis-2'],
    [
      [...both('redis-1', 'redis-2'), { from: 'redis-3', to: 'redis-1' }],
      'between redis-1 | redis-2; from redis-3 to redis-1',
    ],
  ])('says which links it cuts (%#)', (links, words) => {
    const { context } = remembered();
    expect(block.describe(context, act(links))).toBe(`packets dropped ${words}, by rules tagged ${TAG}`);
  });

  it('makes rules by its tag, and is rolled back once none carries it', async () => {
    const { context, there } = remembered();
    const prepared = await block.prepare(context, act(both('redis-1', 'redis-2')));
    expect(there.size).toBe(0);
    await block.inject(context, prepared);
    expect(there.get(TAG)).toEqual(prepared.links);
    expect(await block.verify(context, prepared)).toBe(`packet rules tagged ${TAG} still exist`);
    await block.undo(context, prepared);
    await block.undo(context, prepared);
    expect(await block.verify(context, prepared)).toBeNull();
  });

  it('is refused (3) with what can, where links cannot be cut', async () => {
    const context = sceneOf({ ok: false, reason: 'they share an address', hint: 'up --loopback own' });
    await expect(block.prepare(context, act(both('redis-1', 'redis-2')))).rejects.toMatchObject({
      code: 'no-links',
      exitCode: 3,
      why: 'they share an address',
      hint: 'up --loopback own',
    });
  });

  it('is refused (3) for clients without an address of their own, and for unknown nodes', async () => {
    const { context } = remembered({ client: { ok: false, reason: 'this user is not root' } });
    await expect(block.prepare(context, act(both(CLIENT, 'redis-2')))).rejects.toMatchObject({
      code: 'no-links',
      why: 'this user is not root',
    });
    await expect(block.prepare(context, act(both('redis-1', 'redis-9')))).rejects.toThrow(/"redis-9"/);
    await expect(block.prepare(context, act(both('redis-1', 'redis-2')))).resolves.toBeDefined();
  });
});

describe('slow', () => {
  const slowed = { act: 'slow', node: 'redis-1', delayMs: 100, jitterMs: 50, tag: TAG } as const;

  it('says how long it holds what is said', () => {
    const { context } = remembered();
    expect(slow.describe(context, slowed)).toMatch(/redis-1 .* by 100ms to 150ms in each direction/);
    expect(slow.describe(context, { ...slowed, jitterMs: 0 })).toMatch(/by 100ms in each direction/);
  });

  it('is done and rolled back by its tag, or refused (3) with the reason', async () => {
    const { context, there } = remembered();
    await slow.inject(context, await slow.prepare(context, slowed));
    expect(there.get(TAG)).toEqual({ node: 'redis-1', delayMs: 100, jitterMs: 50 });
    expect(await slow.verify(context, slowed)).toMatch(/still exist/);
    await slow.undo(context, slowed);
    expect(await slow.verify(context, slowed)).toBeNull();
    const without = remembered({ slow: { ok: false, reason: 'the gateway is on another machine' } });
    await expect(slow.prepare(without.context, slowed)).rejects.toMatchObject({
      code: 'no-links',
      exitCode: 3,
      why: 'the gateway is on another machine',
    });
  });
});
