import type { ArgumentDef } from '../../src/cli/command.js';

/** The node that a command acts on. */
export const NODE: ArgumentDef = {
  name: 'NODE',
  summary: 'an id such as redis-1 or sentinel-2, or master',
  required: true,
  complete: 'node',
  ask: 'Which node?',
};
