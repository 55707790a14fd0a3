import { errnoOf, messageOf } from '../errors.js';

const WHY: Record<string, string> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EACCES: 'permission denied',
  EISDIR: 'it is a directory',
};

/** Why a file could not be read: our words for the usual errors, else Node's message. */
export const whyUnreadable = (error: unknown): string => WHY[errnoOf(error) ?? ''] ?? messageOf(error);
