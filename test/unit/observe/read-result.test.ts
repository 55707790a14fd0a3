import { describe, expect, it } from 'vitest';
import { OperatorError } from '../../../src/errors.js';
import { readResult } from '../../../src/observe/read-result.js';
import { client, ledger, nothingCame, resultOfTrials, trial } from '../../helpers/trials.js';

function refusalOf(text: string): OperatorError {
  try {
    readResult(text);
  } catch (error) {
    if (error instanceof OperatorError) return error;
    throw error;
  }
  throw new Error('it was taken');
}

const whole = resultOfTrials(
  [trial({ client: client(), ledger: ledger({ causes: { zombie: 2 } }), spurious: ['one'] }), nothingCame()],
  { workload: { clients: 8, ratePerS: 0, pipeline: 1, readRatio: 0, readFrom: 'master', policy: 'tuned' } },
);

/** The document with one place changed. */
function changed(path: (string | number)[], value: unknown): string {
  const copy = structuredClone(whole) as unknown;
  let part = copy as Record<string | number, unknown>;
  for (const key of path.slice(0, -1)) part = part[key] as Record<string | number, unknown>;
  part[path.at(-1) ?? ''] = value;
  return JSON.stringify(copy);
}

describe('reading a result', () => {
  it('yields what was written, also what a later version adds', () => {
    expect(readResult(JSON.stringify(whole))).toEqual(whole);
    expect(readResult(changed(['trials', 0, 'moon'], 'full')).trials[0]).toMatchObject({ moon: 'full' });
  });

  it('gives an invariant its present id where a file has an earlier one', () => {
    const old = [{ id: 'ledger-consistent', verdict: 'holds', evidence: 'all 5 are there' }];
    expect(readResult(changed(['invariants'], old)).invariants).toEqual([
      { ...old[0], id: 'losses-explained', aliases: ['ledger-consistent'] },
    ]);
  });

  it.each([
    [['trials'], undefined, 'trials is missing'],
    [['trials', 1, 'phases', 'sdownMs'], undefined, 'trials[1].phases.sdownMs is missing'],
    [['trials', 0, 'phases', 'sdownMs'], '5 s', 'trials[0].phases.sdownMs: '],
    [['trials', 0, 'ledger', 'lost'], null, 'trials[0].ledger.lost: '],
    [
      ['trials', 1, 'restored'],
      { undone: 'all', master: null, keysRemoved: 0 },
      'trials[1].restored.undone: ',
    ],
    [['outcome'], 'fine', 'outcome: '],
    [['config', 'downAfterMs'], undefined, 'config.downAfterMs is missing'],
  ])('names %j, when it is %j', (path, value, why) => {
    const error = refusalOf(changed(path, value));
    expect(error.exitCode).toBe(64);
    expect(error.why).toContain(why);
  });

  it.each([
    ['', 'Unexpected end of JSON input'],
    ['sentinelctl', 'not valid JSON'],
    ['[]', 'expected object'],
    ['null', 'expected object'],
    ['{"error":{"code":"not-steady","message":"default is not steady"}}', 'default is not steady'],
  ])('refuses %j', (text, why) => expect(refusalOf(text).why).toContain(why));

  it('names a few of many things that are missing, and counts the rest', () => {
    const { why = '' } = refusalOf('{}');
    expect(why.split('\n')).toHaveLength(6);
    expect(why).toContain('outcome is missing');
    expect(why).toMatch(/and \d+ more/);
  });

  it('never echoes what a terminal would obey', () => {
    const { why = '' } = refusalOf(changed(['summary', '\u001b[31mred'], 5));
    expect(why).not.toContain('\u001b');
    expect(refusalOf('\u001b[31m').why).not.toContain('\u001b');
  });
});
