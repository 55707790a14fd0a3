import { describe, expect, it } from 'vitest';
import type { LiveCluster } from '../../../src/cluster/open.js';
import type { Act } from '../../../src/faults/act.js';
import { describeActs } from '../../../src/faults/acts/index.js';
import { expectedOf, REPLICA_HIT, SHORT } from '../../../src/faults/catalogue/expected.js';
import { catalogue, faultOf } from '../../../src/faults/catalogue/index.js';
import { requireRadius } from '../../../src/faults/radius.js';
import type { ClusterPlan, NodePlan } from '../../../src/model/plan.js';
import { DEFAULT_SPEC } from '../../../src/model/spec.js';
import type { ClusterRoles } from '../../../src/observe/roles.js';

const node = (id: string, port: number): NodePlan => ({
  id,
  kind: id.startsWith('redis') ? 'redis' : 'sentinel',
  persistent: false,
  announce: { host: '127.0.0.1', port },
  endpoint: { host: '127.0.0.1', port },
});
const nodes = [1, 2, 3].flatMap((n) => [node(`redis-${n}`, 6378 + n)]);
const sentinels = [1, 2, 3].map((n) => node(`sentinel-${n}`, 26_378 + n));
const plan: ClusterPlan = {
  spec: { ...DEFAULT_SPEC, cluster: 'c' },
  driver: 'process',
  nodes: [...nodes, ...sentinels],
};
const at = (i: number): NodePlan => nodes[i] ?? node('redis-9', 1);
/** redis-2 is the master, and redis-3 is ahead of redis-1. */
const roles: ClusterRoles = {
  plan,
  masterName: plan.spec.masterName,
  master: at(1),
  nodes,
  replicas: [at(2), at(0)],
  sentinels,
  leader: null,
  settings: { ...plan.spec, downAfterMs: 5000 },
};
const actsOf = (name: string, targets: string[] = [], params = {}): Act[] =>
  faultOf(name).acts(roles, targets, { tag: 't1', ...params });
/** `act node`, or the links of a partition: `a>b`. */
const brief = (acts: readonly Act[]): string[] =>
  acts.flatMap((act) =>
    act.act === 'block'
      ? act.links.map(({ from, to }) => `${from}>${to}`)
      : [`${act.act} ${'node' in act ? act.node : ''}`],
  );
const both = (a: string, ...others: string[]): string[] => others.flatMap((b) => [`${a}>${b}`, `${b}>${a}`]);

describe('the catalogue', () => {
  it('has every fault, each once', () => {
    expect(catalogue.map(({ name }) => name)).toEqual([
      'kill',
      'stop',
      'fast-restart',
      'replica-kill',
      'all-replicas-down',
      'cold-start',
      'freeze',
      'freeze-short',
      'pause-writes',
      'pause-all',
      'busy-script',
      'partition',
      'slow-network',
      'sentinel-down',
      'sentinel-majority-down',
      'sentinel-freeze',
      'leader-crash-after-election',
      'leader-crash-after-promotion',
      'priority-zero',
      'role-lie',
      'misconf',
    ]);
  });

  it.each(catalogue.map((fault) => [fault.name, fault] as const))('says all of %s', (_name, fault) => {
    expect(fault.correct.length).toBeGreaterThan(0);
    expect(fault.mustNot.length).toBeGreaterThan(0);
    for (const way of Object.values(fault.drivers)) {
      for (const words of way.can ? [way.injects, way.heals] : [way.why, way.instead])
        expect(words.length).toBeGreaterThan(3);
    }
    const acts = fault.acts(roles, [], { tag: 't1' });
    expect(acts.length).toBeGreaterThan(0);
    // Pure: the same again, and what it was given is as it was.
    expect(fault.acts(structuredClone(roles), [], { tag: 't1' })).toEqual(acts);
    // Each of its acts can be described before it is done.
    const live = { plan } as LiveCluster;
    for (const { does, undo } of describeActs({ live }, acts))
      expect([does, undo].join()).not.toContain('undefined');
  });

  it.each([
    ['kill', [], ['end redis-2']],
    ['kill', ['redis-1'], ['end redis-1']],
    ['kill', ['master'], ['end redis-2']],
    ['replica-kill', [], ['end redis-3']],
    ['all-replicas-down', [], ['end redis-3', 'end redis-1']],
    ['freeze', ['redis-1'], ['pause redis-1']],
    ['sentinel-down', [], ['end sentinel-3']],
    ['sentinel-majority-down', [], ['end sentinel-2', 'end sentinel-3']],
    ['sentinel-freeze', ['sentinel-1'], ['pause sentinel-1']],
    ['role-lie', [], ['follow redis-2']],
    ['priority-zero', [], ['config redis-1', 'config redis-2', 'config redis-3']],
    [
      'leader-crash-after-election',
      [],
      ['end redis-2', 'simulate sentinel-1', 'simulate sentinel-2', 'simulate sentinel-3'],
    ],
    ['partition', ['replication-link'], both('redis-2', 'redis-3')],
    ['partition', ['replication-link', 'redis-1'], both('redis-2', 'redis-1')],
    ['partition', [], both('redis-2', 'redis-1', 'redis-3', 'sentinel-1', 'sentinel-2', 'sentinel-3')],
    [
      'partition',
      ['one-way'],
      ['redis-1', 'redis-3', 'sentinel-1', 'sentinel-2', 'sentinel-3'].map((to) => `redis-2>${to}`),
    ],
    [
      'partition',
      ['master+sentinel'],
      ['redis-2', 'sentinel-1'].flatMap((a) => both(a, 'redis-1', 'redis-3', 'sentinel-2', 'sentinel-3')),
    ],
    [
      'partition',
      ['master+client'],
      ['redis-2', 'client'].flatMap((a) =>
        both(a, 'redis-1', 'redis-3', 'sentinel-1', 'sentinel-2', 'sentinel-3'),
      ),
    ],
    [
      'partition',
      ['redis-1, sentinel-1|redis-3'],
      ['redis-1', 'sentinel-1'].flatMap((a) => both(a, 'redis-3')),
    ],
  ])('%s %j does %j', (name, targets, expected) => expect(brief(actsOf(name, targets))).toEqual(expected));

  it('hits everything at a cold start, the sentinels first', () => {
    expect(brief(actsOf('cold-start'))).toEqual([
      ...sentinels.map(({ id }) => `end ${id}`),
      ...nodes.map(({ id }) => `end ${id}`),
    ]);
  });

  it.each([
    ['kill', ['redis-9']],
    ['kill', ['sentinel-1']],
    ['sentinel-down', ['redis-1']],
    ['replica-kill', ['redis-2']],
    ['cold-start', ['redis-1']],
    ['slow-network', ['redis-1', 'redis-2']],
    ['partition', ['redis-1|']],
    ['partition', ['redis-1|redis-2|redis-3']],
    ['partition', ['redis-1|redis-1']],
    ['partition', ['master', 'redis-1']],
    ['partition', ['nobody']],
  ])('refuses %s %j as a wrong target', (name, targets) =>
    expect(() => actsOf(name, targets)).toThrow(
      expect.objectContaining({ code: 'bad-target', exitCode: 64 }),
    ),
  );

  it('refuses a short freeze that is none', () => {
    expect(() => actsOf('freeze-short', [], { forMs: 5000 })).toThrow(/is not a short freeze/);
    expect(actsOf('freeze-short', [], { forMs: 4999 })).toHaveLength(1);
  });

  it('marks what the packet rules of one partition are, by the cluster’s name', () => {
    expect(actsOf('partition')).toMatchObject([{ tag: 'sentinelctl:c:t1' }]);
  });

  it('knows what was probably meant', () => {
    expect(() => faultOf('partiton')).toThrow(expect.objectContaining({ why: 'did you mean partition?' }));
    expect(() => faultOf('xyz')).toThrow(expect.objectContaining({ code: 'unknown-fault', exitCode: 64 }));
  });
});

describe('the blast radius', () => {
  const judged =
    (name: string, targets: string[] = []) =>
    () =>
      requireRadius(plan, faultOf(name), actsOf(name, targets));

  it.each([
    ['kill', ['redis-1', 'redis-2']],
    ['freeze', ['redis-1', 'redis-3']],
    ['sentinel-down', ['sentinel-1', 'sentinel-2']],
    ['sentinel-freeze', ['sentinel-1', 'sentinel-2']],
  ])('refuses %s %j', (name, targets) =>
    expect(judged(name, targets)).toThrow(expect.objectContaining({ code: 'blast-radius', exitCode: 3 })),
  );

  it.each(catalogue.map(({ name }) => name))('lets %s pass with its own targets', (name) =>
    expect(judged(name)).not.toThrow(),
  );
});

describe('what a correct cluster does', () => {
  const expected = (name: string, targets: string[], forMs: number | null) =>
    expectedOf(faultOf(name), roles, actsOf(name, targets), forMs);

  it.each(['kill', 'stop', 'freeze', 'busy-script'])(
    'after %s: no failover where a replica is hit',
    (name) => {
      expect(expected(name, ['master'], null).correct).toEqual(faultOf(name).correct);
      expect(expected(name, ['redis-2'], null).correct).toEqual(faultOf(name).correct);
      expect(expected(name, ['redis-1'], null)).toEqual(REPLICA_HIT);
    },
  );

  it('no failover where the master answers again before down-after', () => {
    for (const name of ['freeze', 'busy-script']) {
      expect(expected(name, [], 4999)).toEqual(SHORT);
      expect(expected(name, [], 5000).correct).toEqual(faultOf(name).correct);
    }
    // A master without persistence is started only after another one was promoted.
    expect(expected('kill', [], 1000).correct).toEqual(faultOf('kill').correct);
  });
});
