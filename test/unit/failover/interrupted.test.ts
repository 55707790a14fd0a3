import { expect, it } from 'vitest';
import type { LiveCluster } from '../../../src/cluster/open.js';
import type { Runtime } from '../../../src/cluster/runtime.js';
import { notRestored, OperatorError, withAccount } from '../../../src/errors.js';
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

it('what could not be restored is said, also after an interrupt', async () => {
  const runtime = { signal: AbortSignal.abort(new Error('stopped')) } as Runtime;
  const left = notRestored('not-healed', 'default could not be fully restored');
  const told = await withRollback(runtime, {} as LiveCluster, left, { undone: 'x', before: null });
  expect(told).toBe(left);
});
