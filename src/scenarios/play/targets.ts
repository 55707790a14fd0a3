import { usageError } from '../../errors.js';
import type { FaultParams } from '../../faults/catalogue/fault.js';
import { parseDurationMs } from '../../model/duration.js';
import { type Evidence, idsOf } from '../format/evidence.js';

/** Words for the nodes that have a role only in this scenario; the catalogue knows `master` and ids. */
const ROLE_WORDS = /(?<![\w-])(old-master|new-master|replica-[1-9]|leader|other-sentinel)(?![\w-])/g;

/** A scenario's targets as the catalogue takes them: roles that only a scenario knows become ids. */
export function targetsOf(on: readonly string[], evidence: Pick<Evidence, 'roles' | 'seen'>): string[] {
  return on.flatMap((text) => {
    if (text === 'replicas' || text === 'sentinels' || text === 'nodes') return idsOf(text, evidence);
    return text.replace(ROLE_WORDS, (word) => idsOf(word, evidence)[0] ?? word);
  });
}

const PARAMS: Readonly<Record<string, 'forMs' | 'delayMs' | 'jitterMs'>> = {
  for: 'forMs',
  delay: 'delayMs',
  jitter: 'jitterMs',
};

/** `{ for: 12s }` → `{ forMs: 12000 }`. Throws `bad-value` (64). */
export function paramsOf(given: Readonly<Record<string, string | number>>, tag: string): FaultParams {
  const params: FaultParams = { tag };
  for (const [name, text] of Object.entries(given)) {
    const key = PARAMS[name];
    const ms = parseDurationMs(String(text));
    if (key === undefined || ms === undefined) {
      throw usageError('bad-value', `with: ${name} ${text} is not a parameter of a fault`, {
        hint: `${Object.keys(PARAMS).join(', ')}, each a duration`,
      });
    }
    params[key] = ms;
  }
  return params;
}
