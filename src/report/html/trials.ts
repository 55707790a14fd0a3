import type { FailoverResult, Trial, Verdict } from '../../observe/result.js';
import { MARK } from '../text/outcome.js';
import { masterMove, trialVerdict } from '../words/headline.js';
import { lostOf } from '../words/losses.js';
import { grouped, metricText } from '../words/metrics.js';
import { outageText } from '../words/outage.js';
import { legendHtml } from './legend.js';
import { html, measured, tableHtml, timeHtml } from './markup.js';
import { clientHtml, eventsHtml, ledgerHtml, outcomeBadge, phasesHtml, rejoinHtml } from './sections.js';
import { timelineHtml } from './timeline.js';

/** Each trial on its time axis, one of them shown; a table of all where there are several. */
export function trialsHtml(result: FailoverResult, baseline: FailoverResult | null): string {
  const { trials } = result;
  if (trials.length === 0) return '<p>Nothing was measured.</p>';
  const drawn = drawnOf(trials);
  const shown = firstShown(trials, drawn);
  const several = trials.length > 1;
  const former = baseline === null ? null : middleOf(baseline.trials);
  const legend = legendHtml({
    clients: trials.some((t) => t.client !== undefined),
    baseline: former?.client?.overTime === undefined ? null : baseline,
  });
  const each = trials.map((trial, i) => ({ trial, i })).filter(({ i }) => drawn.has(i));
  const tabs = each.map(({ trial, i }) => tab(trial, i, i === shown)).join('');
  const panels = each.map(({ trial, i }) => panel(trial, i, result, former, i === shown));
  const rest =
    drawn.size === trials.length
      ? ''
      : `<p class="quiet">${drawn.size} of ${trials.length} trials are drawn: those that did not pass, and the slowest.</p>`;
  return `${several ? trialsTable(result, drawn) : ''}${rest}${several ? `<div class="tabs" role="tablist" aria-label="trials">${tabs}</div>` : ''}${legend}${panels.join('\n')}`;
}

/** A page with more of them would be too large to open. */
const MAX_DRAWN = 30;
const ORDER: readonly Verdict[] = ['violated', 'unknown', 'holds'];

/** Which trials are drawn, by their places: those that do not hold before the others, the slowest first. */
function drawnOf(trials: readonly Trial[]): ReadonlySet<number> {
  const rank = (t: Trial): number => ORDER.indexOf(trialVerdict(t));
  const worst = trials
    .map((trial, i) => ({ trial, i }))
    .toSorted((a, b) => rank(a.trial) - rank(b.trial) || slowness(b.trial) - slowness(a.trial));
  return new Set(worst.slice(0, MAX_DRAWN).map(({ i }) => i));
}

/** Which trial is open at first: the first that does not hold, else the slowest. */
function firstShown(trials: readonly Trial[], drawn: ReadonlySet<number>): number {
  const verdicts = trials.map((t, i) => (drawn.has(i) ? trialVerdict(t) : null));
  for (const bad of ['violated', 'unknown'] as const) {
    if (verdicts.includes(bad)) return verdicts.indexOf(bad);
  }
  return trials.reduce((worst, t, i) => {
    const former = trials[worst];
    return former !== undefined && slowness(t) > slowness(former) ? i : worst;
  }, 0);
}

/** A trial without a switch is the slowest. */
const slowness = (t: Trial): number => t.phases.switchedMs ?? Number.MAX_VALUE;

/** The trial of an earlier run that stands for it: the one with the median switch. */
const middleOf = (trials: readonly Trial[]): Trial | null =>
  trials.toSorted((a, b) => slowness(a) - slowness(b))[Math.floor((trials.length - 1) / 2)] ?? null;

function trialsTable(
  { trials, budgetMs, outageBudgetMs = null }: FailoverResult,
  drawn: ReadonlySet<number>,
): string {
  const rows = trials.map((t, i) => {
    const { switchedMs } = t.phases;
    const late = switchedMs !== null && switchedMs > budgetMs;
    const lost = measured('ledger.lost', t.ledger?.lost, 'trials', i, 'ledger', 'lost');
    return [
      drawn.has(i) ? `<a href="#trial-${i + 1}">${i + 1}</a>` : String(i + 1),
      outcomeBadge(trialVerdict(t)),
      html(masterMove(t)),
      toned(
        outageHtml(t, i),
        outageBudgetMs !== null && (t.client?.outageMs ?? 0) > outageBudgetMs ? 'late' : '',
      ),
      (t.ledger?.lost ?? 0) > 0 ? `<b class="lost-count">${lost}</b>` : lost,
      switchedMs === null
        ? '<span class="none">not seen</span>'
        : toned(measured('switchedMs', switchedMs, 'trials', i, 'phases', 'switchedMs'), late ? 'late' : ''),
      toned(
        measured('rejoin.zombieMs', t.rejoin?.zombieMs, 'trials', i, 'rejoin', 'zombieMs'),
        (t.rejoin?.zombieMs ?? 0) > 0 ? 'risk' : '',
      ),
      measured('rejoin.caughtUpMs', t.rejoin?.caughtUpMs, 'trials', i, 'rejoin', 'caughtUpMs'),
    ];
  });
  return tableHtml(
    'Trials',
    ['Trial', 'Verdict', 'Master', 'No answer', 'Lost', 'Switch', 'Two masters', 'Rejoined'],
    rows,
    [3, 4, 5, 6, 7],
  );
}

function outageHtml({ client, cutShort }: Trial, i: number): string {
  const value = measured('client.outageMs', client?.outageMs, 'trials', i, 'client', 'outageMs');
  return client?.outageMs == null ? value : outageText(value, client.lastRecoveredMs, cutShort);
}

const toned = (text: string, tone: string): string => (tone === '' ? text : `<b class="${tone}">${text}</b>`);

function tab(trial: Trial, i: number, selected: boolean): string {
  const verdict: Verdict = trialVerdict(trial);
  const { switchedMs } = trial.phases;
  const never = trial.cutShort === true || trial.untested !== undefined ? 'switch not seen' : 'no switch';
  const time = switchedMs === null ? never : metricText('switchedMs', switchedMs);
  const counted = lostOf({ trials: [trial] });
  const lost =
    trial.ledger === undefined || counted?.lost === 0
      ? ''
      : counted === null
        ? ', losses unknown'
        : `, ${grouped(counted.lost)} lost`;
  return `<button type="button" role="tab" id="tab-${i + 1}" aria-controls="trial-${i + 1}" aria-selected="${selected}" tabindex="${selected ? 0 : -1}" class="${verdict}"><span aria-hidden="true">${MARK[verdict]}</span> ${i + 1}<small>${html(time + lost)}</small></button>`;
}

function panel(
  trial: Trial,
  i: number,
  result: FailoverResult,
  baseline: Trial | null,
  shown: boolean,
): string {
  const spurious = trial.spurious
    .map((words) => `<p class="incomplete"><b>!</b> ${html(words)}</p>`)
    .join('');
  // A run of one trial says this above, once.
  const broken = result.trials.length < 2 ? [] : trial.invariants.filter((one) => one.verdict !== 'holds');
  const limits = result.trials.length < 2 ? [] : (trial.broken ?? []);
  const why = [
    ...broken.map((one) => `<b>${MARK[one.verdict]} ${html(one.id)}</b> ${html(one.evidence)}`),
    ...limits.map((limit) => `<b>${MARK.violated}</b> <code>${html(limit)}</code>`),
  ].map((line) => `<p class="incomplete">${line}</p>`);
  // The role tabpanel is not allowed on an article.
  const isTabbed = result.trials.length > 1;
  const tabbed = isTabbed ? ` role="tabpanel" aria-labelledby="tab-${i + 1}"` : '';
  const element = isTabbed ? 'div' : 'article';
  return `<${element} class="trial" id="trial-${i + 1}"${tabbed}${shown ? '' : ' hidden'}>
<h3>Trial ${i + 1}: ${html(masterMove(trial))} ${outcomeBadge(trialVerdict(trial))} <small class="quiet">${timeHtml(trial.faultAt)}</small></h3>
${spurious}${why.join('')}
${timelineHtml(trial, i, result, baseline)}
${phasesHtml(trial, i, result)}
<div class="columns">${rejoinHtml(trial, i, result.fault)}${clientHtml(trial, i)}${ledgerHtml(trial, i)}</div>
${eventsHtml(trial)}
</${element}>`;
}
