import { describe, expect, it } from 'vitest';
import { CHECKS } from '../../../src/checks/index.js';
import { runChecks } from '../../../src/checks/run.js';
import type { Gathered } from '../../../src/model/gathered.js';
import { healthyGathered, onThreeMachines, withoutEvidence } from '../../helpers/recorded-gathering.js';

const OURS = CHECKS.filter((check) => check.needs !== 'files').filter(
  (c) => c.group === 'configuration' || c.group === 'authentication',
);

describe('what was gathered of a real cluster', () => {
  it('has every one of these checks pass', () => {
    const ran = runChecks(healthyGathered(), OURS);
    expect(ran.skipped).toEqual([]);
    expect(ran.checked).toHaveLength(OURS.length);
    expect(ran.findings.map((f) => `${f.severity} ${f.id}`)).toEqual(['info sentinels-colocated']);
  });

  it('has them pass on three machines, without a word', () => {
    const ran = runChecks(onThreeMachines(), OURS);
    expect(ran.findings).toEqual([]);
    expect(ran.skipped).toEqual([]);
  });
});

describe('evidence that is missing', () => {
  it('is a skip with its reason, and no pass', () => {
    const ran = runChecks(withoutEvidence('NOPERM of this user'), OURS);
    expect(ran.findings).toEqual([]);
    // Where every address is a loopback one, listening there is right, whatever else is not known.
    expect(ran.checked).toEqual(['bind-loopback']);
    for (const skip of ran.skipped) expect(skip.why).not.toMatch(/undefined|this check failed|: $/);
    expect(ran.skipped.filter((s) => !s.why.includes('NOPERM'))).toEqual([]);
  });

  /** Every answer of every server, by its path. */
  function answersIn(value: unknown, path: string[] = []): string[][] {
    if (typeof value !== 'object' || value === null) return [];
    if ('ok' in value) return [path];
    return Object.entries(value).flatMap(([name, inner]) => answersIn(inner, [...path, name]));
  }
  function without(gathered: Gathered, path: string[]): Gathered {
    let at = gathered as unknown as Record<string, unknown>;
    for (const name of path.slice(0, -1)) at = at[name] as Record<string, unknown>;
    at[path.at(-1) ?? ''] = { ok: false, why: 'no answer came' };
    return gathered;
  }

  it.each(answersIn(healthyGathered()).map((path) => path.join(' ')))('%s alone: no false alarm', (path) => {
    const ran = runChecks(without(healthyGathered(), path.split(' ')), OURS);
    expect(ran.findings.filter((f) => f.severity !== 'info')).toEqual([]);
    expect(ran.skipped.filter((s) => s.why.includes('this check failed'))).toEqual([]);
  });
});
