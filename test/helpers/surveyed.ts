import { snapshotOf } from '../../src/checks/facts-of.js';
import type { Gathered } from '../../src/model/gathered.js';
import type { Snapshot } from '../../src/model/snapshot.js';
import { NAMES } from '../../src/wire/settings.js';

const ASKED = new RegExp(`^(?:${NAMES.map((wanted) => wanted.replaceAll('*', '.*')).join('|')})$`);
/** Whether `status` asks for a setting. */
export const isAsked = (name: string): boolean => ASKED.test(name);

const asked = (settings: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(settings).filter(([name]) => isAsked(name)));

/**
 * What a snapshot of the same moment has: some settings, no look-ups, and nothing of files or SENTINEL DEBUG. `only`: the
 * one name that the sentinels were asked about.
 */
export function asSurveyed(gathered: Gathered, only: string | null = null): Snapshot {
  const { resolved: _, ...snapshot } = snapshotOf(gathered);
  for (const { answer } of snapshot.groups.flatMap(({ nodes }) => nodes)) {
    if (answer?.settings !== undefined) answer.settings = asked(answer.settings);
    if (answer?.raw?.config.ok) answer.raw.config = { ok: true, value: asked(answer.raw.config.value) };
  }
  for (const { answer } of snapshot.sentinels) {
    if (answer === null) continue;
    if (only !== null) {
      answer.others = answer.masters.filter(({ name }) => name !== only);
      answer.masters = answer.masters.filter(({ name }) => name === only);
    }
    delete answer.debug;
    delete answer.passwordsFor;
  }
  return snapshot;
}
