import type { AnsweredNode, MasterFacts } from '../model/facts.js';
import type { NodeAnswer } from '../model/snapshot.js';
import { count } from '../model/words.js';

/**
 * Whether two masters have data sets of their own: neither continues the stream of the other, as a master does that was
 * promoted (replication.c, masterTryPartialResynchronization). False where an id is not known.
 */
export function isApart({ history: ours }: NodeAnswer, { history: theirs }: NodeAnswer): boolean {
  if (ours === undefined || theirs === undefined) return false;
  return ours.id !== theirs.id && ours.earlierId !== theirs.id && ours.id !== theirs.earlierId;
}

/** What makes a wrong master a replica of the right one: after a copy of its data, where no other server has them. */
export function demote({ hints }: MasterFacts, wrong: AnsweredNode, right: AnsweredNode): string[] {
  const { host, port } = right.announce;
  // It needs no restart, which may cost a full resync.
  const replicaOf = hints.cli(wrong, `REPLICAOF ${host} ${port}`);
  const { keys } = wrong.answer;
  if (keys === 0 || !isApart(wrong.answer, right.answer)) return [replicaOf];
  const held = keys === undefined ? '' : ` (${count(keys, 'key')})`;
  return [
    hints.cli(wrong, `--rdb copy-of-${wrong.id.replaceAll(/[^\w.-]/g, '-')}.rdb`),
    `# that is a copy of what ${wrong.id} alone holds${held}; the next line deletes it there`,
    replicaOf,
  ];
}
