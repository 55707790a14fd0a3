import { describe, expect, it } from 'vitest';
import type { FailoverTestOptions } from '../../../src/failover/options.js';
import { parseThreshold } from '../../../src/failover/thresholds.js';
import { resultOf } from '../../../src/failover/verdict.js';
import { DEFAULT_SPEC } from '../../../src/model/spec.js';
import type { FailoverResult, Trial } from '../../../src/observe/result.js';
import { client, ledger, trial } from '../../helpers/trials.js';

const held = [{ id: 'one-master', verdict: 'holds' as const, evidence: 'ROLE says master at redis-2' }];
const out = (outageMs: number): Trial =>
  trial({ client: client({ outageMs }), ledger: ledger(), invariants: held });

function judged(trials: Trial[], options: Partial<FailoverTestOptions> = {}): FailoverResult {
  return resultOf({
    plan: { spec: { ...DEFAULT_SPEC }, driver: 'process', nodes: [] },
    trials,
    before: null,
    settings: new Map(),
    startedAt: '',
    options: {
      fault: { name: 'kill' },
      rejoin: 'as-crashed',
      waitMs: null,
      workload: null,
      trials: trials.length,
      seed: 1,
      budgetMs: 60_000,
      thresholds: [],
      command: '',
      ...options,
    },
  });
}

describe('a budget for the outage', () => {
  it('fails the trial that is over it, and the run', () => {
    const result = judged([out(6000), out(8000)], { outageBudgetMs: 7000 });
    expect(result.outcome).toBe('violated');
    expect(result.outageBudgetMs).toBe(7000);
    expect(result.trials.map((t) => t.outcome)).toEqual(['holds', 'violated']);
    expect(result.trials.map((t) => t.broken)).toEqual([[], ['client.outageMs<=7000']]);
  });

  it('is not judged where none was asked for', () => {
    const result = judged([out(600_000)]);
    expect([result.outcome, result.outageBudgetMs]).toEqual(['holds', null]);
  });

  it('is broken by clients that never came back', () => {
    const never = trial({ client: client({ outageMs: 3000, lastRecoveredMs: null }), invariants: held });
    expect(judged([never], { outageBudgetMs: 7000 }).trials[0]?.outcome).toBe('violated');
  });
});

describe('the verdict of a trial', () => {
  it('counts thresholds on every trial, not those over all of them', () => {
    const thresholds = [parseThreshold('client.outageMs:p(95)<1s'), parseThreshold('ledger.lost==0')];
    const result = judged([out(6000)], { thresholds });
    expect(result.outcome).toBe('violated');
    expect(result.trials[0]).toMatchObject({ outcome: 'holds', broken: [] });
  });

  it('is unknown where nothing was judged, or a threshold has no value', () => {
    expect(judged([trial()]).trials[0]?.outcome).toBe('unknown');
    const bare = trial({ invariants: held });
    expect(judged([bare], { outageBudgetMs: 7000 }).trials[0]?.outcome).toBe('unknown');
  });

  it('holds with an old master that was to stay down', () => {
    const left = {
      id: 'old-master-rejoined',
      verdict: 'unknown' as const,
      evidence: 'it was not started again',
    };
    const one = trial({ invariants: [...held, left] });
    expect(judged([one], { rejoin: null }).trials[0]?.outcome).toBe('holds');
    expect(judged([one]).trials[0]?.outcome).toBe('unknown');
  });
});

it('keeps the earlier ids of an invariant in the verdict over all trials', () => {
  const renamed = { id: 'losses-explained', aliases: ['ledger-consistent'], verdict: 'holds' as const };
  const one = trial({ invariants: [{ ...renamed, evidence: 'none lost' }] });
  const two = trial({ invariants: [{ ...renamed, verdict: 'violated', evidence: '3 lost' }] });
  expect(judged([one, two]).invariants).toEqual([
    { ...renamed, verdict: 'violated', evidence: 'trial 2: 3 lost' },
  ]);
});
