import { defaultsOf, option } from '../../src/cli/option.js';
import { badValue, duration } from '../../src/config/parsers.js';
import { usageError } from '../../src/errors.js';
import { budgetText } from '../../src/failover/budget-text.js';
import type { FaultSpec } from '../../src/failover/fault.js';
import type { Threshold } from '../../src/failover/thresholds.js';
import { formatDurationMs } from '../../src/model/duration.js';
import { LONGEST_FREEZE_MS } from '../../src/model/sentinel-timing.js';
import type { RejoinMode, WorkloadSettings } from '../../src/observe/result.js';
import { DEFAULT_WORKLOAD, workloadLine } from './workload-options.js';

/** Read by the harness: what shows progress on a terminal. */
export const VERBOSE = option.flag('--verbose', {
  summary: 'on a terminal a line for each phase, instead of one block that is redrawn',
});

/** Options of every command that fails a cluster over. */
export const FAILOVER_OPTIONS = {
  fault: option.choice('--fault <fault>', ['kill', 'freeze'], {
    summary: 'what happens to the master: kill it, or freeze it for a while',
    default: 'kill',
  }),
  rejoin: option.choice('--rejoin <how>', ['as-crashed', 'guarded'], {
    summary: 'how a killed master returns; as-crashed: as a master, as after a crash; guarded: as a replica',
    default: 'as-crashed',
  }),
  seed: option.integer('--seed <n>', {
    summary: 'decides which node takes over in which trial',
    min: 0,
    max: 2 ** 31 - 1,
    default: 1,
  }),
};

/** How long a frozen master stays frozen; `otherwise` is the default, which depends on the cluster. */
export const freezeFor = (otherwise: string) =>
  option.duration('--for <duration>', {
    summary: 'how long it is frozen',
    otherwise,
    minMs: 1,
    maxMs: LONGEST_FREEZE_MS,
    example: '12s',
  });

/** What `--report` of a failover test takes. */
export const WRITE_REPORTS =
  'write reports: every format into a directory, or one file by its extension (html, json, ndjson, xml, md)';

/** The options that choose a fault; signal and restart are options of failover-test alone. */
export interface FaultOptions {
  fault: 'kill' | 'freeze';
  forMs: number | undefined;
  rejoin: RejoinMode;
  signal?: 'KILL' | 'TERM' | undefined;
  restart?: boolean;
}

/**
 * The fault that `--fault`, `--signal` and `--for` mean together; without `--for` a freeze lasts `freezeForMs`, or what
 * the settings in effect give. Throws usageError where they contradict each other.
 */
export function faultOf(options: FaultOptions, freezeForMs: number | null = null): FaultSpec {
  const { fault, forMs, rejoin, signal, restart } = options;
  if (restart === false && rejoin === 'guarded')
    throw contradiction('--rejoin guarded', '--no-restart', 'a master that stays down does not rejoin');
  if (fault === 'kill') {
    if (forMs !== undefined) throw contradiction('--for', '--fault kill');
    return { name: signal === 'TERM' ? 'stop' : 'kill' };
  }
  if (signal !== undefined) throw contradiction('--signal', '--fault freeze');
  if (restart === false) throw contradiction('--no-restart', '--fault freeze');
  if (rejoin === 'guarded') throw contradiction('--rejoin guarded', '--fault freeze', THAWS_BY_ITSELF);
  return { name: 'freeze', forMs: forMs ?? freezeForMs };
}

const THAWS_BY_ITSELF =
  'a frozen master thaws by itself as the master that it was; it is not started, so it cannot be started as a replica';

/** Two options that exclude each other. */
export const contradiction = (option: string, fault: string, why?: string): Error =>
  usageError('contradiction', `${option} has no meaning with ${fault}`, { why, hint: `leave ${option} out` });

/** What `--budget` limits, in milliseconds; null where no limit was given. */
export interface Budget {
  outageMs: number | null;
  switchMs: number | null;
  /** Neither was named: without clients it means the switch alone. */
  bare?: true;
}

const LIMITED = { outage: 'outageMs', switch: 'switchMs' } as const;

/** `7s` for both, or each by its name: `outage=7s,switch=6s`. */
export function parseBudget(text: string): Budget {
  const limit = duration('--budget', { minMs: 1 }, '7s');
  if (!text.includes('=')) {
    const ms = limit(text);
    return { outageMs: ms, switchMs: ms, bare: true };
  }
  const budget: Budget = { outageMs: null, switchMs: null };
  for (const part of text.split(',')) {
    const [name = '', value = ''] = part.split('=').map((word) => word.trim());
    const key = Object.entries(LIMITED).find(([known]) => known === name)?.[1];
    if (key === undefined || budget[key] !== null)
      throw badValue(
        '--budget',
        text,
        'a duration, or outage=… and switch=…, each once',
        'outage=7s,switch=6s',
      );
    budget[key] = limit(value);
  }
  return budget;
}

/** The limits that can be judged. Throws usageError where an outage is limited by name and no client runs. */
export function budgetFor(given: Budget | undefined, hasClients: boolean): Omit<Budget, 'bare'> {
  const { outageMs = null, switchMs = null, bare } = given ?? {};
  if (hasClients || outageMs === null) return { outageMs, switchMs };
  if (bare === true) return { outageMs: null, switchMs };
  const limit = formatDurationMs(switchMs ?? outageMs);
  throw usageError('contradiction', '--budget outage has no meaning with --clients 0', {
    why: 'only clients that write measure an outage',
    hint: `--budget switch=${limit} # limits the switch alone; or let clients write: --clients ${DEFAULT_WORKLOAD.clients}`,
  });
}

/** Defaults of failover-test. */
export const DEFAULT_RUN = { trials: 1, signal: 'KILL' } as const;

export interface RunSettings {
  fault: FaultSpec;
  rejoin: string | null;
  budget: Budget;
  waitMs: number | null;
  trials: number;
  seed: number;
  thresholds: Threshold[];
  workload: WorkloadSettings | null;
  /** The options that name the user of the clients. */
  clientLogin?: readonly string[];
}

/** The command line that runs it again, every value stated. */
export function commandLineOf(cluster: string, said: RunSettings, masterName: string | null = null): string {
  const { fault, workload } = said;
  const budget = budgetText(said.budget, workload !== null);
  return [
    `sentinelctl failover-test --cluster ${cluster}`,
    ...(masterName === null ? [] : [`--master-name ${masterName}`]),
    fault.name === 'freeze'
      ? `--fault freeze${fault.forMs === null ? '' : ` --for ${formatDurationMs(fault.forMs)}`}`
      : `--signal ${fault.name === 'stop' ? 'TERM' : 'KILL'}`,
    ...(fault.name === 'freeze' ? [] : [said.rejoin === null ? '--no-restart' : `--rejoin ${said.rejoin}`]),
    ...(budget === null ? [] : [`--budget ${budget}`]),
    ...(said.waitMs === null ? [] : [`--wait ${formatDurationMs(said.waitMs)}`]),
    `--trials ${said.trials} --seed ${said.seed}`,
    ...said.thresholds.map((t) => `--threshold '${t.expression}'`),
    workloadLine(workload),
    ...(said.clientLogin ?? []),
  ].join(' ');
}

/** The command that repeats a run, without the defaults; the files of a report state every value. */
export const runAgain = (commandLine: string): string =>
  withoutDefaults(
    commandLine,
    Object.entries({ ...defaultsOf(FAILOVER_OPTIONS), ...DEFAULT_RUN }).map(
      ([option, value]) => `--${option} ${value}`,
    ),
  );

/** A sentinelctl command line without the default cluster, the default workload and `defaults` (`--seed 1`). */
function withoutDefaults(commandLine: string, defaults: readonly string[]): string {
  const unsaid = ['--cluster default', ...wordsIn(workloadLine(DEFAULT_WORKLOAD)), ...defaults];
  return wordsIn(commandLine)
    .filter((word) => !unsaid.includes(word))
    .join(' ');
}

/** Each option with its value. */
const wordsIn = (commandLine: string): string[] => commandLine.split(/ (?=--)/);
