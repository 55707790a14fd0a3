import { execFile } from 'node:child_process';
import { execPath } from 'node:process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { SCRIPT, STYLE, SWEEP_SCRIPT, SWEEP_STYLE } from '../../../../src/report/html/assets.js';

it('the style and the script in the page are those of client/', async () => {
  await expect(promisify(execFile)(execPath, ['scripts/client.mjs', '--check'])).resolves.toBeDefined();
});

it('neither ends its element early', () => {
  expect(SCRIPT + SWEEP_SCRIPT).not.toMatch(/<\/script|<!--/i);
  expect(STYLE + SWEEP_STYLE).not.toMatch(/<\/style/i);
});
