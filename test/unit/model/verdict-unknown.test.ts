import { describe, expect, it } from 'vitest';
import { snapshotFacts } from '../../../src/model/facts.js';
import type { Snapshot } from '../../../src/model/snapshot.js';
import type { Impact } from '../../../src/model/status.js';
import { verdictExitCode, verdictOn, type Weighed } from '../../../src/model/verdict.js';
import { isOneWord } from '../../helpers/doctor.js';
import { AUTH, altered, attached, healthy, silenceNode } from '../../helpers/snapshots.js';

/** No data node says whether it takes writes: each of them wants a password. */
const locked = altered((s) => {
  for (const n of [1, 2, 3]) silenceNode(s, n, AUTH);
});

const finding = (impact: Impact, subject: string, masterName?: string | null): Weighed => ({
  of: [subject],
  impact,
  subject,
  brief: `${subject} is down`,
  masterName,
  fix: [`repair ${subject}`],
});
const lack = (masterName?: string | null): Weighed => ({
  ...finding('unknown', 'redis-1', masterName),
  brief: 'redis-1 wants a password: --password-file FILE',
  fix: ['give the password'],
});

const judged = (snapshot: Snapshot, ...found: Weighed[]) =>
  verdictOn(found, { masters: snapshotFacts(snapshot, attached()).masters, healthy: 'all is well' });
const word = (snapshot: Snapshot, ...found: Weighed[]): string => judged(snapshot, ...found).verdict.word;

describe('what is known beside what only sentinelctl lacks', () => {
  const hidden = 'writes are not known to work';
  const shown = 'writes are known to work';
  it.each([
    ['down', hidden, 'DOWN'],
    ['data-unsafe', hidden, 'AT RISK'],
    ['no-failover', hidden, 'AT RISK'],
    ['at-risk', hidden, 'UNKNOWN'],
    ['degraded', hidden, 'UNKNOWN'],
    ['risk', hidden, 'UNKNOWN'],
    ['none', hidden, 'UNKNOWN'],
    ['down', shown, 'DOWN'],
    ['no-failover', shown, 'AT RISK'],
    ['at-risk', shown, 'AT RISK'],
    ['degraded', shown, 'DEGRADED'],
    ['risk', shown, 'UNKNOWN'],
  ] as const)('%s, and %s: %s', (impact, writes, verdict) => {
    const snapshot = writes === hidden ? locked : healthy();
    for (const found of [
      [lack(), finding(impact, 'redis-3')],
      [finding(impact, 'redis-3', 'mymaster'), lack('mymaster')],
    ])
      expect(word(snapshot, ...found)).toBe(verdict);
  });

  it('says the impact, what is to be done to know it, and what is known', () => {
    const [third, fourth] = [finding('degraded', 'redis-3'), finding('degraded', 'redis-4')];
    const { verdict, said } = judged(locked, third, fourth, lack());
    expect(verdict).toMatchObject({
      word: 'UNKNOWN',
      text: 'mymaster: whether writes work is not known; redis-1 wants a password: --password-file FILE; redis-3 and redis-4 are down',
      impact: 'whether writes work is not known',
      next: 'give the password',
    });
    expect(said).toEqual(['redis-1', 'redis-3', 'redis-4']);
    for (const exitOn of ['down', 'at-risk', 'degraded'] as const)
      expect(verdictExitCode(verdict, exitOn)).toBe(2);
  });

  it('is not known either where the lack is a cause of the risk', () => {
    const risk = finding('at-risk', 'redis-3', 'mymaster');
    const verdictOf = (snapshot: Snapshot, lacks: boolean) => judged(snapshot, { ...risk, lacks }).verdict;
    expect(verdictOf(locked, true)).toMatchObject({
      word: 'UNKNOWN',
      text: 'mymaster: whether writes work is not known; redis-3 is down',
      next: 'repair redis-3',
    });
    // Its own remedy comes before what else is lacking.
    expect(judged(locked, lack(), { ...risk, lacks: true }).verdict.next).toBe('repair redis-3');
    expect(verdictOf(healthy(), true)).toMatchObject({
      word: 'AT RISK',
      impact: expect.stringMatching(/writes go to/),
    });
    expect(verdictOf(locked, false)).toMatchObject({ word: 'AT RISK', text: 'mymaster: redis-3 is down' });
  });

  it('stays DEGRADED where nothing is lacking, or only where another master is concerned', () => {
    expect(word(locked, finding('degraded', 'redis-3'))).toBe('DEGRADED');
    const two = altered((s) => {
      s.groups.push({ masterName: 'other', nodes: [] });
    });
    expect(word(two, finding('degraded', 'redis-3', 'mymaster'), lack('other'))).toBe('DEGRADED');
    expect(word(two, finding('degraded', 'redis-9', 'other'), lack('mymaster'))).toBe('DEGRADED');
    expect(word(two, finding('degraded', 'redis-9', 'other'), lack('other'))).toBe('UNKNOWN');
    // Of one of the masters writes are known to work.
    expect(word(two, finding('degraded', 'sentinel-3'), lack())).toBe('DEGRADED');
  });
});

it('status and doctor say one word, also where a check of doctor was not judged', () => {
  const verdict = (word: 'HEALTHY' | 'DEGRADED' | 'UNKNOWN', text = '') => ({
    ...{ word, text, impact: null, cause: null, forMs: null, next: null },
  });
  const unjudged = verdict('UNKNOWN', 'no-quorum was not judged: no sentinel answers; 3 checks passed');
  expect(isOneWord(verdict('HEALTHY'), unjudged)).toBe(true);
  expect(isOneWord(verdict('DEGRADED'), unjudged)).toBe(false);
  expect(isOneWord(verdict('HEALTHY'), verdict('UNKNOWN', '1 check failed: lag; 3 checks passed'))).toBe(
    false,
  );
});
