import { describe, expect, it } from 'vitest';
import {
  budgetFor,
  commandLineOf,
  type FaultOptions,
  faultOf,
  parseBudget,
  type RunSettings,
  runAgain,
} from '../../../commands/shared/failover-options.js';
import { WORKLOAD_OPTIONS, workloadOf } from '../../../commands/shared/workload-options.js';
import { defaultsOf } from '../../../src/cli/option.js';
import { judgeBudget, judgeWait } from '../../../src/failover/budget.js';
import { parseThreshold } from '../../../src/failover/thresholds.js';

const WORKLOAD = defaultsOf(WORKLOAD_OPTIONS);
const fault = (options: Partial<FaultOptions>) =>
  faultOf({ fault: 'kill', rejoin: 'as-crashed', forMs: undefined, ...options });

const plain: RunSettings = {
  fault: { name: 'kill' },
  rejoin: 'as-crashed',
  budget: { outageMs: null, switchMs: null },
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
  it.each([
    ['7s', { outageMs: 7000, switchMs: 7000, bare: true }],
    ['outage=7s', { outageMs: 7000, switchMs: null }],
    ['switch=6s, outage=7500ms', { outageMs: 7500, switchMs: 6000 }],
  ])('of %j', (text, budget) => expect(parseBudget(text)).toEqual(budget));

  it.each(['outage=7s,outage=8s', 'rejoin=7s', 'outage=', 'outage=fast', 'outage=0s', '7'])(
    'refuses %j',
    (text) => {
      expect(() => parseBudget(text)).toThrow(expect.objectContaining({ code: 'bad-value', exitCode: 64 }));
    },
  );

  it('of an outage needs clients; a bare one limits the switch without them', () => {
    expect(budgetFor(parseBudget('7s'), false)).toEqual({ outageMs: null, switchMs: 7000 });
    for (const named of ['outage=7s', 'outage=7s,switch=7s', 'switch=7s,outage=9s'])
      expect(() => budgetFor(parseBudget(named), false)).toThrow(
        expect.objectContaining({
          code: 'contradiction',
          exitCode: 64,
          hint: '--budget switch=7s # limits the switch alone; or let clients write: --clients 8',
        }),
      );
  });

  it('is in the command line as it is typed', () => {
    const line = (budget: string, workload: RunSettings['workload'] = plain.workload): string =>
      commandLineOf('default', {
        ...plain,
        workload,
        budget: budgetFor(parseBudget(budget), workload !== null),
      });
    expect(line('7s')).toContain(' --budget 7s ');
    expect(line('7s', null)).toContain(' --budget 7s ');
    expect(line('switch=6s,outage=7s')).toContain(' --budget outage=7s,switch=6s ');
    expect(line('switch=6s')).toContain(' --budget switch=6s ');
  });

  const judged = (typed: string, workload: RunSettings['workload'] = plain.workload) => {
    const { switchMs, outageMs } = budgetFor(parseBudget(typed), workload !== null);
    return judgeBudget({ budgetMs: switchMs, outageBudgetMs: outageMs, workload }, { downAfterMs: 5000 });
  };

  it('that ends before a sentinel may act is refused', () => {
    for (const [typed, enough] of [
      ['1s', '7s'],
      ['5s', '7s'],
      ['outage=1ms', 'outage=7s'],
      ['switch=1s', 'switch=7s'],
    ])
      expect(judged(`${typed}`)).toMatchObject({
        code: 'budget-too-short',
        exitCode: 3,
        message: `--budget ${typed} cannot hold, so nothing was done: no quorum of sentinels marks the master as down before down-after (5s) has passed`,
        hint: `--budget ${enough} # enough on a quiet machine; a shorter failover needs a shorter down-after-milliseconds at every sentinel`,
      });
    // Of two limits the one that cannot hold is named.
    expect(judged('outage=1s,switch=60s')).toMatchObject({
      message: expect.stringMatching(/^--budget outage=1s cannot hold/),
    });
    expect(judged('1s', null)).toMatchObject({ message: expect.stringMatching(/^--budget 1s cannot hold/) });
  });

  it('and so is a wait that ends before a sentinel may act', () => {
    expect(judgeWait(3000, { downAfterMs: 5000 })).toMatchObject({
      code: 'wait-too-short',
      exitCode: 3,
      message:
        '--wait 3s ends before a failover can begin, so nothing was done: no quorum of sentinels marks the master as down before down-after (5s) has passed',
      hint: '--wait 20s # or leave --wait out',
    });
    expect(judgeWait(6000, { downAfterMs: 5000 })).toMatch(/^--wait 6s is shorter than a usual failover: /);
    expect(judgeWait(7000, { downAfterMs: 5000 })).toBeNull();
  });

  it('that is shorter than a usual failover is warned of, and no longer one is', () => {
    expect(judged('5001ms')).toBe(
      '--budget 5.001s is shorter than a usual failover: with down-after 5s the first sentinel switches after 6.25 s on a quiet machine',
    );
    expect(judged('6250ms')).toBeNull();
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
      budget: { outageMs: 8000, switchMs: 8000 },
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

  it('that is not a sentinelctl command stays as it is', () => {
    expect(runAgain("runFailoverTest('default', {})")).toBe("runFailoverTest('default', {})");
  });
});
