import { option } from '../../src/cli/option.js';

/** `--exit-on`: which verdicts make exit code 1. */
export const EXIT_ON_OPTION = option.choice('--exit-on <verdict>', ['degraded', 'at-risk', 'down'], {
  summary: 'exit 1 for this verdict and worse ones; less is 0',
  default: 'degraded',
  flagOnly: true,
});
