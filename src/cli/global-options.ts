import { DEFAULT_OUTPUT, OUTPUTS } from '../config/globals.js';
import { DEFAULT_SPEC } from '../model/spec.js';
import { type OptionDef, option } from './option.js';

export const CLUSTER = option.text('-c, --cluster <name>', {
  summary: 'the cluster to work on',
  otherwise: `the one that use chose, else the only one, else ${DEFAULT_SPEC.cluster}`,
  complete: 'cluster',
});
/** The cluster of a command that creates one, where none is named. */
export const CLUSTER_TO_CREATE = `the one that use chose, else ${DEFAULT_SPEC.cluster}`;

/** The options that every command takes, before or after its name. */
export const GLOBAL_OPTIONS: readonly OptionDef[] = [
  CLUSTER,
  option.text('--sentinel-addrs <list>', { summary: 'an attached cluster: host:port,… of its sentinels' }),
  option.text('--master-name <name>', {
    summary: 'the name of the master at the sentinels',
    complete: 'master',
  }),
  option.file('--password-file <file>', {
    summary: 'file that contains only the password; - reads standard input',
  }),
  option.text('--username <name>', { summary: 'an attached cluster: the user that the password is for' }),
  option.file('--sentinel-password-file <file>', {
    summary: 'the same for the sentinels, where their password differs',
  }),
  option.text('--sentinel-username <name>', { summary: 'the user of the sentinels, where it differs' }),
  option.flag('--tls', {
    summary: 'an attached cluster: speak TLS with every server; with up: a new cluster speaks only TLS',
  }),
  option.file('--ca <file>', {
    summary: 'the certificates of the authorities that signed the servers’ own, in PEM form',
  }),
  option.file('--cert <file>', { summary: 'the client’s certificate, for servers that want one' }),
  option.file('--key <file>', { summary: 'the key of that certificate' }),
  option.text('--server-name <name>', {
    summary: 'the name that all servers’ certificates carry, where it is not the address',
  }),
  option.flag('--insecure', { summary: 'accept any certificate' }),
  option.duration('--timeout <duration>', {
    summary: 'give up after this long (250ms, 30s, 2m)',
    minMs: 1,
    maxMs: 24 * 3_600_000,
    example: '30s',
  }),
  option.flag('--json', { summary: 'one JSON document on standard output, errors too' }),
  option.choice('--output <format>', OUTPUTS, {
    summary: 'how to print the result',
    otherwise: DEFAULT_OUTPUT,
  }),
  option.words('--columns <list>', {
    summary: 'the columns of --output tsv, which it implies: names separated by commas',
    example: 'id,host',
    flagOnly: true,
  }),
  option.flag('--yes', { summary: 'answer yes to questions about clusters created by sentinelctl' }),
  option.text('--confirm <name>', {
    summary:
      'act on the attached cluster of this name without asking; production: NAME/MASTER, such as shop/redis-1',
    flagOnly: true,
  }),
  option.off('--no-input', { summary: 'never ask anything' }),
  option.flag('--quiet', { summary: 'no progress, no notes: only the result and errors' }),
  option.flag('--color', { summary: 'colour, also without a terminal' }),
  option.off('--no-color', { summary: 'no colour' }),
  option.flag('-h, --help', { summary: 'this help', flagOnly: true }),
  option.flag('-V, --version', { summary: 'the version', flagOnly: true }),
];
