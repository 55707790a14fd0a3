import type { Context } from '../../src/cli/context.js';
import type { CheckedCommand } from '../../src/drivers/attached-host.js';
import type { AttachedCluster } from '../../src/model/attached.js';
import { lookDeadlineMs } from './deadline.js';
import { runtimeOf } from './runtime.js';

/** Every command of every server filled in; those that only look are run. */
export async function checkedCommands(context: Context, record: AttachedCluster): Promise<CheckedCommand[]> {
  const { attachedHostOf } = await import('../../src/cluster/attached-live.js');
  const runtime = runtimeOf(context);
  const { attached } = runtime;
  if (attached === undefined) return [];
  const { clock, signal } = context;
  const access = await attached.access(record);
  const asking = { clock, signal, access, deadlineMs: lookDeadlineMs(context) };
  return attachedHostOf({ ...runtime, attached }, record, asking, async (host) =>
    host.check === undefined ? [] : host.check(),
  );
}
