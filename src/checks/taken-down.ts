import type { SnapshotFacts } from '../model/facts.js';
import type { RawFinding, SnapshotCheck } from './check.js';
import { isSilent } from './snapshot.js';

/** Whether `down --keep-data` stopped the cluster, and nothing of it answers. */
const isTakenDown = ({ expectation, snapshot }: SnapshotFacts): boolean =>
  expectation.kept === true &&
  [...snapshot.sentinels, ...snapshot.groups.flatMap(({ nodes }) => nodes)].every(isSilent);

/** That each server of a cluster is silent is expected where it was taken down: only that it is down is left to say. */
export function withoutExpected(
  { id, first }: Pick<SnapshotCheck, 'id' | 'first'>,
  found: RawFinding[],
  facts: SnapshotFacts,
): RawFinding[] {
  if (first === true || !isTakenDown(facts)) return found;
  if (id !== 'no-master') return [];
  return found.map((raw) => ({
    ...raw,
    evidence: null,
    consequence: 'down --keep-data stopped it; up starts it with the same data',
  }));
}
