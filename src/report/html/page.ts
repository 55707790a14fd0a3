import { count } from '../../model/words.js';
import type { FailoverResult, Trial } from '../../observe/result.js';
import { capital } from '../plain-text.js';
import { MARK } from '../text/outcome.js';
import { neverBack } from '../words/advice.js';
import { headline, INCOMPLETE, masterMove, trialVerdict } from '../words/headline.js';
import { ledgerTotals } from '../words/losses.js';
import { metricText } from '../words/metrics.js';
import { SCRIPT, STYLE } from './assets.js';
import { ecdfHtml } from './ecdf.js';
import { commandHtml, documentHtml, html, measured } from './markup.js';
import {
  adviceHtml,
  badge,
  brokenHtml,
  clientHtml,
  eventsHtml,
  invariantsHtml,
  ledgerHtml,
  phasesHtml,
  rejoinHtml,
  settingsHtml,
  summaryHtml,
  thresholdsHtml,
} from './sections.js';
import { timelineHtml } from './timeline.js';

/** The whole result as one page. Every measured number says by `data-at` where it stands in the embedded JSON. */
export function failoverHtml(result: FailoverResult): string {
  return documentHtml({
    title: `${result.outcome.toUpperCase()} · failover of ${result.masterName} · sentinelctl`,
    style: STYLE,
    noScriptStyle: '.trial[hidden]{display:block}',
    main: `${headerHtml(result)}
<section aria-label="in numbers" class="cards">${cards(result).join('')}</section>
${trialsHtml(result)}
${result.trials.length < 2 ? '' : `<section><h2>Over ${count(result.trials.length, 'trial')}</h2>${ecdfHtml(result)}${summaryHtml(result)}</section>`}
<section><h2>What must hold</h2><div class="columns">${thresholdsHtml(result)}${invariantsHtml(result.invariants)}</div></section>
${adviceHtml(result)}
<section><h2>To run it again</h2>${commandHtml(result.command)}${settingsHtml(result)}</section>
<section><details><summary>The whole result as JSON</summary><pre id="raw" tabindex="0"></pre></details></section>`,
    extra: '\n<div id="tip" role="tooltip" hidden></div>',
    result,
    script: SCRIPT,
  });
}

function headerHtml(result: FailoverResult): string {
  const incomplete = result.complete
    ? ''
    : `<p class="incomplete"><b>!</b> ${html(capital(INCOMPLETE))}.</p>`;
  const { cluster, driver, engine, startedAt } = result;
  return `<header class="${result.outcome}"><h1>${badge(result.outcome)} ${html(headline(result))}</h1>
<p class="reason">${html(result.reason)}</p>${incomplete}${brokenHtml(result)}
<p class="quiet">${html(`${cluster} (${driver}), ${engine.name} ${engine.version}, fault ${result.fault}, ${startedAt}`)}</p></header>`;
}

function cards(result: FailoverResult): string[] {
  const { summary, trials } = result;
  const ledger = ledgerTotals(result);
  const held = trials.filter((t) => trialVerdict(t) === 'holds').length;
  return [
    card('first switch', figure(result, 'switchedMs'), `budget ${metricText('switchedMs', result.budgetMs)}`),
    ...clientCard(result),
    ...(ledger === null
      ? []
      : [
          card(
            'writes lost',
            `<b class="${ledger.lost > 0 ? 'bad' : ''}">${metricText('ledger.lost', ledger.lost)}</b>`,
            `of ${metricText('ledger.acknowledged', ledger.acknowledged)} acknowledged`,
          ),
        ]),
    ...((summary['rejoin.zombieMs']?.max ?? 0) > 0
      ? [card('second writable master', figure(result, 'rejoin.zombieMs'), 'after the old master returned')]
      : []),
    card('trials', `<b>${held} of ${trials.length}</b>`, 'held all invariants'),
  ];
}

/** An outage that did not end is longer than measured, and no median may hide that. */
function clientCard(result: FailoverResult): string[] {
  const { trials, summary } = result;
  const stranded = trials.filter((t) => neverBack(t).length > 0).length;
  const worst = Math.max(0, ...trials.map((t) => t.client?.outageMs ?? 0));
  if (stranded > 0) {
    const longer = `<b class="bad">&gt; ${html(metricText('client.outageMs', worst))}</b>`;
    return [
      card('clients out', longer, `not all recovered in ${stranded} of ${count(trials.length, 'trial')}`),
    ];
  }
  return summary['client.outageMs'] === undefined
    ? []
    : [card('clients out', figure(result, 'client.outageMs'), 'the worst client')];
}

const card = (title: string, value: string, note: string): string =>
  `<div class="card"><h3>${title}</h3><p class="figure">${value}</p><p class="quiet">${html(note)}</p></div>`;

/** The median, and the worst where there are several trials. */
function figure({ summary, trials }: FailoverResult, metric: string): string {
  const of = summary[metric];
  if (of === undefined) return '<b>not seen</b>';
  const p50 = `<b>${measured(metric, of.p50, 'summary', metric, 'p50')}</b>`;
  const max = measured(metric, of.max, 'summary', metric, 'max');
  return trials.length < 2 ? p50 : `${p50} <small>median, ${max} at worst</small>`;
}

/** Which trial is open at first: the first that does not hold, else the slowest. */
function firstShown(trials: readonly Trial[]): number {
  const verdicts = trials.map(trialVerdict);
  for (const bad of ['violated', 'unknown'] as const) {
    if (verdicts.includes(bad)) return verdicts.indexOf(bad);
  }
  const slow = (t: Trial): number => t.phases.switchedMs ?? Number.POSITIVE_INFINITY;
  return trials.reduce((worst, t, i) => {
    const former = trials[worst];
    return former !== undefined && slow(t) > slow(former) ? i : worst;
  }, 0);
}

function trialsHtml(result: FailoverResult): string {
  const { trials } = result;
  if (trials.length === 0) return '<section><h2>Timeline</h2><p>Nothing was measured.</p></section>';
  const shown = firstShown(trials);
  const tabs = trials.map((t, i) => tab(t, i, i === shown));
  const list =
    trials.length < 2 ? '' : `<div class="tabs" role="tablist" aria-label="trials">${tabs.join('')}</div>`;
  const panels = trials.map((t, i) => panel(t, i, result, i === shown));
  return `<section><h2>Timeline</h2>${LEGEND}${list}${panels.join('\n')}</section>`;
}

function tab(trial: Trial, i: number, selected: boolean): string {
  const verdict = trialVerdict(trial);
  const { switchedMs } = trial.phases;
  const time = switchedMs === null ? 'no switch' : metricText('switchedMs', switchedMs);
  const lost = trial.ledger === undefined || trial.ledger.lost === 0 ? '' : `, ${trial.ledger.lost} lost`;
  return `<button type="button" role="tab" id="tab-${i + 1}" aria-controls="trial-${i + 1}" aria-selected="${selected}" tabindex="${selected ? 0 : -1}" class="${verdict}"><span aria-hidden="true">${MARK[verdict]}</span> ${i + 1}<small>${html(time + lost)}</small></button>`;
}

function panel(trial: Trial, i: number, result: FailoverResult, shown: boolean): string {
  const spurious = trial.spurious
    .map((words) => `<p class="incomplete"><b>!</b> ${html(words)}</p>`)
    .join('');
  const tabbed = result.trials.length < 2 ? '' : ` role="tabpanel" aria-labelledby="tab-${i + 1}"`;
  return `<article class="trial" id="trial-${i + 1}"${tabbed}${shown ? '' : ' hidden'}>
<h3>Trial ${i + 1}: ${html(masterMove(trial))} ${badge(trialVerdict(trial))} <small class="quiet">${html(trial.faultAt)}</small></h3>
${spurious}
${timelineHtml(trial, i + 1, result)}
${phasesHtml(trial, i, result)}
<div class="columns">${rejoinHtml(trial, i)}${clientHtml(trial, i)}${ledgerHtml(trial, i)}${invariantsHtml(trial.invariants, 'Invariants of this trial')}</div>
${eventsHtml(trial)}
</article>`;
}

/** The symbols of the events on a sentinel's lane, in the order in which they happen. */
const GLYPHS = '▽ sdown ▼ odown ○ vote ◆ elected ▲ promoted ★ switch ↺ convert • other events';

const LEGEND = `<ul class="legend" aria-label="legend"><li><i class="seg master"></i>master</li><li><i class="seg replica"></i>replica</li><li><i class="seg unlinked"></i>replica without a link</li><li><i class="seg zombie"></i>second writable master</li><li><i class="seg down"></i>down</li><li><i class="swatch fault"></i>fault, until the old master returned</li><li><i class="swatch dual"></i>two writable masters</li><li><i class="swatch first"></i>first switch</li><li><i class="swatch ok"></i>acknowledged ↑ (square root)</li><li><i class="swatch err"></i>errors ↓</li><li><span class="tick">✗</span>lost writes</li><li>${GLYPHS}</li></ul>`;
