import { assess } from '../../src/checks/assess.js';
import type { Silence, Snapshot } from '../../src/model/snapshot.js';
import type { StatusResult } from '../../src/model/status.js';
import { attached, discovered } from './snapshots.js';

/** What status says of a snapshot of an attached cluster. */
export const judge = (snapshot: Snapshot): StatusResult => assess(discovered(snapshot), attached());

export const idsIn = ({ problems }: StatusResult): string[] => problems.map(({ id }) => id);

/** The fix of the first problem with this id. */
export const fixOf = ({ problems }: StatusResult, id: string): string =>
  problems.find((problem) => problem.id === id)?.fix ?? '';

/** A server that runs and answers with this error. */
export const answered = (reply: string): Silence => ({ kind: 'error', message: `answered: ${reply}` });
