import { describe, expect, it } from 'vitest';
import {
  commandLineOf,
  type FaultOptions,
  faultOf,
  type RunSettings,
  runAgain,
  withoutDefaults,
} from '../../../commands/shared/failover-options.js';
import { WORKLOAD_OPTIONS, workloadOf } from '../../../commands/shared/workload-options.js';
import { defaultsOf } from '../../../src/cli/option.js';
import { parseThreshold } from '../../../src/failover/thresholds.js';
import { budgetWarning } from '../../../src/failover/trial.js';

const WORKLOAD = defaultsOf(WORKLOAD_OPTIONS);
const fault = (options: Partial<FaultOptions>) =>
  faultOf({ fault: 'kill', rejoin: 'as-crashed', forMs: undefined, ...options });

const plain: RunSettings = {
  fault: { name: 'kill' },
  rejoin: 'as-crashed',
  budgetMs: null,
  waitMs: null,
  trials: 1,
  seed: 1,
  thresholds: [],
  workload: workloadOf(WORKLOAD),
};

describe('the fault that options mean', () => {
  it('is a kill, a stop, or a freeze whose length the settings in effect decide', () => {
    expect(fault({})).toEqual({ name: 'kill' });
    expect(fault({ signal: 'TERM' })).toEqual({ name: 'stop' });
    expect(fault({ fault: 'freeze' })).toEqual({ name: 'freeze', forMs: null });
    expect(fault({ fault: 'freeze', forMs: 9000 })).toEqual({ name: 'freeze', forMs: 9000 });
  });

  it.each([
    [{ fault: 'freeze', rejoin: 'guarded' }, '--rejoin guarded'],
    [{ fault: 'freeze', restart: false }, '--no-restart'],
    [{ fault: 'freeze', signal: 'TERM' }, '--signal'],
    [{ forMs: 9000 }, '--for'],
  ] as const)('%j is refused: what would be ignored is not accepted', (options, option) => {
    const refusal = {
      code: 'contradiction',
      exitCode: 64,
      message: expect.stringMatching(`^${option} has no meaning with --fault`),
      hint: `leave ${option} out`,
    };
    expect(() => fault(options)).toThrow(expect.objectContaining(refusal));
  });
});

describe('a budget', () => {
  it('that ends before a sentinel may act is warned of', () => {
    expect(budgetWarning(1000, 5000)).toBe(
      '--budget 1s cannot hold: no sentinel marks the master as down before down-after (5s) has passed',
    );
    expect(budgetWarning(5000, 5000)).toContain('cannot hold');
  });

  it('that can hold, or is the default, is not', () => {
    expect(budgetWarning(5001, 5000)).toBeNull();
    expect(budgetWarning(null, 5000)).toBeNull();
  });
});

describe('the command line of a run', () => {
  it('says every value', () => {
    expect(commandLineOf('default', plain)).toBe(
      'sentinelctl failover-test --cluster default --signal KILL --rejoin as-crashed --trials 1 --seed 1 ' +
        '--clients 8 --rate 1000 --pipeline 1 --read-ratio 0 --read-from master --client-policy tuned',
    );
  });

  it('is one that would be accepted: a frozen master is not brought back', () => {
    const frozen = commandLineOf('default', { ...plain, fault: { name: 'freeze', forMs: 12_000 } });
    expect(frozen).toContain(' --fault freeze --for 12s --trials 1');
    const byDefault = commandLineOf('default', { ...plain, fault: { name: 'freeze', forMs: null } });
    expect(byDefault).toContain(' --fault freeze --trials 1');
  });

  it('says only what differs from the defaults where a person reads it', () => {
    expect(runAgain(commandLineOf('default', plain))).toBe('sentinelctl failover-test');
    const other: RunSettings = {
      ...plain,
      rejoin: null,
      budgetMs: 8000,
      trials: 10,
      seed: 11,
      thresholds: [parseThreshold('ledger.lost==0')],
      workload: workloadOf({ ...WORKLOAD, clients: 80, policy: 'wait:1' }),
    };
    expect(runAgain(commandLineOf('lab', other))).toBe(
      'sentinelctl failover-test --cluster lab --no-restart --budget 8s --trials 10 --seed 11 ' +
        "--threshold 'ledger.lost==0' --clients 80 --client-policy wait:1",
    );
    expect(runAgain(commandLineOf('default', { ...plain, workload: null }))).toBe(
      'sentinelctl failover-test --clients 0',
    );
  });

  it('of another command has other defaults', () => {
    const line = 'sentinelctl sweep --cluster default --trials 5 --seed 1 --clients 8';
    expect(withoutDefaults(line, ['--trials 5'])).toBe('sentinelctl sweep --seed 1');
  });

  it('that is not a sentinelctl command stays as it is', () => {
    expect(runAgain("runFailoverTest('default', {})")).toBe("runFailoverTest('default', {})");
  });
});
