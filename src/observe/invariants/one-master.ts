import type { InvariantResult } from '../result.js';
import { type Everyone, result } from './trial-evidence.js';

const ID = 'one-master';

/** Exactly one reachable node says that it is master. Who is silent may be one, so its absence proves nothing. */
export function oneMaster({ nodes }: Pick<Everyone, 'nodes'>): InvariantResult {
  const answering = nodes.filter((n) => n.answer !== null);
  if (answering.length === 0) return result(ID, 'unknown', 'no data node answers');
  const silent = nodes.filter((n) => n.answer === null).map((n) => n.id);
  const butSilent = silent.length === 0 ? '' : `; ${silent.join(', ')} did not answer`;
  const masters = answering.filter((n) => n.answer?.role === 'master').map((n) => n.id);
  if (masters.length === 0) {
    const evidence = `no node says that it is master${butSilent}`;
    return result(ID, silent.length === 0 ? 'violated' : 'unknown', evidence);
  }
  const evidence = `ROLE says master at ${masters.join(', ')}${butSilent}`;
  return result(ID, masters.length === 1 ? 'holds' : 'violated', evidence);
}
