import type { Input, OptionDef } from '../../src/cli/command.js';
import { choice, integer } from '../../src/config/parsers.js';
import { usageError } from '../../src/errors.js';
import type { WorkloadSettings } from '../../src/observe/result.js';

/** The workload that nobody asked to be different: light enough not to disturb what is timed. */
export const DEFAULT_WORKLOAD: WorkloadSettings = {
  clients: 8,
  ratePerS: 1000,
  pipeline: 1,
  readRatio: 0,
  readFrom: 'master',
  policy: 'tuned',
};

/** Options of every command that lets clients write through a fault. */
export const WORKLOAD_OPTIONS: readonly OptionDef[] = [
  {
    flags: '--clients <n>',
    summary: 'clients that write all the time; 0: none',
    parse: integer('--clients', { min: 0, max: 1000 }, DEFAULT_WORKLOAD.clients),
    defaultText: '8',
  },
  {
    flags: '--rate <n>',
    summary: 'operations per second of all clients together; 0: as fast as possible',
    parse: integer('--rate', { min: 0, max: 10_000_000 }, DEFAULT_WORKLOAD.ratePerS),
    defaultText: '1000',
  },
  {
    flags: '--pipeline <n>',
    summary: 'operations that a client sends at once',
    parse: integer('--pipeline', { min: 1, max: 10_000 }),
    defaultText: '1',
  },
  { flags: '--read-ratio <share>', summary: 'share of reads, 0 to 1', parse: share, defaultText: '0' },
  {
    flags: '--read-from <where>',
    summary: 'whom reads are sent to',
    choices: ['master', 'replicas'],
    parse: choice('--read-from', ['master', 'replicas']),
    defaultText: 'master',
  },
  {
    flags: '--client-policy <policy>',
    summary: 'default (ioredis as it comes), tuned (as connect() does), or wait:N (WAIT for N replicas)',
    parse: policy,
    defaultText: 'tuned',
  },
];

/** What was asked for, the rest by default; null for `--clients 0`. */
export function workloadOf(options: Input['options']): WorkloadSettings | null {
  const settings: WorkloadSettings = {
    clients: (options.clients as number | undefined) ?? DEFAULT_WORKLOAD.clients,
    ratePerS: (options.rate as number | undefined) ?? DEFAULT_WORKLOAD.ratePerS,
    pipeline: (options.pipeline as number | undefined) ?? DEFAULT_WORKLOAD.pipeline,
    readRatio: (options.readRatio as number | undefined) ?? DEFAULT_WORKLOAD.readRatio,
    readFrom: (options.readFrom as WorkloadSettings['readFrom'] | undefined) ?? DEFAULT_WORKLOAD.readFrom,
    policy: (options.clientPolicy as string | undefined) ?? DEFAULT_WORKLOAD.policy,
  };
  return settings.clients === 0 ? null : settings;
}

/** The options that ask for this workload again, every value said. */
export const workloadLine = (workload: WorkloadSettings | null): string =>
  workload === null
    ? '--clients 0'
    : `--clients ${workload.clients} --rate ${workload.ratePerS} --pipeline ${workload.pipeline} ` +
      `--read-ratio ${workload.readRatio} --read-from ${workload.readFrom} --client-policy ${workload.policy}`;

function share(text: string): number {
  const value = /^\d*\.?\d+$/.test(text.trim()) ? Number(text) : Number.NaN;
  if (value >= 0 && value <= 1) return value;
  throw usageError(
    'bad-value',
    `--read-ratio: ${JSON.stringify(text.slice(0, 60))} is not a share from 0 to 1`,
    {
      hint: '--read-ratio 0.5',
    },
  );
}

function policy(text: string): string {
  if (/^(default|tuned|wait:[1-9])$/.test(text)) return text;
  throw usageError(
    'bad-value',
    `--client-policy: ${JSON.stringify(text.slice(0, 60))} is none of default, tuned, wait:N`,
    {
      hint: '--client-policy tuned',
    },
  );
}
