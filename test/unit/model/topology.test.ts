import { describe, expect, it } from 'vitest';
import { type TopologyNode, topologyExitCode, topologyOf } from '../../../src/model/topology.js';
import { topologyText } from '../../../src/report/text/topology.js';
import { AUTH, altered, healthy, MASTER_NAME, nodeOf, silenceNode } from '../../helpers/snapshots.js';

const VIEW = { columns: 100, color: false };
const shape = ({ id, replicas }: TopologyNode): unknown => [id, ...replicas.map(shape)];
const shapes = (snapshot = healthy()): unknown => topologyOf(snapshot, MASTER_NAME).roots.map(shape);

describe('which node follows which', () => {
  it('is one tree of a healthy cluster, with the lag behind the master', () => {
    const { master, roots } = topologyOf(healthy(), MASTER_NAME);
    expect(master?.id).toBe('redis-1');
    expect(shapes()).toEqual([['redis-1', ['redis-2'], ['redis-3']]]);
    expect(roots[0]).toMatchObject({
      isNamed: true,
      isListed: true,
      role: 'master',
      linkStatus: null,
      lagBytes: null,
    });
    expect(roots[0]?.replicas[0]).toMatchObject({ role: 'replica', linkStatus: 'up', isNamed: false });
  });

  it('has replicas of replicas below them, and strangers that only the master names', () => {
    const chained = altered((snapshot) => {
      const [first, second, third] = [1, 2, 3].map((n) => nodeOf(snapshot, n));
      if (first?.answer == null || second === undefined || third?.answer == null)
        throw new Error('three nodes');
      third.answer.follows = second.announce;
      first.answer.attached.push({ address: { host: '10.9.9.9', port: 7 }, state: 'wait_bgsave', offset: 0 });
    });
    expect(shapes(chained)).toEqual([['redis-1', ['10.9.9.9:7'], ['redis-2', ['redis-3']]]]);
    const text = topologyText(topologyOf(chained, MASTER_NAME), VIEW);
    expect(text).toMatch(/^├─ 10\.9\.9\.9:7 .*replica +down/m);
    expect(text).toMatch(/^└─ redis-2 /m);
    expect(text).toMatch(/^ {3}└─ redis-3 /m);
    expect(text).toContain('! 10.9.9.9:7: no sentinel lists it');
    expect(text).toContain('! redis-3: it follows redis-2, a replica');
  });

  it('ends where servers follow each other in a ring, and keeps who does not answer', () => {
    const ring = altered((snapshot) => {
      const [first, second] = [nodeOf(snapshot, 1), nodeOf(snapshot, 2)];
      if (first.answer === null) throw new Error('it answers');
      first.answer.role = 'replica';
      first.answer.follows = second.announce;
      silenceNode(snapshot, 3);
    });
    expect(shapes(ring)).toEqual([['redis-1', ['redis-2']], ['redis-3']]);
    expect(topologyText(topologyOf(ring, MASTER_NAME), VIEW)).toMatch(/^redis-3 .*no answer/m);
  });

  it('says of who refuses the login that access is denied, and exits 2: its role is not known', () => {
    const bare = topologyOf(
      altered((s) => silenceNode(s, 3)),
      MASTER_NAME,
    );
    const locked = topologyOf(
      altered((s) => silenceNode(s, 3, AUTH)),
      MASTER_NAME,
    );
    expect([bare, locked, topologyOf(healthy(), MASTER_NAME)].map(topologyExitCode)).toEqual([0, 2, 0]);
    expect(topologyText(locked, VIEW)).toMatch(/^redis-3 .*access denied/m);
    expect(topologyText(locked, VIEW)).not.toContain('no answer');
  });
});
