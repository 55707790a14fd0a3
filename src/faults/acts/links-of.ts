import type { LinksProbe } from '../../drivers/links.js';
import { refused } from '../../errors.js';
import type { ActContext } from '../act.js';

/** The cluster's links. Throws `no-links` (3) with the reason and what can, where they cannot be cut. */
export async function requireLinks(
  { live }: ActContext,
  done: 'cut' | 'slowed down',
): Promise<LinksProbe & { ok: true }> {
  const probe = await live.host.links();
  if (probe.ok) return probe;
  throw refused('no-links', `the links of ${live.plan.spec.cluster} cannot be ${done}`, {
    why: probe.reason,
    hint: probe.hint,
  });
}
