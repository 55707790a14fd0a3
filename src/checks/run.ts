import { messageOf } from '../errors.js';
import type { SnapshotFacts } from '../model/facts.js';
import type { Gathered } from '../model/gathered.js';
import type { Check, Finding, RawFinding, Skip, SnapshotCheck } from './check.js';
import { factsOf } from './facts-of.js';
import { FILE_READER } from './files/judge.js';
import type { Project } from './files/project.js';
import { findingOf } from './finding.js';
import { possibleNow } from './possible-now.js';
import { withoutExpected } from './taken-down.js';

/** A check that was not judged, and what is missing for it. */
export interface Skipped {
  id: string;
  why: string;
  /** False where there is nothing of its kind; absent where it was not judged. */
  applies?: false;
}

/** Whether something is missing for it. */
export const isUnjudged = ({ applies }: Skipped): boolean => applies !== false;

/** What the checks said, as they were run. */
export interface Ran {
  findings: Finding[];
  /** The ids of the checks that were judged, in order. */
  checked: string[];
  skipped: Skipped[];
  /** The ids of those among the skipped that broke: a fault of sentinelctl, so nothing is healthy because of them. */
  failed: string[];
}

/** What a skipped check over time is waiting for. */
const NEEDS_WATCHING = 'needs --watch-for 5s';

/**
 * Runs each check over what was gathered. Pure. A check that lacks its evidence, looks over time what was not
 * watched, or breaks, is skipped with its reason and never passed; none of them ends the others.
 */
export function runChecks(
  gathered: Gathered,
  checks: readonly Check[],
  facts: SnapshotFacts = factsOf(gathered),
): Ran {
  const now = possibleNow(facts);
  return runEach(checks, (check) => {
    if (check.needs === 'files') return FILES_ONLY;
    const outcome = check.needs === 'snapshot' ? onSnapshot(check, facts) : check.live(gathered);
    const isSeen = Array.isArray(outcome) && outcome.length > 0;
    if (check.overTime === true && gathered.watched === null && !isSeen) return { skip: NEEDS_WATCHING };
    return Array.isArray(outcome) ? outcome.map((raw) => now(raw, check)) : outcome;
  });
}

/** Runs the checks that judge files over a project. Pure; skips as above. */
export const runFileChecks = (project: Project, checks: readonly Check[]): Ran =>
  runEach(
    checks.filter((check) => check.files !== undefined),
    (check) => check.files?.(project, FILE_READER) ?? [],
  );

function runEach(checks: readonly Check[], judge: (check: Check) => RawFinding[] | Skip): Ran {
  const ran: Ran = { findings: [], checked: [], skipped: [], failed: [] };
  for (const check of checks) {
    const { id } = check;
    try {
      const outcome = judge(check);
      if (Array.isArray(outcome)) {
        ran.findings.push(...outcome.map((raw) => findingOf(check, raw)));
        ran.checked.push(id);
      } else
        ran.skipped.push({ id, why: outcome.skip, ...(outcome.applies === false && { applies: false }) });
    } catch (error) {
      ran.skipped.push({ id, why: `this check failed: ${messageOf(error)}` });
      ran.failed.push(id);
    }
  }
  return ran;
}

const FILES_ONLY: Skip = { skip: 'needs --config, --compose or --kube FILE: only files show it' };

/** With no server at all there is nothing to look at; `doctor --app` needs none. */
function onSnapshot(check: SnapshotCheck, facts: SnapshotFacts): RawFinding[] | Skip {
  const { sentinels, groups } = facts.snapshot;
  const isEmpty = sentinels.length === 0 && groups.every(({ nodes }) => nodes.length === 0);
  if (isEmpty) return { skip: 'no server is known' };
  const outcome = check.live(facts);
  return Array.isArray(outcome) ? withoutExpected(check, outcome, facts) : outcome;
}
