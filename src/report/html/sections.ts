import { formatDurationMs, humanDurationMs } from '../../model/duration.js';
import { downAfterText } from '../../model/sentinel-settings.js';
import { count } from '../../model/words.js';
import { causeName, causesOf } from '../../observe/loss-causes.js';
import { masterNowWords, rolledBackWords, secondMasterWords } from '../../observe/restored-words.js';
import type { FailoverResult, ThresholdResult, Trial, Verdict } from '../../observe/result.js';
import { MARK } from '../text/outcome.js';
import { adviceOf } from '../words/advice.js';
import { workloadWords } from '../words/headline.js';
import { errorWords, LOSS_WORDS } from '../words/losses.js';
import { grouped, metricLabel, metricOf } from '../words/metrics.js';
import { outageText } from '../words/outage.js';
import { rankOfThreshold, thresholdText } from '../words/thresholds.js';
import { phaseRows, returnWords } from '../words/time-rows.js';
import { VERDICT_WORD } from '../words/verdict.js';
import { html, measured, moment, tableHtml, timeHtml } from './markup.js';

/** A verdict as a word and a symbol, also coloured. */
const badge = (verdict: Verdict): string =>
  `<span class="badge ${verdict}"><span aria-hidden="true">${MARK[verdict]}</span> ${verdict}</span>`;

/** The verdict on a run or a trial. */
export const outcomeBadge = (verdict: Verdict, words = VERDICT_WORD): string =>
  `<span class="badge ${verdict}"><span aria-hidden="true">${MARK[verdict]}</span> ${words[verdict]}</span>`;

/** Thresholds and invariants, each once; what does not hold comes first. In several trials: in how many it held. */
export function verdictsHtml(result: FailoverResult): string {
  const { thresholds, invariants, trials } = result;
  const asked = thresholds.map((t, i) => ({
    verdict: t.holds,
    cells: [
      `<code>${html(t.expression)}</code>`,
      badge(t.holds),
      t.value === null
        ? `<span class="none">${html(thresholdText(t, trials))}</span>`
        : thresholdValue(t, i, trials),
    ],
  }));
  const always = invariants.map((invariant) => ({
    verdict: invariant.verdict,
    cells: [
      html(invariant.id),
      badge(invariant.verdict),
      html(invariant.evidence) + html(heldIn(invariant.id, trials)),
    ],
  }));
  const rows = ORDER.flatMap((verdict) =>
    [...asked, ...always].filter((row) => row.verdict === verdict).map((row) => row.cells),
  );
  return tableHtml('Thresholds and invariants', ['What', 'Verdict', 'What was seen'], rows);
}

/** What was measured, red where it broke the threshold; of few trials, which one of them a percentile is. */
function thresholdValue(threshold: ThresholdResult, i: number, trials: readonly Trial[]): string {
  const value = measured(metricOf(threshold.expression), threshold.value, 'thresholds', i, 'value');
  const rank = rankOfThreshold(threshold, trials);
  const words = rank === null ? '' : ` <span class="quiet">(${html(rank)})</span>`;
  return (threshold.holds === 'violated' ? `<b class="bad">${value}</b>` : value) + words;
}

const ORDER: readonly Verdict[] = ['violated', 'unknown', 'holds'];

function heldIn(id: string, trials: readonly Trial[]): string {
  const judged = trials.flatMap((t) => t.invariants.filter((i) => i.id === id));
  const held = judged.filter((i) => i.verdict === 'holds').length;
  return trials.length < 2 || held === judged.length
    ? ''
    : ` (holds in ${held} of ${count(judged.length, 'trial')})`;
}

export function phasesHtml(trial: Trial, i: number, { config }: FailoverResult): string {
  const rows = phaseRows(trial, config).map((row) => {
    const id = `${row.short}Ms`;
    const over = row.stepMs !== null && row.boundMs !== null && row.stepMs > row.boundMs;
    return [
      html(row.label),
      row.atMs === null
        ? '<span class="none">not seen</span>'
        : measured(id, row.atMs, 'trials', i, 'phases', id),
      row.stepMs === null ? '–' : html(humanDurationMs(row.stepMs)),
      row.boundMs === null
        ? '–'
        : `${over ? '<b class="over">!</b> ' : ''}≤ ${html(humanDurationMs(row.boundMs))}`,
      html(row.why ?? waitsFor(trial, id)),
    ];
  });
  return tableHtml('Phases', ['Phase', 'At', 'Step', 'Predicted', 'Waits for'], rows, [1, 2, 3]);
}

const waitsFor = (trial: Trial, id: string): string =>
  trial.reasons.find((r) => r.phase === id)?.waitsFor ?? '';

const REJOIN = ['restartedMs', 'zombieMs', 'zombieWrites', 'convertedMs', 'linkUpMs', 'caughtUpMs'] as const;

export function rejoinHtml(trial: Trial, i: number, fault: string): string {
  const { rejoin, cutShort } = trial;
  if (rejoin === null) {
    const end =
      cutShort === true
        ? 'was not seen to return before the interruption'
        : 'did not return within this trial';
    const words = secondMasterWords(trial, fault) ?? `The old master ${end}`;
    return `<p class="note">${html(words)}.</p>${restoredHtml(trial)}`;
  }
  const rows = REJOIN.flatMap((key) => {
    const value = rejoin[key];
    if (value === undefined) return [];
    const label = key === 'restartedMs' ? returnWords(rejoin).label : metricLabel(`rejoin.${key}`);
    return [[html(label), measured(`rejoin.${key}`, value, 'trials', i, 'rejoin', key)]];
  });
  return tableHtml(`The old master’s return (${rejoin.mode})`, ['Step', 'At or for'], rows, [1]);
}

/** How an interrupted trial left the cluster; empty where that is not known. */
const restoredHtml = (trial: Trial): string =>
  trial.restored === undefined
    ? ''
    : `<p class="note restored">${html(rolledBackWords(trial.restored))}; ${html(masterNowWords(trial))}.</p>`;

const LEDGER = [
  'attempted',
  'acknowledged',
  'lost',
  'indeterminate',
  'recovered',
  'failed',
  'unexpected',
  'staleReads',
] as const;

export function ledgerHtml(trial: Trial, i: number): string {
  const { ledger } = trial;
  if (ledger === undefined) return '';
  const counts = LEDGER.flatMap((key) =>
    ledger[key] === null
      ? []
      : [
          [
            html(metricLabel(`ledger.${key}`)),
            measured(`ledger.${key}`, ledger[key], 'trials', i, 'ledger', key),
          ],
        ],
  );
  const causes = causesOf(ledger).map(({ cause, lost }) => [
    html(causeName(cause)),
    measured('ledger.lost', lost, 'trials', i, 'ledger', 'causes', cause),
    html(LOSS_WORDS[cause]),
  ]);
  const missing = ledger.missingAt.map((m) => [
    html(m.id),
    m.missing === null ? 'did not answer' : grouped(m.missing),
  ]);
  return [
    tableHtml('Ledger', ['Writes', 'Count'], counts, [1]),
    tableHtml('Lost, by cause', ['Cause', 'Writes', 'What happened'], causes, [1]),
    tableHtml('Acknowledged writes missing on a node at the end', ['Node', 'Writes'], missing, [1]),
  ].join('\n');
}

export function clientHtml(trial: Trial, i: number): string {
  const { client } = trial;
  if (client === undefined) return '';
  const value = (key: 'outageMs' | 'firstRecoveredMs' | 'lastRecoveredMs'): string =>
    measured(`client.${key}`, client[key], 'trials', i, 'client', key);
  const at = (key: 'firstRecoveredMs' | 'lastRecoveredMs'): string[] => [
    html(metricLabel(`client.${key}`)),
    value(key),
  ];
  const outage = value('outageMs');
  const latency = (['p50', 'p95', 'p99', 'max'] as const).map((key) => [
    `latency ${key}, from when an operation was due`,
    measured(`latencyMs.${key}`, client.latencyMs?.[key], 'trials', i, 'client', 'latencyMs', key),
  ]);
  const rows = [
    ['policy', html(client.policy)],
    [
      html(metricLabel('client.outageMs')),
      client.outageMs === null
        ? outage
        : `<span class="words">${outageText(outage, client.lastRecoveredMs, trial.cutShort)}</span>`,
    ],
    at('firstRecoveredMs'),
    at('lastRecoveredMs'),
    ['errors', `<span class="words">${html(errorWords(client.errors))}</span>`],
    ...latency,
  ];
  return tableHtml('Clients', ['Clients', 'Seen'], rows, [1]);
}

export function eventsHtml(trial: Trial): string {
  const rows = trial.events.map((e) => [
    html(moment(e.atMs)),
    `<span class="id">${html(e.source)}</span>`,
    `<code>${html(e.name)}</code>`,
    html(e.message),
  ]);
  if (rows.length === 0) return '';
  return `<details><summary>All ${rows.length} events of this trial</summary>${tableHtml('Events', ['At', 'Source', 'Event', 'Message'], rows, [0])}</details>`;
}

export function adviceHtml(result: FailoverResult): string {
  const advice = adviceOf(result, true);
  return advice.length === 0 ? '' : `<ul>${advice.map((a) => `<li>${html(a)}</li>`).join('')}</ul>`;
}

/** How the run was made. */
export function runHtml(result: FailoverResult): string {
  const { config, workload, engine } = result;
  const rows = [
    ['cluster', html(`${result.cluster} (${result.driver})`)],
    ['master name', html(result.masterName)],
    ['server', html(`${engine.name} ${engine.version}`)],
    ['fault', html(result.fault)],
    ['down-after', downAfterText(config)],
    ['failover-timeout', formatDurationMs(config.failoverTimeoutMs)],
    ['quorum', String(config.quorum)],
    ['parallel-syncs', String(config.parallelSyncs)],
    ['budget', formatDurationMs(result.budgetMs)],
    ['workload', html(workload === null ? 'none' : workloadWords(workload))],
    ['seed', String(result.seed)],
    ['started', timeHtml(result.startedAt)],
  ];
  return tableHtml('Settings of the run', ['Setting', 'Value'], rows);
}
