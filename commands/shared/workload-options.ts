import type { Context } from '../../src/cli/context.js';
import { type OptionsOf, option } from '../../src/cli/option.js';
import type { ClusterState } from '../../src/cluster/store/state.js';
import { badValue } from '../../src/config/parsers.js';
import { readSecret } from '../../src/config/secret.js';
import { usageError } from '../../src/errors.js';
import { shellWord } from '../../src/model/secrets.js';
import type { WorkloadSettings } from '../../src/observe/result.js';
import type { ClientLogin } from '../../src/wire/access.js';

/** The default workload: light enough not to disturb what is measured. */
export const DEFAULT_WORKLOAD: WorkloadSettings = {
  clients: 8,
  ratePerS: 1000,
  pipeline: 1,
  readRatio: 0,
  readFrom: 'master',
  policy: 'tuned',
};

/** Operations per second on a cluster that others use, unless more are asked for. */
const ATTACHED_RATE_PER_S = 100;

/** Options of every command that runs clients through a fault. */
export const WORKLOAD_OPTIONS = {
  clients: option.integer('--clients <n>', {
    summary: 'clients that write all the time; 0: none',
    min: 0,
    max: 1000,
    default: DEFAULT_WORKLOAD.clients,
  }),
  ratePerS: option.integer('--rate <n>', {
    summary: 'operations per second of all clients together; 0: as fast as possible',
    min: 0,
    max: 10_000_000,
    otherwise: `${DEFAULT_WORKLOAD.ratePerS}, on an attached cluster ${ATTACHED_RATE_PER_S}`,
    example: 500,
  }),
  pipeline: option.integer('--pipeline <n>', {
    summary: 'operations that a client sends at once',
    min: 1,
    max: 10_000,
    default: DEFAULT_WORKLOAD.pipeline,
  }),
  readRatio: option.value('--read-ratio <share>', {
    summary: 'share of reads, 0 to 1',
    parse: share,
    default: DEFAULT_WORKLOAD.readRatio,
  }),
  readFrom: option.choice('--read-from <where>', ['master', 'replicas'], {
    summary: 'which nodes reads are sent to',
    default: DEFAULT_WORKLOAD.readFrom,
  }),
  policy: option.value('--client-policy <policy>', {
    summary:
      'default (ioredis without settings), tuned (the settings of connect()), or wait:N (WAIT for N replicas)',
    parse: policy,
    default: DEFAULT_WORKLOAD.policy,
  }),
  clientUsername: option.text('--client-username <name>', {
    summary: 'the user that the clients log in as at the data nodes: the one of the application',
    otherwise: 'the application of a cluster with users, else the user of sentinelctl',
    example: 'app',
  }),
  clientPasswordFile: option.file('--client-password-file <file>', {
    summary: 'where the password of that user is',
    example: 'app-password',
  }),
};
type WorkloadOptions = OptionsOf<typeof WORKLOAD_OPTIONS>;
/** How clients behave, without who they are. */
type BehaviourOptions = Omit<WorkloadOptions, 'clientUsername' | 'clientPasswordFile'>;

/**
 * What the clients log in with where the command line says so; undefined: as usual, which is said of an attached cluster
 * that is logged in to. Throws usageError for a user without a password.
 */
export async function clientLoginOf(
  { globals, progress }: Pick<Context, 'globals' | 'progress'>,
  { attached }: Pick<ClusterState, 'attached'>,
  { clients, clientUsername, clientPasswordFile }: WorkloadOptions,
): Promise<ClientLogin | undefined> {
  if (clientPasswordFile !== undefined)
    return { username: clientUsername ?? null, password: await readSecret(clientPasswordFile) };
  if (clientUsername !== undefined)
    throw usageError('contradiction', '--client-username goes with --client-password-file', {
      hint: `--client-username ${shellWord(clientUsername)} --client-password-file FILE`,
    });
  const login = attached?.access.credentials.redis;
  if (login != null && clients > 0 && (login.password !== null || globals.passwordFile !== null)) {
    const user = globals.username ?? login.username ?? 'default';
    const text = `the clients log in as sentinelctl does (user ${user}); --client-username and --client-password-file name the user of the application`;
    progress({ type: 'note', level: 'info', text });
  }
  return undefined;
}

/** The options that name the clients' user again, for a command that is printed. */
export const clientLoginWords = ({
  clientUsername,
  clientPasswordFile,
}: Pick<WorkloadOptions, 'clientUsername' | 'clientPasswordFile'>): string[] => [
  ...(clientUsername === undefined ? [] : [`--client-username ${shellWord(clientUsername)}`]),
  ...(clientPasswordFile === undefined ? [] : [`--client-password-file ${shellWord(clientPasswordFile)}`]),
];

/** The workload that was asked for; null for `--clients 0`. */
export function workloadOf(
  options: BehaviourOptions,
  { attached }: Pick<ClusterState, 'attached'> = {},
): WorkloadSettings | null {
  const usual = attached === undefined ? DEFAULT_WORKLOAD.ratePerS : ATTACHED_RATE_PER_S;
  const { clients, ratePerS = usual, pipeline, readRatio, readFrom, policy } = options;
  return clients === 0 ? null : { clients, ratePerS, pipeline, readRatio, readFrom, policy };
}

/** The options that ask for this workload again, every value stated. */
export const workloadLine = (workload: WorkloadSettings | null): string =>
  workload === null
    ? '--clients 0'
    : `--clients ${workload.clients} --rate ${workload.ratePerS} --pipeline ${workload.pipeline} ` +
      `--read-ratio ${workload.readRatio} --read-from ${workload.readFrom} --client-policy ${workload.policy}`;

function share(text: string): number {
  const value = /^\d*\.?\d+$/.test(text.trim()) ? Number(text) : Number.NaN;
  if (value >= 0 && value <= 1) return value;
  throw badValue('--read-ratio', text, 'a share from 0 to 1', '0.5');
}

function policy(text: string): string {
  if (/^(default|tuned|wait:[1-9])$/.test(text)) return text;
  throw badValue('--client-policy', text, 'one of default, tuned, wait:N', DEFAULT_WORKLOAD.policy);
}
