import { describe, expect, it } from 'vitest';
import { liveConfig } from '../../../src/failover/live-config.js';
import { DEFAULT_SPEC } from '../../../src/model/spec.js';
import { PHASE_TABLE } from '../../../src/observe/phases.js';
import { healthy } from '../../helpers/snapshots.js';

const plan = { spec: DEFAULT_SPEC };
const sdown = PHASE_TABLE.find((row) => row.id === 'sdownMs');

describe('the settings that a failover is held against', () => {
  it('are the sentinels’ own of this moment, the largest where they differ', () => {
    const snapshot = healthy();
    const [first] = snapshot.sentinels[0]?.answer?.masters ?? [];
    if (first !== undefined) Object.assign(first, { downAfterMs: 9000, quorum: 3 });
    expect(liveConfig(plan, snapshot)).toMatchObject({ downAfterMs: 9000, quorum: 3 });
  });

  it('are those of up where no sentinel answered', () => {
    const { downAfterMs, failoverTimeoutMs, quorum, parallelSyncs } = DEFAULT_SPEC;
    expect(liveConfig(plan, null)).toEqual({ downAfterMs, failoverTimeoutMs, quorum, parallelSyncs });
  });

  it('give a master that hangs the ping period that it takes to notice it, and never more than down-after', () => {
    const config = { downAfterMs: 5000, failoverTimeoutMs: 60_000 };
    expect(sdown?.bound(config).ms).toBe(5200);
    expect(sdown?.bound({ ...config, hangs: true }).ms).toBe(6200);
    expect(sdown?.bound({ ...config, downAfterMs: 500, hangs: true }).ms).toBe(1200);
  });
});
