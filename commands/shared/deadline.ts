import type { Context } from '../../src/cli/context.js';

/** Deadline of one server's answers when a cluster is looked at, in milliseconds. */
export const LOOK_DEADLINE_MS = 1500;

/** Half of `--timeout`, so that a silent server is shown as silent before the whole command is cut off. */
export const lookDeadlineMs = ({ globals }: Context): number =>
  globals.timeoutMs === null ? LOOK_DEADLINE_MS : globals.timeoutMs / 2;
