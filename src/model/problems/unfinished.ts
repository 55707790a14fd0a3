import { command } from '../hints.js';
import type { Expectation, Problem } from '../status.js';
import { warning } from './problem.js';

/** A fault of ours that is still in effect: everything else that is wrong may be its doing. */
export function unfinishedProblems({ cluster, unfinished }: Expectation): Problem[] {
  if (unfinished === undefined) return [];
  if ('unreadable' in unfinished) return [unreadable(cluster, unfinished.unreadable)];
  const { what, keep, since } = unfinished;
  const why =
    'what else is wrong may be its doing; commands that change the cluster refuse until it is taken back';
  const problem = keep
    ? warning(
        'unfinished-journal',
        [],
        `what "${what}" did is still in effect, since ${since}`,
        command('heal', cluster),
        why,
      )
    : warning(
        'unfinished-journal',
        [],
        `"${what}" was cut off, and what it did is not taken back, since ${since}`,
        command('recover', cluster),
        why,
      );
  return [problem];
}

const unreadable = (cluster: string, path: string): Problem =>
  warning(
    'journal-unreadable',
    [],
    `the journal can't be read: whether an earlier run left a fault in effect is not known`,
    `look for what else is wrong; where nothing is, remove ${path}; else ${command('down', cluster)}`,
    'it is damaged, or of another version; commands that change the cluster refuse until it is gone',
  );
