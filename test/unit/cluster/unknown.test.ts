import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { requireCluster } from '../../../src/cluster/runtime.js';
import { openStore } from '../../../src/cluster/store/state.js';
import { setTyped } from '../../../src/model/hints.js';
import { tempDir } from '../../helpers/temp-dir.js';

const hintFor = async (known: readonly string[]): Promise<unknown> => {
  const home = await tempDir();
  for (const name of known) await mkdir(join(home, 'clusters', name), { recursive: true });
  return requireCluster(openStore(home), 'nope').catch((error: unknown) => (error as { hint: string }).hint);
};

// What another test typed is not the command of this one.
beforeEach(() => setTyped(null));

it('a name that is not known: one that is near, and a new cluster only where there is none', async () => {
  expect(await hintFor(['nopes', 'orders'])).toBe('sentinelctl status --cluster nopes');
  // What was typed for another cluster is not meant for the only one.
  expect(await hintFor(['orders'])).toBe('sentinelctl list');
  expect(await hintFor([])).toMatch(/^sentinelctl up --cluster nope # /);
});
