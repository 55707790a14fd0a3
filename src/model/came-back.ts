import { type AnsweredNode, answers, isAt } from './facts.js';
import type { Snapshot } from './snapshot.js';

/** Whole seconds on both sides, and what passes between two answers. */
export const ROUNDED_S = 2;

/** Whether a replica has its link to this master, and so the same data. */
export function isCopy(master: AnsweredNode, { answer }: AnsweredNode): boolean {
  const { follows, linkStatus, role, syncing } = answer;
  if (role !== 'replica' || follows === null || !isAt(master, follows)) return false;
  return linkStatus === 'up' && syncing !== true;
}

/** Whether a replica that has its link to this master was started before it. */
export function startedBefore(master: AnsweredNode, node: AnsweredNode): boolean {
  const { uptimeS } = node.answer;
  if (!isCopy(master, node) || uptimeS === undefined || master.answer.uptimeS === undefined) return false;
  return master.answer.uptimeS + ROUNDED_S < uptimeS;
}

/**
 * Whether a master was a master since its start and loaded nothing then, as far as it and the replicas that copied it
 * tell. Where it has keys, they were written since; a release before 7.0 does not tell that they were.
 */
export function cameBackEmpty({ answer }: AnsweredNode, copies: readonly AnsweredNode[]): boolean {
  const { role, loading, keys, loadedKeys, history, fullSyncs = 0 } = answer;
  if (role !== 'master' || loading || keys === undefined) return false;
  // A replica that was promoted goes on with the stream of the old master.
  if (history !== undefined && !/^0*$/.test(history.earlierId)) return false;
  if (keys === 0) return (loadedKeys ?? 0) === 0;
  if (loadedKeys !== 0 || fullSyncs === 0) return false;
  // The commands in an append-only file are loaded too, and are counted nowhere (aof.c, loadSingleAppendOnlyFile): then
  // only a replica that copied nothing tells it. Its start gave the master another replication id.
  return startedWithoutLog(answer) || copies.some((copy) => copy.answer.loadedKeys === 0);
}

/** Whether a server had no append-only file at its start, so that it cannot have loaded one. */
const startedWithoutLog = ({ logRewritten, logsWrites, logTurnedOn }: AnsweredNode['answer']): boolean =>
  logsWrites === false || (logTurnedOn === true && logRewritten !== true);

/** Masters that may have come back empty, and the replicas that copied them: their counters (INFO commandstats) tell more. */
export function toldByCounters(snapshot: Snapshot): { masters: AnsweredNode[]; copies: AnsweredNode[] } {
  const masters = new Set<AnsweredNode>();
  const copies = new Set<AnsweredNode>();
  for (const { nodes } of snapshot.groups) {
    const answered = nodes.filter(answers);
    for (const master of answered) {
      const its = answered.filter((n) => startedBefore(master, n));
      if (its.length === 0 || !cameBackEmpty(master, its)) continue;
      masters.add(master);
      for (const copy of its) copies.add(copy);
    }
  }
  return { masters: [...masters], copies: [...copies] };
}
