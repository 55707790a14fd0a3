import { describe, expect, it } from 'vitest';
import { diagnose } from '../../../../src/checks/diagnose.js';
import restartLoop from '../../../../src/checks/live/restart-loop.js';
import { alter, healthyGathering, nodeIn, sentinelIn } from '../../../helpers/healthy-gathering.js';

/** Without a watch; each server has run for so many seconds. */
function upFor(sentinels: number[], nodes: number[] = [9000, 9000, 9000]) {
  const g = healthyGathering();
  g.watched = null;
  for (const [i, s] of sentinels.entries())
    alter(sentinelIn(g, i + 1).info, { uptime_in_seconds: String(s) });
  for (const [i, s] of nodes.entries()) alter(nodeIn(g, i + 1).info, { uptime_in_seconds: String(s) });
  const { findings, skipped } = diagnose(g, [restartLoop]);
  return { findings, skipped };
}

describe('restart-loop without a watch', () => {
  it('is a note where one server started a moment ago and the others did not', () => {
    expect(upFor([9000, 4, 7200])).toMatchObject({
      findings: [
        {
          subject: 'sentinel-2',
          severity: 'info',
          impact: 'none',
          message: 'sentinel-2 started 4 s ago, and sentinel-1, sentinel-3 run for 120 min or longer',
        },
      ],
      skipped: [],
    });
    expect(upFor([9000, 9000, 9000], [9000, 9000, 59])).toMatchObject({ findings: [{ subject: 'redis-3' }] });
  });

  it.each([
    ['all started together', [4, 5, 6]],
    ['the others are young too', [599, 4, 599]],
    ['one is in between', [9000, 4, 300]],
    ['it runs for a minute', [9000, 60, 9000]],
  ])('is not judged where %s', (_, sentinels) => {
    expect(upFor(sentinels)).toMatchObject({
      findings: [],
      skipped: [{ id: 'restart-loop', why: expect.stringContaining('--watch-for') }],
    });
  });
});
