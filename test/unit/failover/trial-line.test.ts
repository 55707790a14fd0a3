import { describe, expect, it } from 'vitest';
import { trialLine } from '../../../src/failover/trial-line.js';
import { client, ledger, nothingCame, trial } from '../../helpers/trials.js';

describe('the line of a finished trial', () => {
  it('has the outage, the switch, the losses and who took over', () => {
    expect(trialLine(trial({ client: client(), ledger: ledger() }))).toBe(
      'no answer for 6.35 s, switch 6.27 s, 0 lost; redis-1 → redis-2',
    );
  });

  it('without clients it claims nothing of outage and losses', () => {
    expect(trialLine(trial())).toBe('switch 6.27 s; redis-1 → redis-2');
  });

  it('what never came is named, not left out', () => {
    expect(trialLine(nothingCame())).toBe('no sentinel switched; redis-1 → no new master');
  });

  it('writes that could not be read back are unknown, not 0', () => {
    const unread = ledger({ missingAt: [{ id: 'redis-2', missing: null }] });
    expect(trialLine(trial({ ledger: unread }))).toContain('losses unknown');
  });

  it('an interrupted trial says so first, and claims no outcome that it did not see', () => {
    expect(trialLine(nothingCame({ cutShort: true, client: client({ outageMs: null }) }))).toBe(
      'interrupted',
    );
  });

  it('a trial that tested nothing gives the reason', () => {
    expect(trialLine(nothingCame({ untested: 'thawed after 1.00 s; nothing was tested' }))).toBe(
      'thawed after 1.00 s; nothing was tested',
    );
  });

  it('names the limits and the invariants that do not hold', () => {
    const invariants = [
      { id: 'one-master', verdict: 'holds', evidence: '' },
      { id: 'quorum-usable', verdict: 'unknown', evidence: '' },
    ] as const;
    expect(trialLine(trial({ broken: ['switchedMs<=6000'], invariants: [...invariants] }))).toBe(
      'switch 6.27 s; redis-1 → redis-2; switchedMs<=6000 is broken, quorum-usable is unknown',
    );
  });
});
