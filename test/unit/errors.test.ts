import { describe, expect, it } from 'vitest';
import { OperatorError, refused, usageError } from '../../src/errors.js';

/** Whoever refuses calls a maker of errors. */
function whoRefuses(): OperatorError {
  return refused('no-way', 'it is not allowed');
}

describe('an error that nobody catches', () => {
  it('points to the place that refused, not to where errors are made', () => {
    const [what, place] = whoRefuses().stack?.split('\n') ?? [];
    expect(what).toBe('OperatorError: it is not allowed');
    expect(place).toContain('whoRefuses');
    expect(place).not.toContain('src/errors');
  });

  it('still has its code and its exit code', () => {
    expect(usageError('bad', 'what', { hint: 'try this' })).toMatchObject({
      code: 'bad',
      exitCode: 64,
      hint: 'try this',
    });
    expect(whoRefuses()).toBeInstanceOf(OperatorError);
  });
});
