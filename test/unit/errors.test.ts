import { describe, expect, it } from 'vitest';
import { inOneLine, OperatorError, refused, usageError } from '../../src/errors.js';

/** As each place that refuses does: it calls a maker of errors. */
function refusing(): OperatorError {
  return refused('no-way', 'it is not allowed');
}

describe('an error that is not caught', () => {
  it('points to the place that refused, not to where errors are made', () => {
    const [what, place] = refusing().stack?.split('\n') ?? [];
    expect(what).toBe('OperatorError: it is not allowed');
    expect(place).toContain('refusing');
    expect(place).not.toContain('src/errors');
  });

  it('still has its code and its exit code', () => {
    expect(usageError('bad', 'what', { hint: 'try this' })).toMatchObject({
      code: 'bad',
      exitCode: 64,
      hint: 'try this',
    });
    expect(refusing()).toBeInstanceOf(OperatorError);
  });
});

it('an error with several reasons is one line where a report has room for one', () => {
  const steady = refused('not-steady', 'default is not steady', {
    why: 'sentinel-2 does not answer\nredis-3 is down',
  });
  expect(inOneLine(steady)).toBe('default is not steady: sentinel-2 does not answer; redis-3 is down');
  expect(inOneLine(new Error('one\ntwo'))).toBe('one; two');
});
