import { expect, it } from 'vitest';
import type { LiveCluster } from '../../../src/cluster/open.js';
import type { Runtime } from '../../../src/cluster/runtime.js';
import { OperatorError, withAccount } from '../../../src/errors.js';
import { withRollback } from '../../../src/failover/interrupted.js';

it('a run that was interrupted before it set anything rolled nothing back', async () => {
  const stopped = new OperatorError({ code: 'interrupted', message: 'interrupted by Ctrl-C', exitCode: 130 });
  const runtime = { signal: AbortSignal.abort(stopped) } as Runtime;
  const error = withAccount(stopped, ['redis-1 is still the master']);
  const told = (undone: string | null) =>
    withRollback(runtime, {} as LiveCluster, error, { undone, before: null });
  expect(await told(null)).toMatchObject({ account: ['redis-1 is still the master'] });
  expect(await told('replica-priority')).toMatchObject({
    account: ['rolled back: replica-priority', 'redis-1 is still the master'],
  });
});
