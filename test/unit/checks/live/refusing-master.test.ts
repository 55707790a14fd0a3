import { describe, expect, it } from 'vitest';
import { assess } from '../../../../src/checks/assess.js';
import type { NodeAnswer } from '../../../../src/model/snapshot.js';
import { answerOf, ours, zombie } from '../../../helpers/snapshots.js';

/** redis-1 came back as a master beside redis-2, which the sentinels name. */
function judge(old: Partial<NodeAnswer>, named: Partial<NodeAnswer> = {}) {
  const snapshot = zombie();
  Object.assign(answerOf(snapshot, 1), old);
  Object.assign(answerOf(snapshot, 2), named);
  const { problems, verdict } = assess(snapshot, ours());
  return { split: problems.find(({ id }) => id === 'split-brain'), verdict };
}

const MISCONF: Partial<NodeAnswer> = {
  diskFaults: ['bgsave'],
  pingError: 'MISCONF Redis is configured to save RDB snapshots, but it is unable to persist to disk.',
};
const REMEDY = 'redis-cli -h 127.0.0.1 -p 6379 REPLICAOF 127.0.0.1 6380';

describe('a second master that refuses each write', () => {
  it.each([
    ['MISCONF: it cannot write to its disk', MISCONF],
    ['NOREPLICAS: it has 0 good replicas', { goodReplicas: 0 }],
    ['NOREPLICAS: it has 1 good replica', { goodReplicas: 1, leastReplicas: 2 }],
  ])('is not said to accept them, and is still to be made a replica: %s', (why, answer) => {
    const { split, verdict } = judge(answer);
    expect(verdict).toMatchObject({
      word: 'AT RISK',
      text: expect.stringContaining(
        `writes go to redis-2; redis-1 and redis-2 both say that they are the master; redis-1 refuses each write now (${why}); the sentinels name redis-2`,
      ),
      next: REMEDY,
    });
    expect(split).toMatchObject({
      impact: 'at-risk',
      why: expect.stringMatching(/^it accepts writes again later; those/),
    });
    expect(JSON.stringify(split)).not.toContain('accept writes');
  });

  it('is not awaited to be made a replica where it answers PING with an error, also when it has just started', () => {
    expect(judge({ ...MISCONF, uptimeS: 3 }).verdict.next).toBe(REMEDY);
    expect(judge({ goodReplicas: 0, uptimeS: 3 }).verdict.next).toBe('sentinelctl status --watch');
  });

  it('is as bad as before where the other one accepts them', () => {
    expect(judge({}, MISCONF).split).toMatchObject({
      impact: 'data-unsafe',
      message: expect.stringContaining('redis-2 refuses each write now'),
    });
    for (const answer of [{ goodReplicas: 1 }, { goodReplicas: 2, leastReplicas: 2 }])
      expect(judge(answer).split).toMatchObject({
        impact: 'data-unsafe',
        message: expect.not.stringContaining('refuses'),
      });
  });

  it('may refuse PING for another reason: then nothing shows that it refuses writes', () => {
    expect(judge({ pingError: 'MASTERDOWN Link with MASTER is down' }).split?.impact).toBe('data-unsafe');
  });
});
