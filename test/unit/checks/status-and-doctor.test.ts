import { describe, expect, it } from 'vitest';
import { assess } from '../../../src/checks/assess.js';
import { expectationOf } from '../../../src/checks/facts-of.js';
import { CHECKS, diagnose } from '../../../src/checks/index.js';
import { STATUS_CHECKS } from '../../../src/checks/status-checks.js';
import { isNow } from '../../../src/model/verdict.js';
import { say, withoutMaster } from '../../helpers/alterations/alteration.js';
import { altered, CASES } from '../../helpers/alterations/index.js';
import { flat } from '../../helpers/doctor.js';
import { alter, nodeIn, replicaRecords, sentinelIn, silence } from '../../helpers/healthy-gathering.js';
import { asSurveyed } from '../../helpers/surveyed.js';

const STATUS_IDS = new Set(STATUS_CHECKS.map((c) => c.id));
/** Of these the risks and notes are doctor's. */
const GATHERED_IDS = new Set(STATUS_CHECKS.flatMap((c) => (c.needs === 'gathered' ? [c.id] : [])));

/** Everything that is named: id, severity and message, each once. */
const named = (all: readonly { id: string; severity: string; message: string }[]): string[] =>
  [...new Set(all.map(({ id, severity, message }) => `${severity} ${id}: ${message}`))].sort();

describe('status and doctor name the same things, in one first line as far as both know', () => {
  it.each(CASES)('with %s', (_, place, fault) => {
    const gathered = altered(place, fault);
    const { problems, verdict: status } = assess(asSurveyed(gathered), expectationOf(gathered));
    const { findings } = diagnose(gathered, CHECKS);
    const shared = flat(findings).filter(
      ({ id, impact }) => STATUS_IDS.has(id) && (isNow(impact) || !GATHERED_IDS.has(id)),
    );
    expect(named(problems)).toEqual(named(shared));
    // The plant itself is there, and not only the absence of both.
    if (STATUS_IDS.has(fault.id)) expect(problems.map((p) => p.id)).toContain(fault.id);
    const doctor = diagnose(gathered, CHECKS, { only: [...STATUS_IDS] }).verdict;
    // Of a healthy cluster, and of what was not judged, each says what it looked at.
    if (doctor.impact === null) return;
    expect(status.text).toBe(doctor.text);
    expect(status.word).toBe(doctor.word);
    expect(status.next).toBe(doctor.next);
  });
});

it.each(['overlap', 'name-mismatch'])('%s of a cluster whose name is known is seen by both', (id) => {
  const [, place, fault] = CASES.find(([, , one]) => one.id === id) ?? [];
  if (place === undefined || fault === undefined) throw new Error(`no case of ${id}`);
  const gathered = { ...altered(place, fault), masterName: 'mymaster' };
  const { problems, verdict } = assess(asSurveyed(gathered, 'mymaster'), expectationOf(gathered));
  const found = flat(diagnose(gathered, CHECKS).findings).filter((finding) => finding.id === id);
  expect(named(problems.filter((problem) => problem.id === id))).toEqual(named(found));
  expect(found).toHaveLength(1);
  expect(verdict.word).toBe('AT RISK');
});

it('the checks of status are in the order in which doctor has them', () => {
  const ids = CHECKS.map((c) => c.id).filter((id) => STATUS_IDS.has(id));
  expect(STATUS_CHECKS.map((c) => c.id)).toEqual(ids);
});

it('a dead master whose replicas were cut off for too long: the cause is said once, by both', () => {
  const gathered = altered('one machine', {
    id: 'no-master',
    subject: 'mymaster',
    silences: { 'redis-1': 'refused' },
    alter: (g) => {
      withoutMaster(g, 400_000);
      for (const n of [2, 3])
        for (const r of replicaRecords(g, n)) Object.assign(r, { 'master-link-down-time': '900000' });
    },
  });
  const status = assess(asSurveyed(gathered), expectationOf(gathered));
  const doctor = diagnose(gathered, CHECKS);
  expect(status.problems.map((p) => p.id)).toEqual(expect.arrayContaining(['no-good-slave', 'no-master']));
  expect(doctor.verdict).toEqual(status.verdict);
  expect(doctor.verdict.cause).toMatch(
    /^redis-1 \(master\) is down; no replica may be promoted: redis-2 and redis-3 were without their master for \d+ min [^;]* are allowed$/,
  );
});

it('a failover that is expected is awaited, although a replica is down too', () => {
  const gathered = altered('one machine', {
    id: 'no-master',
    subject: 'mymaster',
    silences: { 'redis-1': 'timeout', 'redis-2': 'refused' },
    alter: () => {},
  });
  const own = { ...gathered, own: true, cluster: 'default' };
  const { verdict } = assess(asSurveyed(own), expectationOf(own));
  expect(verdict.cause).toContain('redis-1 (master) does not answer; ');
  expect(verdict.next).toBe('sentinelctl status --watch');
  expect(verdict.text).toMatch(/ \(and 1 more finding\)$/);
  expect(diagnose(own, CHECKS).verdict).toMatchObject({ text: verdict.text, next: verdict.next });
});

it('replicas that all have priority 0 are said by one id, in the same words and with the same fix', () => {
  const gathered = altered('one machine', {
    id: 'priority-zero',
    subject: 'redis-2, redis-3',
    alter: (g) => {
      for (const n of [2, 3]) alter(nodeIn(g, n).info, { slave_priority: '0' });
    },
  });
  const { problems, verdict } = assess(asSurveyed(gathered), expectationOf(gathered));
  const doctor = diagnose(gathered, CHECKS);
  const [inDoctor, ...others] = doctor.findings.filter((f) => f.severity === 'critical');
  const [inStatus, ...further] = problems.filter((p) => p.severity === 'critical');
  expect([others, further]).toEqual([[], []]);
  expect(inDoctor).toMatchObject({ id: 'priority-zero' });
  expect(inStatus).toMatchObject({ id: inDoctor?.id, message: inDoctor?.message });
  expect(inStatus?.fix.split('\n')).toEqual(inDoctor?.fix);
  expect(doctor.verdict).toEqual(verdict);
});

it('two sentinels that are down get one command from both, which starts all', () => {
  const gathered = altered('one machine', {
    id: 'no-quorum',
    subject: 'mymaster',
    alter: (g) => {
      for (const n of [2, 3]) silence(sentinelIn(g, n));
    },
  });
  const own = { ...gathered, own: true, cluster: 'default' };
  const status = assess(asSurveyed(own), expectationOf(own)).verdict;
  const doctor = diagnose(own, CHECKS).verdict;
  for (const { word, text, cause, next } of [status, doctor])
    expect({ word, text, cause, next }).toEqual({
      // Both sentinels are one cause: nothing more is counted.
      text: expect.stringMatching(/; 1 of 3 sentinels answers, 2 are needed$/),
      word: 'AT RISK',
      cause: '1 of 3 sentinels answers, 2 are needed',
      next: expect.stringMatching(/^sentinelctl up\b/),
    });
});

it('a password at the master of a cluster that has none: one verdict and one remedy, and --fix offers nothing', () => {
  const gathered = altered('one machine', {
    id: 'masterauth-missing',
    subject: 'redis-2, redis-3',
    alter: (g) => {
      silence(nodeIn(g, 1), 'auth');
      nodeIn(g, 1).silence = { kind: 'auth', message: 'requires a password' };
    },
  });
  const own = { ...gathered, own: true, cluster: 'default' };
  const { problems, verdict: status } = assess(asSurveyed(own), expectationOf(own));
  const doctor = diagnose(own, CHECKS, { only: [...STATUS_IDS] });
  expect(problems.map(({ fix }) => fix).join('\n')).not.toContain('CONFIG SET masterauth');
  expect(problems.map(({ message }) => message).join('\n')).toContain('redis-1 of mymaster needs a password');
  expect(doctor.verdict).toMatchObject({ word: status.word, cause: status.cause, next: status.next });
  expect(status).toMatchObject({ word: 'UNKNOWN', impact: 'whether writes work is not known' });
  expect(status.next).toMatch(/ CONFIG SET requirepass '' {2}# FILE has /);
  // A sentinel that is down too makes no more of it known.
  const more = structuredClone(own);
  silence(sentinelIn(more, 3), 'refused');
  for (const { word, next } of [
    assess(asSurveyed(more), expectationOf(more)).verdict,
    diagnose(more, CHECKS).verdict,
  ])
    expect({ word, next }).toEqual({ word: 'UNKNOWN', next: status.next });
  expect(doctor.fixWith).toBeNull();
  // What that makes needless is not a remedy, also once the sentinels call it down.
  for (const calls of [{}, { flags: 's_down,master', 'last-ok-ping-reply': '60000' }]) {
    say(own, calls);
    const others = flat(diagnose(own, CHECKS).findings).filter(({ id }) =>
      /^(auth-pass|masterauth)-/.test(id),
    );
    expect(others.map(({ id }) => id).toSorted()).toEqual(['auth-pass-missing', 'masterauth-missing']);
    for (const { fix } of others)
      expect(fix).toEqual([
        '# remove the password of redis-1 first (see auth): then nothing is to be done here',
      ]);
  }
});

it('sentinels that do not say their ids are not said to share one', () => {
  const gathered = altered('one machine', { id: 'myid-dup', subject: 'sentinel-1', alter: () => {} });
  const snapshot = asSurveyed(gathered);
  for (const { answer } of snapshot.sentinels) if (answer !== null) answer.sentinelId = '';
  expect(assess(snapshot, expectationOf(gathered)).verdict.word).toBe('HEALTHY');
});
