import { type Accepted, type AcceptedRisk, hasExpired } from '../model/accepted.js';
import { isNow } from '../model/verdict.js';
import type { Finding } from './check.js';

/**
 * Takes the findings away whose risk is accepted. What is wrong now stays, whatever was accepted: an acceptance never
 * changes the word of the verdict. `nowMs`: milliseconds since 1970.
 */
export function withoutAccepted(
  findings: readonly Finding[],
  accepted: readonly Accepted[],
  nowMs: number,
): { findings: Finding[]; accepted: AcceptedRisk[] } {
  const valid = new Set(accepted.filter((one) => !hasExpired(one, nowMs)).map(({ id }) => id));
  const isMuted = ({ id, impact }: Finding): boolean => valid.has(id) && !isNow(impact);
  const stateOf = ({ id }: Accepted, found: readonly Finding[]): AcceptedRisk['state'] => {
    if (found.length === 0) return valid.has(id) ? 'not-found' : 'expired';
    if (!valid.has(id)) return 'expired';
    return found.every(isMuted) ? 'muted' : 'shown';
  };
  return {
    findings: findings.filter((finding) => !isMuted(finding)),
    accepted: accepted.map((one) => {
      const found = findings.filter(({ id }) => id === one.id);
      return { ...one, state: stateOf(one, found), findings: found.length };
    }),
  };
}
