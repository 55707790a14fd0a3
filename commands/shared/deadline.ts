import type { Context } from '../../src/cli/context.js';
import { ASK_DEADLINE_MS } from '../../src/wire/access.js';

/** Half of `--timeout`, so that a silent server is shown as silent before the whole command is cut off. */
export const lookDeadlineMs = ({ globals }: Context): number =>
  globals.timeoutMs === null ? ASK_DEADLINE_MS : globals.timeoutMs / 2;
