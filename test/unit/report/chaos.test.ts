import { describe, expect, it } from 'vitest';
import { chaosJunitXml } from '../../../src/report/junit.js';
import { tapText } from '../../../src/report/tap.js';
import { chaosText } from '../../../src/report/text/chaos.js';
import { quorumText } from '../../../src/report/text/quorum.js';
import type { ChaosResult } from '../../../src/scenarios/format/result.js';
import type { QuorumPhase, QuorumResult } from '../../../src/scenarios/play/quorum.js';
import {
  chaosResult,
  failedScenario,
  scenarioResult,
  skippedScenario,
  weakScenario,
} from '../../helpers/chaos-results.js';

const ALL = chaosResult([scenarioResult(), failedScenario(), skippedScenario(), weakScenario()]);
const VIEW = { color: false, columns: 100 };

describe('the result of scenarios', () => {
  it('as TAP: what is unknown or violated is not ok, what was skipped says why', () => {
    expect(tapText(ALL)).toMatchInlineSnapshot(`
      "TAP version 14
      1..4
      ok 1 - kill
        ---
        outcome: holds
        message: "+switch-master to 127.0.0.1:6380"
        duration_ms: 9350
        ...
      not ok 2 - stop
        ---
        outcome: violated
        message: "wait for a failover: no +switch-master yet"
        duration_ms: 9350
        wrong:
          - "wait for a failover: no +switch-master yet"
        ...
      ok 3 - partition-master # SKIP links cannot be cut: packet rules need root \\# and Linux
      ok 4 - zombie
        ---
        outcome: holds
        message: "the weakness showed: more than one node said master for 10.20 s"
        duration_ms: 9350
        weakness: shown
        ..."
    `);
  });

  it('as TAP: a run that was interrupted bails out', () => {
    const result = chaosResult([scenarioResult({ outcome: 'unknown' })], {
      complete: false,
      reason: 'Ctrl-C',
    });
    expect(tapText(result).split('\n')).toContain('not ok 1 - kill');
    expect(tapText(result)).toMatch(/\nBail out! Ctrl-C$/);
  });

  it('as JUnit: a case per scenario', () => {
    expect(chaosJunitXml(ALL)).toMatchInlineSnapshot(`
      "<?xml version="1.0" encoding="UTF-8"?>
      <testsuites name="sentinelctl chaos" tests="4" failures="1" errors="0" skipped="1" time="28.050">
        <testsuite name="scenarios" tests="4" failures="1" errors="0" skipped="1" time="28.050" timestamp="2026-01-02T03:04:05">
          <properties>
            <property name="driver" value="process"/>
            <property name="seed" value=""/>
            <property name="command" value="sentinelctl chaos run --all --driver process"/>
            <property name="outcome" value="violated"/>
            <property name="complete" value="true"/>
          </properties>
          <testcase name="kill" classname="sentinelctl.chaos" time="9.350">
            <system-out>done: inject kill of master: SIGKILL to redis-1
      done: wait for a failover: redis-2 is the master
      holds: 1 failover: +switch-master to 127.0.0.1:6380
      holds: one-master: ROLE says master at redis-2</system-out>
          </testcase>
          <testcase name="stop" classname="sentinelctl.chaos" time="9.350">
            <failure type="violated" message="wait for a failover: no +switch-master yet">done: inject stop of master: SIGTERM to redis-1
      failed: wait for a failover: no +switch-master yet
      not-reached: heal everything
      holds: 1 failover: +switch-master to 127.0.0.1:6380
      holds: one-master: ROLE says master at redis-2</failure>
          </testcase>
          <testcase name="partition-master" classname="sentinelctl.chaos" time="0.000">
            <skipped message="links cannot be cut: packet rules need root # and Linux"/>
          </testcase>
          <testcase name="zombie" classname="sentinelctl.chaos" time="9.350">
            <system-out>done: inject kill of master: SIGKILL to redis-1
      done: wait for a failover: redis-2 is the master
      holds: 1 failover: +switch-master to 127.0.0.1:6380
      holds: one-master: ROLE says master at redis-2</system-out>
          </testcase>
        </testsuite>
      </testsuites>
      "
    `);
  });

  it('as JUnit: a run that was interrupted is an error, also where every scenario so far holds', () => {
    const xml = chaosJunitXml(chaosResult([scenarioResult()], { complete: false, reason: 'Ctrl-C' }));
    expect(xml).toContain('<testsuites name="sentinelctl chaos" tests="2" failures="0" errors="1"');
    expect(xml).toContain('<error type="unknown" message="Ctrl-C">Ctrl-C</error>');
  });

  it('as text: the verdict first, who fails with its story, known weaknesses explained, what to type', () => {
    expect(chaosText(ALL, VIEW)).toMatchInlineSnapshot(`
      "FAIL  2 passed, 1 failed, 0 unknown, 1 skipped, in 61.00 s
      wait for a failover: no +switch-master yet

      scenario          outcome      took  why
      kill              ✔ PASS     9.35 s
      stop              ✗ FAIL     9.35 s  wait for a failover: no +switch-master yet
      partition-master  - skipped          links cannot be cut: packet rules need root # and Linux
      zombie            ✔ PASS     9.35 s  shows a known weakness of Sentinel

      stop: the master crashes and is replaced
      chaos-x-1, process, redis 7.0.15
        ✔ inject stop of master: SIGTERM to redis-1  (90 ms)
        ✗ wait for a failover: no +switch-master yet  (32.00 s)
        - heal everything
        ✔ 1 failover: +switch-master to 127.0.0.1:6380
        ✔ one-master: ROLE says master at redis-2

      ! zombie: more than one node said master for 10.20 s
        Sentinel demotes a master that returned only after a while.
        What to do: Start it as a replica.

      → sentinelctl chaos run stop --driver process
      → sentinelctl chaos run --all --driver process"
    `);
  });

  it('as text: a single one tells its story also where it holds, and what was kept', () => {
    const text = chaosText(chaosResult([scenarioResult()], { kept: ['chaos-x-1'] }), VIEW);
    expect(text).toContain('✔ inject kill of master: SIGKILL to redis-1');
    expect(text).toContain('sentinelctl heal --cluster chaos-x-1');
  });

  it('as text: on a cluster that stays, nothing that it suggests interrupts its clients', () => {
    const command = 'sentinelctl chaos run --all --cluster orders';
    const again = 'sentinelctl chaos run stop --cluster orders';
    const next = (more: Partial<ChaosResult> = {}): string[] =>
      chaosText(chaosResult([{ ...failedScenario(), command: again }], { command, ...more }), VIEW)
        .split('\n')
        .filter((line) => line.startsWith('→'));
    expect(next()).toEqual(['→ sentinelctl status --cluster orders', '→ sentinelctl chaos show stop']);
    expect(next({ kept: ['orders'] }).slice(0, 2)).toEqual([
      '→ sentinelctl heal --cluster orders',
      '→ sentinelctl down --help --cluster orders  # what down removes',
    ]);
    expect(next({ seed: 7 })).toEqual(['→ sentinelctl status --cluster orders']);
  });

  it('as text: one that was interrupted says once what became of it', () => {
    const reason = 'interrupted; its cluster chaos-x-1 was removed';
    const cut = scenarioResult({ outcome: 'unknown', reason, steps: [], expectations: [], invariants: [] });
    const text = chaosText(chaosResult([cut], { complete: false, reason: `kill: ${reason}` }), VIEW);
    expect(text.split('its cluster chaos-x-1 was removed')).toHaveLength(2);
  });

  it('says nothing that a terminal would obey', () => {
    const evil = scenarioResult({ reason: 'a\u001b[2Jb', outcome: 'violated' });
    for (const text of [chaosText(chaosResult([evil]), VIEW), tapText(chaosResult([evil]))])
      expect(text).not.toContain('\u001b');
  });
});

describe('the result of quorum-test', () => {
  const resultOf = (
    sentinels: number,
    one: Pick<QuorumPhase, 'outcome' | 'reason' | 'result'>,
  ): QuorumResult => ({
    outcome: 'unknown',
    reason: one.reason,
    cluster: 'default',
    masterName: 'mymaster',
    driver: 'process',
    sentinels,
    quorum: sentinels,
    majority: 2,
    phases: [
      {
        id: 'one-down',
        title: 'one sentinel down',
        down: 1,
        left: sentinels - 1,
        failedOver: null,
        failedOverAfter: null,
        ...one,
      },
    ],
    startedAt: '2026-01-02T03:04:05.000Z',
    tookMs: 0,
    command: 'sentinelctl quorum-test',
  });
  const none = { outcome: 'violated', reason: 'none can be spared', result: null } as const;

  it('says what to change where no sentinel can be spared', () => {
    expect(quorumText(resultOf(3, none), VIEW)).toContain('! lower the quorum to the majority');
    expect(quorumText(resultOf(2, none), VIEW)).toContain('! use 3 sentinels on 3 machines');
  });

  it('advises nothing where the failover was tried and could not be seen', () => {
    const result = scenarioResult({ outcome: 'unknown' });
    const text = quorumText(resultOf(3, { outcome: 'unknown', reason: 'not reached', result }), VIEW);
    expect(text).not.toContain('quorum to the majority');
    expect(text.split('\n').at(-1)).toBe('→ sentinelctl status');
  });
});
