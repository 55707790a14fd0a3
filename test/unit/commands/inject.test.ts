import { expect, it } from 'vitest';
import { CUT_OFF } from '../../../commands/shared/cut-off.js';
import { codeOfLoss } from '../../../commands/shared/verdict.js';

it.each([
  ['nothing is gone', true, 0, 0],
  ['keys are gone', true, 7, 1],
  ['whether keys are gone is not known', true, null, 2],
  ['it is still in effect', false, null, 0],
])('inject: %s', (_, healed, lostKeys, code) => {
  expect(codeOfLoss({ healed, lostKeys })).toBe(code);
});

it('says of an aborted run what may be left, and no more than that', () => {
  const cut = (undo: string[] | null) => CUT_OFF({ cluster: 'default' }, undo);
  expect(cut(null)).toBe(
    'aborted without cleanup: the fault may still be active; roll it back:\n→ sentinelctl recover',
  );
  expect(cut([])).toMatch(/no change is left to roll back, .* is not proved .*\n→ sentinelctl recover$/);
  expect(cut(['a', 'b', 'c', 'd', 'e', 'f'])).toContain(
    '\n  d\n  and 2 more\nroll it back and remove keys of the run:\n',
  );
});
