import { describe, expect, it } from 'vitest';
import { type Findings, outcomeOf } from '../../../src/scenarios/format/verdict.js';

const WEAKNESS = { explanation: 'so it is', advice: 'do not', shows: [], probable: false };
const judged = (verdict: 'holds' | 'violated' | 'unknown') => ({
  expectation: 'x',
  verdict,
  evidence: verdict,
});
const findings = (over: Partial<Findings> = {}): Findings => ({
  steps: [{ step: 'inject kill', outcome: 'done', evidence: '' }],
  expectations: [judged('holds')],
  invariants: [{ id: 'one-master', verdict: 'holds', evidence: 'one' }],
  weakness: null,
  shows: [],
  ...over,
});

describe('what a scenario came to', () => {
  it('is the worst of its steps, expectations and invariants', () => {
    expect(outcomeOf(findings()).outcome).toBe('holds');
    const unknown = [judged('unknown')];
    expect(outcomeOf(findings({ expectations: unknown })).outcome).toBe('unknown');
    const failed = [{ step: 'wait for a failover', outcome: 'failed' as const, evidence: 'none came' }];
    expect(outcomeOf(findings({ expectations: unknown, steps: failed }))).toMatchObject({
      outcome: 'violated',
      reason: 'wait for a failover: none came',
    });
    const broken = [{ id: 'one-master', verdict: 'violated' as const, evidence: 'two' }];
    expect(outcomeOf(findings({ invariants: broken })).reason).toBe('one-master: two');
  });

  it('a weakness that is expected and does not show is a failure', () => {
    const shows = [judged('violated')];
    expect(outcomeOf(findings({ weakness: WEAKNESS, shows }))).toMatchObject({
      outcome: 'violated',
      shown: false,
    });
    expect(outcomeOf(findings({ weakness: WEAKNESS, shows: [judged('unknown')] })).outcome).toBe('unknown');
    expect(outcomeOf(findings({ weakness: WEAKNESS, shows: [judged('holds')] }))).toMatchObject({
      outcome: 'holds',
      shown: true,
    });
  });

  it('one that shows only now and then proves nothing where it does not', () => {
    const weakness = { ...WEAKNESS, probable: true };
    expect(outcomeOf(findings({ weakness, shows: [judged('violated')] }))).toMatchObject({
      outcome: 'holds',
      shown: false,
    });
    expect(outcomeOf(findings({ weakness, shows: [judged('unknown')] })).outcome).toBe('unknown');
  });
});
