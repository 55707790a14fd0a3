import { describe, expect, it } from 'vitest';
import { pausedFailover } from '../../../src/model/paused-writes.js';

describe('when a master that holds back writes is replaced', () => {
  it('begins up to a hello and a ping late, and again after a link that was closed', () => {
    expect(pausedFailover({ downAfterMs: 5000 })).toEqual({ leastMs: 6250, mostMs: 14_850 });
    expect(pausedFailover({ downAfterMs: 500 })).toEqual({ leastMs: 1750, mostMs: 7100 });
  });

  it('has no end where a new link may be closed before down-after has passed', () => {
    expect(pausedFailover({ downAfterMs: 12_000 })).toEqual({ leastMs: 13_250, mostMs: null });
    expect(pausedFailover({ downAfterMs: 15_000 })?.mostMs).toBeNull();
    expect(pausedFailover({ downAfterMs: 15_001 })).toBeNull();
  });
});
