import { option } from '../../src/cli/option.js';

/** Said each time, never set by the environment or a file. */
export const ALL_CLUSTERS = option.flag('--all', {
  summary: 'every cluster known on this machine',
  flagOnly: true,
});
