import { errnoOf, messageOf } from '../errors.js';

const WHY: Record<string, string> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EACCES: 'permission denied',
  EISDIR: 'it is a directory',
};

/** Why a file that was named on the command line could not be read, in words; Node's own where there are none. */
export const whyUnreadable = (error: unknown): string => WHY[errnoOf(error) ?? ''] ?? messageOf(error);
