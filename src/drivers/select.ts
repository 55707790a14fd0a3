import { unreachable } from '../errors.js';
import type { DriverName } from '../model/drivers.js';
import type { OnProgress } from '../model/events.js';
import type { DriverContext, DriverFactory } from './driver.js';

export type DriverRegistry = Readonly<Record<DriverName, () => Promise<DriverFactory>>>;

/**
 * Picks the driver of a new cluster: the one given, or the first of several that works here. Its progress note says why
 * the ones before it do not. Throws `no-driver` (5) with what to install.
 */
export async function selectDriver(
  registry: DriverRegistry,
  wanted: DriverName | readonly DriverName[],
  context: Omit<DriverContext, 'dir' | 'cluster'>,
  onProgress: OnProgress,
): Promise<DriverFactory> {
  const isGiven = typeof wanted === 'string';
  const candidates = isGiven ? [wanted] : wanted;
  const refusals: { name: DriverName; reason: string; install: string }[] = [];
  for (const name of candidates) {
    const factory = await registry[name]();
    const probe = await factory.probe(context);
    if (probe.ok) {
      const passedOver = refusals.map((r) => `; not ${r.name}: ${r.reason}`).join('');
      onProgress({ type: 'note', level: 'info', text: `driver ${name}: ${probe.found}${passedOver}` });
      return factory;
    }
    refusals.push({ name, reason: probe.reason, install: probe.install });
  }
  throw unreachable(
    'no-driver',
    isGiven ? `the ${wanted} driver cannot be used here` : 'no driver can be used on this machine',
    {
      why: refusals.map((r) => `${r.name}: ${r.reason}`).join('\n'),
      hint: refusals.map((r) => r.install).join('\nor: '),
    },
  );
}
