import { PHASE_TABLE } from './phases.js';
import {
  type Latency,
  type Numbers,
  type Reading,
  readBack,
  readClient,
  readLatency,
  readPhase,
  readRejoin,
  readWritten,
} from './readings.js';
import type { ClientSummary, LedgerSummary, PhaseId, Rejoin, Trial } from './result.js';

/** What is measured in each trial, by its path in the result's JSON (a phase by its own name alone). */
export type MetricName =
  | PhaseId
  | 'overheadMs'
  | `rejoin.${Numbers<Rejoin>}`
  | `client.${Numbers<ClientSummary>}`
  | `client.latencyMs.${Numbers<Latency>}`
  | 'client.errors'
  | `ledger.${Numbers<LedgerSummary>}`
  | 'spurious';

export interface Metric {
  name: MetricName;
  unit: 'ms' | 'count';
  /** Which way is worse, when two runs are compared; null: neither. */
  worse: 'higher' | 'lower' | null;
  /** In a line, for help and reports. */
  meaning: string;
  /** The value in a finished trial, in the metric's unit. */
  of(trial: Trial): number | null;
  /** The same, telling apart what did not happen within the wait (`never`) from what is not known. */
  read(trial: Trial): Reading;
}

type Row = Pick<Metric, 'meaning' | 'read'> & Partial<Pick<Metric, 'unit' | 'worse'>>;

const sumOf = (counts: Record<string, number>): number => Object.values(counts).reduce((a, b) => a + b, 0);

const phaseRows = Object.fromEntries(
  PHASE_TABLE.map((row): [PhaseId, Row] => [
    row.id,
    { meaning: `${row.label} (${row.closes})`, read: (trial) => readPhase(row.id, trial) },
  ]),
) as Record<PhaseId, Row>;

const count = { unit: 'count' } as const;
/** It is we who decide on it, or it is neither good nor bad. */
const neutral = { worse: null } as const;

/** Everything that thresholds and summaries know. Durations count from the fault where the meaning says no other. */
const TABLE: Record<MetricName, Row> = {
  ...phaseRows,
  overheadMs: {
    // It is the switch's own time, shifted, and gets worse with it.
    ...neutral,
    meaning: 'time of the first switch beyond down-after',
    read: (trial) => trial.overheadMs ?? (readPhase('switchedMs', trial) === 'never' ? 'never' : 'unknown'),
  },
  'rejoin.restartedMs': { ...neutral, meaning: 'the old master runs again', read: readRejoin('restartedMs') },
  'rejoin.convertedMs': {
    meaning: 'its ROLE says replica of the new master',
    read: readRejoin('convertedMs'),
  },
  'rejoin.linkUpMs': { meaning: 'its link to the new master is up', read: readRejoin('linkUpMs') },
  'rejoin.caughtUpMs': { meaning: 'its offset has caught up', read: readRejoin('caughtUpMs') },
  'rejoin.zombieMs': {
    meaning: 'how long it was a second writable master after its return',
    read: readRejoin('zombieMs'),
  },
  'rejoin.zombieWrites': {
    ...count,
    meaning: 'writes that it acknowledged in that time',
    read: ({ rejoin }) => rejoin?.zombieWrites ?? 'unknown',
  },
  'client.outageMs': {
    meaning: 'longest time between two acknowledgements of one client, the worst client’s',
    read: readClient('outageMs'),
  },
  'client.firstRecoveredMs': {
    meaning: 'the first client is acknowledged again',
    read: readClient('firstRecoveredMs'),
  },
  'client.lastRecoveredMs': {
    meaning: 'the last client is acknowledged again',
    read: readClient('lastRecoveredMs'),
  },
  'client.latencyMs.p50': {
    meaning: 'median latency of acknowledged operations, from their intended start',
    read: readLatency('p50'),
  },
  'client.latencyMs.p95': { meaning: '95 % were faster than this', read: readLatency('p95') },
  'client.latencyMs.p99': { meaning: '99 % were faster than this', read: readLatency('p99') },
  'client.latencyMs.max': { meaning: 'the slowest acknowledged operation', read: readLatency('max') },
  'client.errors': {
    ...count,
    meaning: 'failures and indeterminate outcomes of all kinds that clients saw',
    read: ({ client }) => (client === undefined ? 'unknown' : sumOf(client.errors)),
  },
  'ledger.attempted': { ...count, ...neutral, meaning: 'writes attempted', read: readWritten('attempted') },
  'ledger.acknowledged': {
    ...count,
    worse: 'lower',
    meaning: 'acknowledged writes',
    read: readWritten('acknowledged'),
  },
  'ledger.indeterminate': {
    ...count,
    meaning: 'writes whose outcome the client does not know',
    read: readWritten('indeterminate'),
  },
  'ledger.failed': { ...count, meaning: 'writes that were refused', read: readWritten('failed') },
  'ledger.lost': { ...count, meaning: 'acknowledged but missing at the end', read: readBack('lost') },
  'ledger.recovered': {
    ...count,
    ...neutral,
    meaning: 'indeterminate and present at the end',
    read: readBack('recovered'),
  },
  'ledger.unexpected': {
    ...count,
    meaning: 'present at the end but never attempted',
    read: readBack('unexpected'),
  },
  'ledger.staleReads': {
    ...count,
    meaning: 'reads that missed a write acknowledged to the same client before',
    read: readWritten('staleReads'),
  },
  spurious: {
    ...count,
    meaning: 'failovers that the fault does not explain',
    read: (trial) => trial.spurious.length,
  },
};

/** In a trial that was cut short, or tested nothing, what is missing was not waited for: it is unknown. */
const complete =
  (read: Row['read']): Row['read'] =>
  (trial) => {
    const reading = read(trial);
    const isOpen = trial.cutShort === true || trial.untested !== undefined;
    return reading === 'never' && isOpen ? 'unknown' : reading;
  };

/** All of them, in the order in which they are shown. */
export const METRICS: readonly Metric[] = (Object.entries(TABLE) as [MetricName, Row][]).map(
  ([name, row]): Metric => ({
    name,
    unit: 'ms',
    worse: 'higher',
    ...row,
    read: complete(row.read),
    of: (trial) => {
      const reading = row.read(trial);
      return typeof reading === 'number' ? reading : null;
    },
  }),
);

/** The metric of that name, where there is one. */
export const metricNamed = (name: string): Metric | undefined => METRICS.find((m) => m.name === name);
