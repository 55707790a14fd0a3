import { afterAll, beforeAll, expect, it } from 'vitest';
import { recordRun } from '../../src/failover/record-run.js';
import { type Cli, openCli } from '../helpers/cli.js';
import { heldResult } from '../helpers/results.js';

let cli: Cli;
beforeAll(async () => {
  cli = await openCli();
  for (const masterName of ['carts', 'orders', 'orders'])
    await recordRun(cli.home, { ...heldResult(2), cluster: 'shop', masterName });
});
afterAll(() => cli.close());

it('has the runs of one master, or of all with their master named', async () => {
  const masters = async (...words: string[]): Promise<string[]> => {
    const { runs, total } = (await cli.run(['history', '-c', 'shop', ...words, '--json'])).json();
    expect(total).toBe(runs.length);
    return runs.map((run: { masterName: string }) => run.masterName);
  };
  expect(await masters('--master-name', 'orders')).toEqual(['orders', 'orders']);
  expect(await masters()).toEqual(['orders', 'orders', 'carts']);
  expect((await cli.run(['history', '-c', 'shop'])).stdout).toMatch(/^STARTED +VERDICT +MASTER /);
  const none = await cli.run(['history', '-c', 'shop', '--master-name', 'users']);
  expect(none.stdout).toContain('no run of the master users in cluster "shop" is recorded');
});
