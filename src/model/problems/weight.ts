import type { Problem, Severity } from '../status.js';

/**
 * What is shown first: what clients feel now, then what would hurt at the next death, then what only looks wrong.
 * The first line of `status` is the first of these. Ids that are not listed come last, in the order found.
 */
const ORDER: Readonly<Record<Severity, readonly string[]>> = {
  critical: [
    // Nothing can be written.
    'no-master',
    'node-unreachable',
    // Nobody would be replaced.
    'no-sentinel',
    'no-quorum',
    // Writes may go to the wrong one.
    'split-brain',
    'master-disagree',
    'master-address-not-master',
    'unknown-master-name',
    'master-down',
    // Not known, or of no use.
    'auth',
    'role-unknown',
    'tilt',
  ],
  warning: [
    'unfinished-journal',
    'journal-unreadable',
    'node-unreachable',
    'failover-in-progress',
    'replica-orphan',
    'link-down',
    'loading',
    'no-replica',
    'sentinel-unreachable',
    'not-monitored',
    'no-quorum',
    'sentinel-isolated',
    'tilt',
    'replica-missing',
    'epoch-disagree',
    'seen-down',
    'ghost-sentinel',
    'ghost-replica',
  ],
  info: ['sentinel-disconnected', 'unexpected-node'],
};

const SEVERITIES: readonly Severity[] = ['critical', 'warning', 'info'];

const placeOf = ({ severity, id }: Problem): number => {
  const at = ORDER[severity].indexOf(id);
  return at === -1 ? ORDER[severity].length : at;
};

/** Critical ones first, and within a severity by weight. */
export const byWeight = (problems: readonly Problem[]): Problem[] =>
  [...problems].sort(
    (a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) || placeOf(a) - placeOf(b),
  );
