import type { Problem, Severity } from '../status.js';
import { comesFirst } from './unfinished.js';

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

const rankOf = (problem: Problem): number =>
  comesFirst(problem) ? -1 : SEVERITIES.indexOf(problem.severity);

/** What a run of ours did first, since all else may come of it; then critical ones, and within a severity by weight. */
export const byWeight = (problems: readonly Problem[]): Problem[] =>
  [...problems].sort((a, b) => rankOf(a) - rankOf(b) || placeOf(a) - placeOf(b));

/** The one to name where there is room for one: the gravest, and of those the first. */
export const gravest = (problems: readonly Problem[]): Problem | undefined =>
  SEVERITIES.flatMap((severity) => problems.find((p) => p.severity === severity) ?? [])[0];
