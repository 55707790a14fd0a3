import { command } from '../hints.js';
import type { Expectation, Problem, UnderWay } from '../status.js';
import { info, warning } from './problem.js';

/** A fault of ours that is still in effect: everything else that is wrong may be its doing. */
export function unfinishedProblems({
  cluster,
  unfinished,
  underWay,
}: Pick<Expectation, 'cluster' | 'unfinished' | 'underWay'>): Problem[] {
  if (underWay !== undefined) return [running(cluster, underWay)];
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

/** A run that goes on takes back itself what it did. */
function running(cluster: string, { what, pid, since, acts }: UnderWay): Problem {
  const run = `"${what}", pid ${pid}`;
  return info(
    'run-under-way',
    [],
    acts.length === 0
      ? `a run goes on since ${since} (${run}); nothing of it is in effect at this moment`
      : `a fault is in effect since ${since}: ${acts.join(', ')} (${run})`,
    command('status --watch', cluster),
    'what else is wrong may be its doing; it takes back itself what it did, and commands that change the cluster refuse until then',
  );
}

/** While one of these stands first, what else is to be done comes after it. */
const FIRST = ['run-under-way', 'unfinished-journal', 'journal-unreadable'];
export const comesFirst = ({ id }: Problem): boolean => FIRST.includes(id);

/** What is wrong while a run goes on is to be watched: a change from outside would be refused, or spoil the run. */
export const watchedOnly = (problem: Problem, { cluster, underWay }: Expectation): Problem => {
  if (underWay === undefined || !problem.fix.startsWith('sentinelctl ')) return problem;
  const { later: _, ...rest } = problem;
  return { ...rest, fix: command('status --watch', cluster) };
};
