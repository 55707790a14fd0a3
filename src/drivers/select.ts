import { unreachable } from '../errors.js';
import type { OnProgress } from '../model/events.js';
import type { DriverName } from '../model/plan.js';
import type { DriverContext, DriverFactory } from './driver.js';

export type DriverRegistry = Readonly<Record<DriverName, () => Promise<DriverFactory>>>;

/**
 * Picks where a new cluster lives: the one asked for, else the first that works here, in the registry's order.
 * Says its choice and why each candidate before it was refused. Throws `no-driver` (5) with what to install.
 */
export async function selectDriver(
  registry: DriverRegistry,
  wanted: DriverName | null,
  context: Omit<DriverContext, 'dir' | 'cluster'>,
  onProgress: OnProgress,
): Promise<DriverFactory> {
  const candidates = wanted === null ? (Object.keys(registry) as DriverName[]) : [wanted];
  const refusals: { name: DriverName; reason: string; install: string }[] = [];
  for (const name of candidates) {
    const factory = await registry[name]();
    const probe = await factory.probe(context);
    if (probe.ok) {
      const passedOver = refusals.map((r) => `; not ${r.name}: ${r.reason}`).join('');
      const how = wanted === null ? '' : ', as asked';
      onProgress({ type: 'note', level: 'info', text: `driver ${name}${how}: ${probe.found}${passedOver}` });
      return factory;
    }
    refusals.push({ name, reason: probe.reason, install: probe.install });
  }
  throw unreachable(
    'no-driver',
    wanted === null
      ? 'no place to run a cluster: no Docker Engine and no redis-server'
      : `the ${wanted} driver can't work here`,
    {
      why: refusals.map((r) => `${r.name}: ${r.reason}`).join('\n'),
      hint: refusals.map((r) => r.install).join('\nor: '),
    },
  );
}
