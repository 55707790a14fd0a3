import { describe, expect, it } from 'vitest';
import type { Trial } from '../../../../src/observe/result.js';
import { dualMaster, type NodeLane, nodeLanes } from '../../../../src/report/html/node-lanes.js';
import { percent, scaleOf, ticks } from '../../../../src/report/html/scale.js';
import { sentinelLanes } from '../../../../src/report/html/sentinel-lanes.js';
import { trialOf } from '../../../helpers/results.js';

const trial = trialOf(1);
const scale = scaleOf(trial);
const states = (lanes: NodeLane[], id: string): string[] =>
  lanes.find((l) => l.id === id)?.segments.map((s) => s.state) ?? [];

describe('the lanes of the nodes', () => {
  const lanes = nodeLanes(trial, 'kill', scale);

  it('the old master dies, comes back as a second master and is converted', () => {
    expect(lanes.map((l) => l.id)).toEqual(['redis-1', 'redis-3', 'redis-2']);
    expect(states(lanes, 'redis-1')).toEqual(['master', 'down', 'zombie', 'replica']);
    const [, down, zombie] = lanes[0]?.segments ?? [];
    expect(down).toMatchObject({ fromMs: 0, toMs: 3821.6 });
    expect(zombie).toMatchObject({ fromMs: 3821.6 });
    expect((zombie?.toMs ?? 0) - (zombie?.fromMs ?? 0)).toBeCloseTo(trial.rejoin?.zombieMs ?? 0, 0);
  });

  it('a connection that closes because the role changes is not a crash', () => {
    expect(states(lanes, 'redis-3')).toEqual(['replica', 'unlinked', 'master']);
    expect(states(lanes, 'redis-2')).toEqual(['replica', 'unlinked', 'replica']);
  });

  it('segments leave no gap and do not overlap', () => {
    for (const { segments } of lanes) {
      expect(segments[0]?.fromMs).toBe(scale.fromMs);
      expect(segments.at(-1)?.toMs).toBe(scale.toMs);
      segments.slice(1).forEach((s, i) => {
        expect(s.fromMs).toBe(segments[i]?.toMs);
      });
    }
  });

  it('two writable masters at a time are found, with who they were', () => {
    const [dual, ...others] = dualMaster(lanes);
    expect(others).toEqual([]);
    expect(dual?.words).toMatch(/^redis-1 and redis-3 were both writable for 10\.99 s$/);
  });

  it('a frozen master that thaws is a second master again without saying anything new', () => {
    const thawed: Trial = {
      ...trial,
      rejoin: trial.rejoin && { ...trial.rejoin, mode: 'thawed', restartedMs: 12_000 },
      events: trial.events.filter((e) => e.source !== 'redis-1' || e.atMs > 14_000),
    };
    const frozen = nodeLanes(thawed, 'freeze', scale);
    expect(states(frozen, 'redis-1')).toEqual(['master', 'down', 'zombie', 'replica']);
  });

  it('without a new master the old one is not a second one when it is back', () => {
    const back = { atMs: 9000, source: 'redis-1', name: 'role', message: 'master' };
    const alone: Trial = { ...trial, newMaster: null, rejoin: null, events: [back] };
    expect(states(nodeLanes(alone, 'kill', scale), 'redis-1')).toEqual(['master', 'down', 'master']);
    expect(dualMaster(nodeLanes(alone, 'kill', scale))).toEqual([]);
  });
});

describe('the lanes of the sentinels', () => {
  const lanes = sentinelLanes(trial, scale);

  it('are there for each, and no node is one of them', () => {
    expect(lanes.map((l) => l.id)).toEqual(['sentinel-1', 'sentinel-2', 'sentinel-3']);
  });

  it('name the old master, then the new one', () => {
    for (const { beliefs } of lanes) {
      expect(beliefs.map((b) => [b.master, b.which])).toEqual([
        ['redis-1', 'old'],
        ['redis-3', 'new'],
      ]);
    }
  });

  it('keep every event, those too near to each other in one mark, named after the most important', () => {
    const shown = lanes.flatMap((l) => l.marks.flatMap((m) => m.words.split('\n')));
    const seen = trial.events.filter((e) => /^[+-]/.test(e.name));
    expect(shown).toHaveLength(seen.length);
    const switched = lanes[2]?.marks.find((m) => m.glyph === '★');
    expect(switched?.words).toContain('+switch-master  mymaster 127.0.0.1 6379 127.0.0.1 6381');
  });
});

describe('the time axis', () => {
  it('shows at least something before the fault, and the last thing seen', () => {
    expect(scale.fromMs).toBeLessThan(0);
    expect(scale.toMs).toBeGreaterThan(24_826);
    expect(percent(scale.fromMs, scale)).toBe(0);
    expect(percent(scale.toMs + 1, scale)).toBe(100);
  });

  it('a trial in which nothing was seen still has one', () => {
    const { client: _c, ...bare } = trial;
    const phases = Object.fromEntries(Object.keys(trial.phases).map((id) => [id, null])) as Trial['phases'];
    const empty: Trial = { ...bare, events: [], rejoin: null, phases };
    const { fromMs, toMs } = scaleOf(empty);
    expect(toMs).toBeGreaterThan(fromMs);
    expect(ticks({ fromMs, toMs }, 9).length).toBeGreaterThan(2);
  });

  it.each([
    [{ fromMs: -500, toMs: 9000 }, [0, 2000, 4000, 6000, 8000]],
    [{ fromMs: 3000, toMs: 3400 }, [3000, 3100, 3200, 3300, 3400]],
  ])('has round steps within %o', (span, expected) => expect(ticks(span, 5)).toEqual(expected));
});
