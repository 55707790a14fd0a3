import { describe, expect, it } from 'vitest';
import { differences, downAfterText, liveSettings } from '../../../src/model/sentinel-settings.js';
import {
  downAfterForCutOffMs,
  endsBeforeOdown,
  majorityDownHoldMs,
  majorityOf,
  noFailoverHoldMs,
  odownBoundMs,
  promotableWithin,
  sdownBoundMs,
  votesNeeded,
} from '../../../src/model/sentinel-timing.js';
import type { MasterView, Snapshot } from '../../../src/model/snapshot.js';
import { DEFAULT_SPEC } from '../../../src/model/spec.js';
import { healthy } from '../../helpers/snapshots.js';

/** Three healthy sentinels, each with its own settings. */
function withSettings(...each: Partial<MasterView>[]): Snapshot {
  const snapshot = healthy();
  for (const [i, settings] of each.entries()) {
    const view = snapshot.sentinels[i]?.answer?.masters[0];
    if (view === undefined) throw new Error(`no sentinel ${i}`);
    Object.assign(view, settings);
  }
  return snapshot;
}

const live = (snapshot: Snapshot | null) => liveSettings(DEFAULT_SPEC, snapshot);

describe('the live settings', () => {
  it('are the ones of the sentinels, whatever was planned', () => {
    const own = { downAfterMs: 15_000, failoverTimeoutMs: 9000, quorum: 3, parallelSyncs: 2 };
    expect(live(withSettings(own, own, own))).toEqual(own);
  });

  it('where down-after differs: the time at which a quorum of 2 has called the master down', () => {
    expect(
      live(withSettings({ downAfterMs: 9000 }, { downAfterMs: 2000 }, { downAfterMs: 4000 })),
    ).toMatchObject({
      downAfterMs: 4000,
      earliestDownAfterMs: 2000,
    });
  });

  it('the first +sdown is bound by the earliest, +odown by the one of a quorum', () => {
    const settings = live(withSettings({ downAfterMs: 2000 }, { downAfterMs: 8000 }, { downAfterMs: 8000 }));
    expect(settings).toMatchObject({ downAfterMs: 8000, earliestDownAfterMs: 2000 });
    expect([sdownBoundMs(settings, false), sdownBoundMs(settings, true)]).toEqual([2200, 3200]);
    expect(odownBoundMs(settings)).toBe(6300);
    // Frozen for longer than the first sentinel waits, and not for as long as a quorum does.
    expect(endsBeforeOdown(5000, settings)).toBe(true);
    expect(downAfterText(settings)).toBe('8s at a quorum, 2s at the first sentinel');
  });

  it('where one sentinel alone is slower, a quorum is not', () => {
    const settings = live(withSettings({ downAfterMs: 8000 }, { downAfterMs: 2000 }, { downAfterMs: 2000 }));
    expect(settings.downAfterMs).toBe(2000);
    expect(settings).not.toHaveProperty('earliestDownAfterMs');
    expect([downAfterText(settings), odownBoundMs(settings)]).toEqual(['2s', 300]);
  });

  it('are named with the sentinels that have them, where they differ', () => {
    const snapshot = withSettings(
      { downAfterMs: 2000, quorum: 1 },
      { downAfterMs: 8000 },
      { downAfterMs: 8000 },
    );
    expect(differences(snapshot, DEFAULT_SPEC.masterName)).toBe(
      'quorum is 1 at sentinel-1, 2 at sentinel-2 and sentinel-3; ' +
        'down-after-milliseconds is 2000 at sentinel-1, 8000 at sentinel-2 and sentinel-3',
    );
    expect(differences(healthy(), DEFAULT_SPEC.masterName)).toBeNull();
  });

  it('count the quorum of the sentinel that calls the master down itself', () => {
    const snapshot = withSettings(
      { downAfterMs: 2000, quorum: 1 },
      { downAfterMs: 4000, quorum: 3 },
      { downAfterMs: 9000, quorum: 3 },
    );
    expect(live(snapshot)).toMatchObject({ downAfterMs: 2000, quorum: 3 });
  });

  it('take the largest down-after where no quorum can be reached, and the largest failover-timeout', () => {
    const snapshot = withSettings(
      { downAfterMs: 2000, quorum: 9, failoverTimeoutMs: 7000 },
      { downAfterMs: 4000, quorum: 9, failoverTimeoutMs: 99_000 },
      { downAfterMs: 9000, quorum: 9, failoverTimeoutMs: 7000 },
    );
    expect(live(snapshot)).toMatchObject({ downAfterMs: 9000, failoverTimeoutMs: 99_000 });
  });

  it('are the planned ones where no sentinel answered', () => {
    const { downAfterMs, failoverTimeoutMs, quorum, parallelSyncs } = DEFAULT_SPEC;
    expect(live(null)).toEqual({ downAfterMs, failoverTimeoutMs, quorum, parallelSyncs });
  });
});

describe('majority', () => {
  it.each([
    [1, 1],
    [2, 2],
    [3, 2],
    [4, 3],
    [5, 3],
  ])('of %i is %i', (voters, majority) => {
    expect(majorityOf(voters)).toBe(majority);
  });

  it('is not enough where the quorum is larger', () => {
    expect(votesNeeded(5, 4)).toBe(4);
    expect(votesNeeded(5, 2)).toBe(3);
  });
});

describe('a master that hangs', () => {
  it('is noticed up to a ping period later than one that is gone, and that period is never longer than down-after', () => {
    expect(sdownBoundMs({ downAfterMs: 5000 }, false)).toBe(5200);
    expect(sdownBoundMs({ downAfterMs: 5000 }, true)).toBe(6200);
    expect(sdownBoundMs({ downAfterMs: 500 }, true)).toBe(1200);
  });

  it('may recover before a quorum marks it down', () => {
    expect(endsBeforeOdown(12_000, { downAfterMs: 15_000 })).toBe(true);
    expect(endsBeforeOdown(16_400, { downAfterMs: 15_000 })).toBe(true);
    expect(endsBeforeOdown(16_500, { downAfterMs: 15_000 })).toBe(false);
  });
});

describe('the down-after for a replica that was cut off', () => {
  it.each([
    [0, 7000],
    [67_000, 15_000],
    [600_000, 74_000],
  ])('of %i ms allows for a minute more, and for waiting from the beginning', (cutOffMs, downAfterMs) => {
    expect(downAfterForCutOffMs(cutOffMs)).toBe(downAfterMs);
    expect(promotableWithin({ downAfterMs, masterDownForMs: null }).linkDownMs).toBeGreaterThanOrEqual(
      cutOffMs + 60_000 + downAfterMs,
    );
  });
});

describe('how long a majority is held down', () => {
  const timing = (downAfterMs: number) => ({ downAfterMs, failoverTimeoutMs: 60_000 });

  it('is as long as proves that nothing happens', () => {
    expect(majorityDownHoldMs(timing(5000))).toBe(noFailoverHoldMs(timing(5000)));
  });

  it('leaves a sentinel that was restarted a replica that it may promote', () => {
    const held = majorityDownHoldMs(timing(2000));
    expect(held).toBeLessThan(noFailoverHoldMs(timing(2000)));
    // It marks the master down after down-after; the link of the replicas was down since the fault.
    expect(held + 2000).toBeLessThan(promotableWithin({ ...timing(2000), masterDownForMs: null }).linkDownMs);
  });

  it('is never shorter than a majority takes to its first vote', () => {
    // Down-after, a ping period of at most that, and what is between the mark and the vote.
    expect(majorityDownHoldMs(timing(500))).toBe(500 + 500 + 2000);
  });
});
