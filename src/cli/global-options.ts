import { OUTPUTS } from '../config/globals.js';
import { duration } from '../config/parsers.js';
import type { OptionDef } from './command.js';

/** The options that every command takes, before or after its name. */
export const GLOBAL_OPTIONS: readonly OptionDef[] = [
  {
    flags: '--cluster <name>',
    summary: 'the cluster to work on',
    defaultText: 'default',
    complete: 'cluster',
  },
  {
    flags: '--sentinel-addrs <list>',
    summary: 'a cluster that runs elsewhere: host:port,… of its sentinels',
  },
  { flags: '--master-name <name>', summary: 'the name the sentinels know the master by', complete: 'master' },
  {
    flags: '--password-file <file>',
    summary: 'file with the password alone; - reads standard input',
    complete: 'file',
  },
  {
    flags: '--timeout <duration>',
    summary: 'give up after this long (250ms, 30s, 2m)',
    parse: duration('--timeout', { minMs: 1, maxMs: 24 * 3_600_000 }, '30s'),
  },
  { flags: '--json', summary: 'one JSON document on standard output, errors too' },
  { flags: '--output <format>', summary: 'how to print the result', defaultText: 'table', choices: OUTPUTS },
  { flags: '--yes', summary: 'answer yes to questions about clusters made here' },
  { flags: '--no-input', summary: 'never ask anything' },
  { flags: '--quiet', summary: 'no progress, no notes: only the result and errors' },
  { flags: '--color', summary: 'colour, also off a terminal' },
  { flags: '--no-color', summary: 'no colour' },
  { flags: '-h, --help', summary: 'this help', flagOnly: true },
  { flags: '-V, --version', summary: 'the version', flagOnly: true },
];
