import { APPLICATION } from './application.js';
import { AUTHENTICATION } from './authentication.js';
import type { Case } from './case.js';
import { CONFIGURATION } from './configuration.js';
import { DATA } from './data.js';
import { FILES } from './files.js';
import { NETWORK } from './network.js';

/** One thing wrong in sound files, for each check that reads files. */
export const CASES: readonly Case[] = [
  ...CONFIGURATION,
  ...DATA,
  ...FILES,
  ...AUTHENTICATION,
  ...NETWORK,
  ...APPLICATION,
];
