import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SwitchoverResult } from '../../src/observe/switchover-result.js';
import { type Cli, openCli } from '../helpers/cli.js';
import { askNode } from '../helpers/inside.js';
import { healthyStatus } from '../helpers/main-road.js';

/** How long a client waits depends on how busy the machine is; what must hold does not. */
const PATIENT = ['--max-gap', '30s', '--yes', '--json'];

describe('switchover by Sentinel, in a pause', () => {
  let cli: Cli;
  beforeAll(async () => {
    cli = await openCli();
    const words = ['--driver', 'process', '--port', 'auto', '--sentinels', '1', '--down-after', '10s'];
    const up = await cli.run(['up', ...words]);
    expect(up.code, up.stderr).toBe(0);
  });
  afterAll(() => cli.close());

  const moved = async (...args: string[]): Promise<SwitchoverResult> => {
    const ran = await cli.run(['switchover', ...args, ...PATIENT]);
    expect(ran.code, ran.stderr + ran.stdout).toBe(0);
    return ran.json() as SwitchoverResult;
  };

  it('is what a single sentinel gets: it has no peer in whose name it could be told', async () => {
    const result = await moved();
    expect(result).toMatchObject({ method: 'sentinel', syncFull: 0, ledger: { lost: 0 } });
    expect(result.preconditions.map(({ id }) => id)).toContain('target-chosen');
    expect(result.preconditions.map(({ id }) => id)).not.toContain('living-peers');
    expect(result.trials[0]?.slipBytes).toBe(0);
    expect((await healthyStatus(cli)).masters[0]?.master?.id).toBe(result.newMaster.id);
  });

  it('makes Sentinel choose the named node, and restores its priority', async () => {
    // Sentinel would choose the others: by a priority that comes first.
    await askNode(cli, 'redis-1', 'CONFIG', 'SET', 'replica-priority', '200');
    const result = await moved('--to', 'redis-1');
    expect(result).toMatchObject({ method: 'sentinel', newMaster: { id: 'redis-1' }, ledger: { lost: 0 } });
    expect(await askNode(cli, 'redis-1', 'CONFIG', 'GET', 'replica-priority')).toEqual([
      'replica-priority',
      '200',
    ]);
    await healthyStatus(cli);
  });

  it('refuses the coordinated method of Valkey 9.1.1 where a server is something else', async () => {
    const ran = await cli.run(['switchover', '--dry-run', '--method', 'coordinated', '--json']);
    const { preconditions } = ran.json() as SwitchoverResult;
    const { verdict, evidence } = preconditions.find(({ id }) => id === 'coordinated-version') ?? {};
    const engine = String(await askNode(cli, 'redis-1', 'INFO', 'server'));
    expect(verdict, evidence).toBe(
      /valkey_version:(9\.1\.[1-9]|9\.[2-9]|\d\d)/.test(engine) ? 'holds' : 'broken',
    );
  });
});
