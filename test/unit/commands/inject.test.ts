import { expect, it } from 'vitest';
import { codeOfLoss } from '../../../commands/shared/verdict.js';

it.each([
  ['nothing is gone', true, 0, 0],
  ['keys are gone', true, 7, 1],
  ['whether keys are gone is not known', true, null, 2],
  ['it is still in effect', false, null, 0],
])('inject: %s', (_, healed, lostKeys, code) => {
  expect(codeOfLoss({ healed, lostKeys })).toBe(code);
});
