import { describe, expect, it } from 'vitest';
import { failureIn } from '../../../src/checks/refuses.js';
import type { NodeAnswer } from '../../../src/model/snapshot.js';

describe('a failed background save', () => {
  const answer = (more: Partial<NodeAnswer>): NodeAnswer =>
    ({ diskFaults: ['bgsave'], ...more }) as NodeAnswer;

  it.each([
    ['without save points is no fault', { settings: { save: '' } }, null],
    ['with save points is one', { settings: { save: '3600 1' } }, { refuses: false }],
    ['is not judged where the save points were not read and PING is answered', { settings: {} }, null],
    ['refuses writes where PING says so', { settings: {}, pingError: 'MISCONF' }, { refuses: true }],
  ] as const)('%s', (_, more, expected) => {
    const found = failureIn(answer(more));
    if (expected === null) expect(found).toBeNull();
    else expect(found).toMatchObject(expected);
  });
});
