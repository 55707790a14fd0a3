import {
  type ClientLane,
  type ClientSummary,
  type FailoverResult,
  type InvariantResult,
  type LedgerSummary,
  type LoadOverTime,
  type MetricSummary,
  type NodeRef,
  PHASES,
  type PhaseReason,
  type TopologyServer,
  type Trial,
} from '../../src/observe/result.js';
import { scaleOf } from '../../src/report/html/scale.js';
import { RECORDED } from './recorded-events.js';

const ADDRESSES: readonly NodeRef[] = [
  { id: 'redis-1', host: '127.0.0.1', port: 6379 },
  { id: 'redis-2', host: '127.0.0.1', port: 6380 },
  { id: 'redis-3', host: '127.0.0.1', port: 6381 },
];
const DOWN_AFTER_MS = 2000;
const CLIENTS = 8;

/** Small, repeatable noise: the same for the same seed on every machine. */
function noiseOf(seed: number): () => number {
  let state = seed * 7919 + 17;
  return () => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return state / 2147483648;
  };
}

const tenth = (ms: number): number => Math.round(ms * 10) / 10;
const node = (i: number): NodeRef => ADDRESSES[i % 3] ?? { id: 'redis-1', host: '127.0.0.1', port: 6379 };

/** How the recorded run is bent into another one: when it was seen, and how long INFO was waited for. */
interface Bend {
  sdownBy: number;
  infoBy: number;
  convertBy: number;
  /** By how many places the nodes changed their roles. */
  turn: number;
}

const moved = (ms: number, bend: Bend): number =>
  tenth(
    ms + (ms > 1000 ? bend.sdownBy : 0) + (ms > 3000 ? bend.infoBy : 0) + (ms > 14_000 ? bend.convertBy : 0),
  );

function renamed(text: string, bend: Bend): string {
  return text
    .replace(/\b63(79|80|81)\b/g, (port) => String(node(Number(port) - 6379 + bend.turn).port))
    .replace(/\bredis-([123])\b/g, (_, n: string) => node(Number(n) - 1 + bend.turn).id);
}

function eventsOf(bend: Bend): Trial['events'] {
  const old = node(bend.turn).id;
  const seen = RECORDED.map(([atMs, source, name, message]) => ({
    atMs: moved(atMs, bend),
    source: renamed(source, bend),
    name,
    message: renamed(message, bend),
  }));
  return [
    { atMs: 0, source: old, name: 'fault', message: `SIGKILL to ${old}` },
    ...seen,
    { atMs: moved(3821.2, bend), source: old, name: 'restart', message: 'as it crashed' },
  ].sort((a, b) => a.atMs - b.atMs);
}

function laneOf(id: number, noise: () => number, writableMs: number, endMs: number): ClientLane {
  const bucketMs = 100;
  const fromMs = -3000;
  const recoveredMs = tenth(writableMs + 20 + noise() * 90);
  const buckets = Math.ceil((endMs - fromMs) / bucketMs);
  const ok: number[] = [];
  const errors: number[] = [];
  for (let i = 0; i < buckets; i++) {
    const at = fromMs + i * bucketMs;
    const out = at >= 0 && at + bucketMs <= recoveredMs;
    ok.push(out ? 0 : 20 + Math.round(noise() * 10));
    errors.push(out ? (i % 5 === 0 ? 1 + Math.round(noise() * 3) : 0) : 0);
  }
  return {
    id: `client-${id + 1}`,
    outageMs: tenth(recoveredMs + 6),
    recoveredMs,
    fromMs,
    bucketMs,
    ok,
    errors,
  };
}

function clientOf(noise: () => number, switchedMs: number, endMs: number): ClientSummary {
  const clients = Array.from({ length: CLIENTS }, (_, i) => laneOf(i, noise, switchedMs, endMs));
  const recovered = clients.map((c) => c.recoveredMs ?? 0);
  return {
    policy: 'tuned',
    outageMs: Math.max(...clients.map((c) => c.outageMs ?? 0)),
    firstRecoveredMs: Math.min(...recovered),
    lastRecoveredMs: Math.max(...recovered),
    errors: { closed: 8, 'connection refused': 61, timeout: 3 },
    latencyMs: { p50: 0.4, p95: 1.9, p99: 6.2, max: tenth(switchedMs + 61) },
    clients,
    overTime: overTimeOf(noise, clients, switchedMs),
  };
}

/** All of them together; what was due during the outage is acknowledged late, right after it. */
function overTimeOf(noise: () => number, clients: readonly ClientLane[], switchedMs: number): LoadOverTime {
  const [{ fromMs, bucketMs, ok: first } = { fromMs: 0, bucketMs: 100, ok: [] }] = clients;
  const sum = (of: (lane: ClientLane) => number[]): number[] =>
    first.map((_, i) => clients.reduce((n, lane) => n + (of(lane)[i] ?? 0), 0));
  const ok = sum((lane) => lane.ok);
  const late = (i: number): boolean => {
    const at = fromMs + i * bucketMs;
    return at >= switchedMs && at < switchedMs + 300;
  };
  const latency = (usual: number, most: number): (number | null)[] =>
    ok.map((n, i) => (n === 0 ? null : tenth(late(i) ? most : usual * (0.7 + noise() * 0.6))));
  return {
    fromMs,
    bucketMs,
    ok: ok.map((n, i) => (late(i) ? n * 3 : n)),
    errors: sum((lane) => lane.errors),
    p50Ms: latency(0.4, switchedMs / 2),
    p99Ms: latency(6, switchedMs),
  };
}

function ledgerOf(
  old: string,
  zombieFromMs: number,
  lost: { unreplicated: number; zombie: number },
): LedgerSummary {
  const total = lost.unreplicated + lost.zombie;
  const run = (client: string, fromMs: number, count: number, cause: 'unreplicated' | 'zombie') =>
    count === 0 ? [] : [{ client, fromMs, toMs: fromMs + count * 4, count, acknowledgedBy: old, cause }];
  return {
    attempted: 61_240,
    acknowledged: 61_168,
    indeterminate: 11,
    failed: 61,
    lost: total,
    recovered: 4,
    unexpected: 0,
    staleReads: null,
    causes: {
      ...(lost.unreplicated > 0 ? { unreplicated: lost.unreplicated } : {}),
      ...(lost.zombie > 0 ? { zombie: lost.zombie } : {}),
    },
    missingAt: [
      { id: 'redis-1', missing: total },
      { id: 'redis-2', missing: total },
      { id: 'redis-3', missing: total },
    ],
    lostRuns: [
      ...run('client-2', -8, lost.unreplicated, 'unreplicated'),
      ...run('client-5', zombieFromMs + 900, lost.zombie, 'zombie'),
    ],
  };
}

/** The recorded phases: when each began and ended, what it may take and what it waits for. */
const STEPS: readonly [
  PhaseReason['phase'],
  from: number,
  to: number,
  predicted: number,
  waitsFor: string,
][] = [
  ['sdownMs', 0, 2567.2, 2200, 'down-after, and up to two ticks'],
  ['odownMs', 2567.2, 2654.9, 300, 'the other sentinels’ opinion, a tick at a time'],
  ['votesMs', 2654.9, 2670.3, 200, 'the votes of the other sentinels'],
  ['electedMs', 2670.3, 2755.7, 1100, 'the next tick, or a random start of up to 1 s'],
  ['selectedMs', 2755.7, 2832.5, 200, 'the next tick of the leader'],
  ['writableMs', 2832.5, 2930.8, 400, 'two more ticks of the leader’s state machine'],
  ['promotedMs', 2930.8, 3705.5, 500, 'the next INFO, one a second'],
  ['switchedMs', 3705.5, 3738.7, 200, 'the leader’s hello to the others'],
  ['agreedMs', 3738.7, 3741.8, 200, 'the leader’s hello to the others'],
  ['reattachedMs', 3741.8, 3744.9, 1200, 'one replica after the other (parallel-syncs)'],
];

/** One trial: the recorded failover, bent by the number; every second one loses a write or two. */
export function trialOf(number: number): Trial {
  const noise = noiseOf(number);
  const bend: Bend =
    number === 1
      ? { sdownBy: 0, infoBy: 0, convertBy: 0, turn: 0 }
      : {
          sdownBy: tenth(noise() * 500 - 450),
          infoBy: tenth(noise() * 600 - 500),
          convertBy: tenth(noise() * 900 - 800),
          turn: (number - 1) * 2,
        };
  const oldMaster = node(bend.turn);
  const newMaster = node(bend.turn + 2);
  const at = (ms: number): number => moved(ms, bend);
  const switchedMs = at(3738.7);
  const restartedMs = at(3821.2);
  const endMs = at(24_900);
  const lost =
    number % 2 === 1 ? { unreplicated: 2, zombie: number === 1 ? 38 : 0 } : { unreplicated: 0, zombie: 0 };
  const reasons = STEPS.map(([phase, fromMs, toMs, predictedMs, waitsFor]): PhaseReason => {
    const stepMs = tenth(at(toMs) - at(fromMs));
    const why = stepMs > predictedMs ? `${(stepMs / 1000).toFixed(2)} s of waiting for ${waitsFor}` : null;
    return { phase, stepMs, predictedMs, waitsFor, why };
  });
  return {
    faultAt: new Date(Date.UTC(2025, 0, 2, 3, 4, 5, 678) + number * 60_000).toISOString(),
    oldMaster,
    newMaster,
    phases: Object.fromEntries(STEPS.map(([id, , endMs]) => [id, at(endMs)])) as Trial['phases'],
    sdownAt: { 'sentinel-1': at(2572.7), 'sentinel-2': at(2567.2), 'sentinel-3': at(2615.2) },
    reasons,
    overheadMs: tenth(switchedMs - DOWN_AFTER_MS),
    rejoin: {
      mode: 'as-crashed',
      restartedMs,
      convertedMs: at(14_809.9),
      linkUpMs: at(14_809.9),
      caughtUpMs: at(14_813.7),
      zombieMs: tenth(at(14_809.9) - at(3821.6)),
      zombieWrites: lost.zombie,
    },
    client: clientOf(noise, switchedMs, endMs),
    ledger: ledgerOf(oldMaster.id, restartedMs, lost),
    outcome: 'holds',
    broken: [],
    invariants: invariantsOf(newMaster),
    spurious: [],
    events: eventsOf(bend),
  };
}

function invariantsOf(master: NodeRef): InvariantResult[] {
  const holds = (id: string, evidence: string): InvariantResult => ({ id, verdict: 'holds', evidence });
  return [
    holds('one-master', `ROLE says master at ${master.id}`),
    holds('sentinels-agree', `3 of 3 name ${master.host}:${master.port} at epoch 1`),
    holds('replicas-attached', `2 of 2 follow ${master.id}, link up`),
    holds('old-master-rejoined', `the old master follows ${master.id}, link up, offset caught up`),
    holds('quorum-usable', 'CKQUORUM OK at 3 of 3'),
    holds('one-failover', `+switch-master to ${master.host}:${master.port}`),
  ];
}

/** p50, p95 and max by the nearest rank, so that each is a value that was measured. */
function summarized(values: readonly number[]): MetricSummary {
  const sorted = values.toSorted((a, b) => a - b);
  const rank = (p: number): number => sorted[Math.max(0, Math.ceil(p * sorted.length) - 1)] ?? 0;
  return {
    n: sorted.length,
    p50: rank(0.5),
    p95: rank(0.95),
    max: rank(1),
    ci95: sorted.length < 3 ? null : [rank(0.25), rank(0.75)],
  };
}

function summaryOf(trials: readonly Trial[]): Record<string, MetricSummary> {
  const metrics: Record<string, (t: Trial) => number | null | undefined> = {
    ...Object.fromEntries(PHASES.map((id) => [id, (t: Trial) => t.phases[id]])),
    overheadMs: (t) => t.overheadMs,
    'rejoin.zombieMs': (t) => t.rejoin?.zombieMs,
    'rejoin.linkUpMs': (t) => t.rejoin?.linkUpMs,
    'client.outageMs': (t) => t.client?.outageMs,
    'client.lastRecoveredMs': (t) => t.client?.lastRecoveredMs,
    'client.latencyMs.p99': (t) => t.client?.latencyMs?.p99,
    'ledger.acknowledged': (t) => t.ledger?.acknowledged,
    'ledger.lost': (t) => t.ledger?.lost,
  };
  return Object.fromEntries(
    Object.entries(metrics).flatMap(([name, of]) => {
      const values = trials.map(of).filter((v) => v !== null && v !== undefined);
      return values.length === 0 ? [] : [[name, summarized(values)]];
    }),
  );
}

/** Three nodes of which one has other settings, and three sentinels. */
const TOPOLOGY: readonly TopologyServer[] = [
  ...ADDRESSES.map(
    (address, i): TopologyServer => ({
      ...address,
      kind: 'data',
      role: i === 0 ? 'master' : 'replica',
      version: 'redis 7.0.15',
      settings: {
        appendonly: 'yes',
        appendfsync: i === 2 ? 'always' : 'everysec',
        save: '3600 1 300 100 60 10000',
        'min-replicas-to-write': '0',
        'replica-priority': '100',
      },
    }),
  ),
  ...[1, 2, 3].map(
    (n): TopologyServer => ({
      id: `sentinel-${n}`,
      host: '127.0.0.1',
      port: 26_378 + n,
      kind: 'sentinel',
      role: null,
      version: '7.0.15',
      settings: {
        quorum: '2',
        'down-after-milliseconds': String(DOWN_AFTER_MS),
        'failover-timeout': '60000',
        'parallel-syncs': '1',
      },
    }),
  ),
];

/** A run of so many trials that holds. */
export function heldResult(trials = 1): FailoverResult {
  const all = Array.from({ length: trials }, (_, i) => trialOf(i + 1));
  const summary = summaryOf(all);
  const last = all.at(-1);
  return {
    outcome: 'holds',
    reason:
      trials === 1
        ? 'the first sentinel switched 3.74 s after the fault, 1.74 s beyond down-after 2s'
        : `every invariant held in ${trials} of ${trials} trials`,
    complete: true,
    cluster: 'default',
    masterName: 'mymaster',
    driver: 'process',
    fault: 'kill SIGKILL',
    faultForMs: null,
    seed: 42,
    startedAt: '2025-01-02T03:04:00.000Z',
    command: `sentinelctl failover-test --cluster default --signal KILL --trials ${trials} --clients 8 --seed 42`,
    engine: { name: 'redis', version: '7.0.15' },
    topology: [...TOPOLOGY],
    config: { downAfterMs: DOWN_AFTER_MS, failoverTimeoutMs: 60_000, quorum: 2, parallelSyncs: 1 },
    budgetMs: 4000,
    workload: {
      clients: CLIENTS,
      ratePerS: 2000,
      pipeline: 1,
      readRatio: 0,
      readFrom: 'master',
      policy: 'tuned',
    },
    trials: all,
    summary,
    thresholds: [
      { expression: 'switchedMs<=4000', value: summary.switchedMs?.max ?? null, holds: 'holds' },
      {
        expression: 'client.outageMs:p(95)<8s',
        value: summary['client.outageMs']?.p95 ?? null,
        holds: 'holds',
      },
    ],
    invariants: last?.invariants ?? [],
  };
}

/** The same without clients: no workload, no ledger. */
export function bareResult(): FailoverResult {
  const result = heldResult();
  return {
    ...result,
    workload: null,
    summary: Object.fromEntries(
      Object.entries(result.summary).filter(([metric]) => !/^(client|ledger)/.test(metric)),
    ),
    trials: result.trials.map(({ client: _c, ledger: _l, ...trial }) => trial),
    thresholds: result.thresholds.slice(0, 1),
  };
}

/** Trials of which the first lost writes beyond a threshold and the third failed over twice. */
export function violatedResult(trials = 10): FailoverResult {
  const result = heldResult(trials);
  const second =
    '+switch-master to 127.0.0.1:6380, then 127.0.0.1:6381: a second failover followed the first';
  const violated = { id: 'one-failover', verdict: 'violated' as const, evidence: second };
  const replaced = (all: readonly InvariantResult[]): InvariantResult[] =>
    all.map((i) => (i.id === 'one-failover' ? violated : i));
  return {
    ...result,
    outcome: 'violated',
    reason: 'ledger.lost==0 does not hold: 40 acknowledged writes are lost in trial 1',
    trials: result.trials.map((trial, i) =>
      i === 2
        ? {
            ...trial,
            outcome: 'violated' as const,
            invariants: replaced(trial.invariants),
            spurious: ['redis-2 was called down 1.2 s after its promotion: a second failover'],
          }
        : trial,
    ),
    thresholds: [...result.thresholds, { expression: 'ledger.lost==0', value: 40, holds: 'violated' }],
    invariants: replaced(result.invariants),
  };
}

/** The same, with the only trial marked as interrupted, and how the cluster was left. */
export function restoredResult(): FailoverResult {
  const result = cutShortResult();
  const restored = {
    undone: ['redis-1 runs again as a replica of redis-2'],
    master: { id: 'redis-2', host: '127.0.0.1', port: 6380 },
    keysRemoved: 8,
  };
  return {
    ...result,
    thresholds: [],
    invariants: [],
    trials: result.trials.map((trial) => ({ ...trial, cutShort: true, invariants: [], restored })),
  };
}

/** Interrupted while the clients waited, with the restart of the master as the last thing that each sentinel saw. */
export function waitingResult(): FailoverResult {
  const result = cutShortResult();
  return {
    ...result,
    trials: result.trials.map((trial): Trial => {
      const { toMs } = scaleOf(trial);
      const events = ['sentinel-1', 'sentinel-2', 'sentinel-3'].map((source) => ({
        ...{ atMs: toMs - 1, source },
        ...{ name: '+reboot', message: 'master mymaster 127.0.0.1 6379' },
      }));
      return {
        ...trial,
        cutShort: true,
        events: [...trial.events, ...events],
        ...(trial.client === undefined ? {} : { client: { ...trial.client, lastRecoveredMs: null } }),
      };
    }),
  };
}

/** No replica was promoted, and the run was interrupted before the old master came back. */
export function cutShortResult(): FailoverResult {
  const result = heldResult();
  const [trial] = result.trials;
  if (trial === undefined) throw new Error('a result without a trial');
  return {
    ...result,
    outcome: 'unknown',
    reason: 'interrupted 5.80 s after the fault: no sentinel had switched yet',
    complete: false,
    cluster: 'lab',
    trials: [
      {
        ...trial,
        newMaster: null,
        phases: Object.fromEntries(
          PHASES.map((id, i) => [id, i < 2 ? trial.phases[id] : null]),
        ) as Trial['phases'],
        reasons: trial.reasons.map((r, i) =>
          i < 2
            ? r
            : {
                ...r,
                stepMs: null,
                why: i === 3 ? '-failover-abort-no-good-slave: no replica was eligible' : null,
              },
        ),
        overheadMs: null,
        rejoin: null,
        events: trial.events.filter((e) => e.atMs < 2700),
        invariants: [{ id: 'one-master', verdict: 'violated', evidence: 'no node says that it is master' }],
      },
    ],
    summary: {},
    thresholds: [
      { expression: 'switchedMs<=4000', value: null, holds: 'unknown' },
      { expression: 'ledger.lost==0', value: 40, holds: 'violated' },
    ],
    invariants: [{ id: 'one-master', verdict: 'violated', evidence: 'no node says that it is master' }],
  };
}

/** What a server may send to break out of a page, an XML document, a table or a terminal. */
export const HOSTILE = '</script><img src=x onerror=alert(1)> "\'`|&amp; ]]> \u001b[31m\u0000 <!-- __proto__';

/** A run in which every text that came off the wire is hostile. */
export function hostileResult(): FailoverResult {
  const result = heldResult();
  return {
    ...result,
    reason: HOSTILE,
    masterName: HOSTILE,
    command: HOSTILE,
    engine: { name: HOSTILE, version: HOSTILE },
    topology: TOPOLOGY.map((server) => ({
      ...server,
      version: HOSTILE,
      settings: { ...server.settings, [HOSTILE]: HOSTILE },
    })),
    invariants: result.invariants.map((i) => ({ ...i, evidence: HOSTILE })),
    thresholds: [{ expression: HOSTILE, value: 1, holds: 'unknown' }],
    trials: result.trials.map((trial) => ({
      ...trial,
      spurious: [HOSTILE],
      invariants: trial.invariants.map((i) => ({ ...i, evidence: HOSTILE })),
      reasons: trial.reasons.map((r) => ({ ...r, why: HOSTILE })),
      events: trial.events.map((e) => ({ ...e, message: HOSTILE })),
    })),
  };
}
