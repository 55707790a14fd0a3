import { describe, expect, it } from 'vitest';
import { assess } from '../../../../src/checks/assess.js';
import type { Address } from '../../../../src/model/address.js';
import type { Snapshot } from '../../../../src/model/snapshot.js';
import { answerOf, attached, discovered, healthy, viewsIn } from '../../../helpers/snapshots.js';

/** The healthy cluster again at another host, with data of its own. */
function groupAt(host: string, id: string): Snapshot {
  const ids = healthy().sentinels.flatMap(({ answer }) => answer?.sentinelId ?? []);
  const text = ids.reduce(
    (all, own, i) => all.replaceAll(own, `${id}${i}`.repeat(20)),
    JSON.stringify(healthy()).replaceAll('127.0.0.1', host),
  );
  const group = discovered(JSON.parse(text) as Snapshot);
  for (const n of [1, 2, 3])
    Object.assign(answerOf(group, n), {
      runId: `${id}${n}`.repeat(20),
      history: { id: id.repeat(40), earlierId: '0'.repeat(40), earlierUntil: -1 },
      keys: 10,
    });
  return group;
}

const [A, B] = ['192.0.2.1', '198.51.100.1'];

/** Two groups, both named mymaster, whose sentinels know each other where `hear` says so. */
function twoGroups({ hear = true, alter }: { hear?: boolean; alter?: (b: Snapshot) => void } = {}): Snapshot {
  const [a, b] = [groupAt(A, 'a'), groupAt(B, 'b')];
  const strangers = (of: Snapshot) =>
    of.sentinels.map(({ announce }, i) => ({
      address: announce as Address,
      sentinelId: `${announce.host.at(-3)}${i}`.repeat(20),
      flags: ['sentinel'],
    }));
  if (hear) {
    for (const view of viewsIn(a)) view.sentinels.push(...strangers(b));
    for (const view of viewsIn(b)) view.sentinels.push(...strangers(a));
  }
  alter?.(b);
  const nodes = [a, b].flatMap(({ groups }) => groups[0]?.nodes ?? []);
  return {
    ...a,
    sentinels: [...a.sentinels, ...b.sentinels],
    groups: [{ masterName: 'mymaster', nodes }],
  };
}

const problemsOf = (snapshot: Snapshot) => assess(snapshot, attached()).problems;
const idsOf = (snapshot: Snapshot): string[] => problemsOf(snapshot).map(({ id }) => id);

describe('two whole groups with one name', () => {
  it('are said to be two, and neither is made a replica of the other', () => {
    const found = problemsOf(twoGroups());
    expect(found.filter(({ severity }) => severity !== 'info').map(({ id }) => id)).toEqual([
      'master-disagree',
    ]);
    const [said] = found;
    expect(said).toMatchObject({
      impact: 'no-failover',
      evidence: expect.stringContaining('needs 4 of 6 sentinels, and 3 can vote'),
    });
    expect(said?.fix).not.toContain('REPLICAOF');
    const moved = said?.fix.split('\n').filter((line) => line.includes(' SENTINEL MONITOR '));
    expect(moved).toHaveLength(3);
    for (const line of moved ?? [])
      expect(line).toMatch(/ -h (\S+) .* SENTINEL MONITOR mymaster-2 \1 6379 2$/);
    expect(said?.fix.match(/ SENTINEL RESET mymaster$/gm)).toHaveLength(3);
  });

  it('that do not hear each other are judged as before', () => {
    expect(problemsOf(twoGroups({ hear: false })).find(({ id }) => id === 'master-disagree')?.fix).toContain(
      'REPLICAOF',
    );
  });

  it('are one group where the data came from the other', () => {
    const alter = (b: Snapshot): void => {
      Object.assign(answerOf(b, 1).history ?? {}, { earlierId: 'a'.repeat(40) });
    };
    expect(idsOf(twoGroups({ alter }))).toContain('split-brain');
  });

  it.each([
    ['while it follows its own master', B],
    ['while it follows the other master', A],
  ])('are two also where both list one replica, %s', (_, host) => {
    const both = twoGroups({
      alter: (b) => Object.assign(answerOf(b, 2), { follows: { host, port: 6379 } }),
    });
    const ofB = both.sentinels.find(({ announce }) => announce?.host === B)?.answer?.masters[0];
    const [listed] = ofB?.replicas ?? [];
    for (const { announce, answer } of both.sentinels)
      if (announce?.host === A && listed !== undefined)
        answer?.masters[0]?.replicas.push({ ...listed, runId: 'b2'.repeat(20) });
    const found = problemsOf(both).filter(({ severity }) => severity !== 'info');
    expect(found.map(({ id }) => id)).toEqual(['master-disagree']);
    expect(found[0]?.evidence).toContain(`the sentinels of both list ${B}:6380;`);
    const typed = found[0]?.fix.split('\n').filter((line) => !line.startsWith('#'));
    expect(typed?.filter((line) => line.includes('REPLICAOF'))).toEqual([]);
    for (const line of typed?.filter((l) => l.includes(' SENTINEL MONITOR ')) ?? [])
      expect(line).toMatch(/ -h (\S+) .* SENTINEL MONITOR mymaster-2 \1 6379 2$/);
  });

  it('are one group where each lists all replicas of the other', () => {
    const both = twoGroups();
    const all = both.sentinels.flatMap(({ answer }) => answer?.masters[0]?.replicas ?? []);
    for (const { answer } of both.sentinels) Object.assign(answer?.masters[0] ?? {}, { replicas: all });
    expect(idsOf(both)).toContain('split-brain');
  });
});
