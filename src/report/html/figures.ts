import { count } from '../../model/words.js';
import type { FailoverResult } from '../../observe/result.js';
import { neverBack } from '../words/advice.js';
import { ledgerTotals } from '../words/losses.js';
import { metricOf, metricText } from '../words/metrics.js';
import { html, measured } from './markup.js';
import { ENOUGH_FOR_PERCENTILES } from './metrics-table.js';

/** How a number is painted: red breaks what was asked for, orange is a risk that nobody set a bound for. */
type Tone = 'plain' | 'bad' | 'risk';

/** The five numbers: outage and loss first and larger, then switch, second master and rejoin. */
export function figuresHtml(result: FailoverResult): string {
  return [outage(result), loss(result), switched(result), secondMaster(result), rejoined(result)].join('');
}

function card(
  kind: 'main' | 'side',
  title: string,
  value: string,
  notes: readonly string[],
  tone: Tone,
): string {
  const lines = notes.filter((n) => n !== '').map((n) => `<p class="quiet">${n}</p>`);
  return `<div class="card ${kind} ${tone}"><h3>${html(title)}</h3><p class="figure"><b>${value}</b></p>${lines.join('')}</div>`;
}

function outage(result: FailoverResult): string {
  const metric = 'client.outageMs';
  const title = 'no answer for clients';
  const { trials } = result;
  if (trials.every((t) => t.client === undefined)) {
    return card('main', title, 'not measured', ['no client wrote during this run'], 'plain');
  }
  const stranded = trials.filter((t) => neverBack(t).length > 0).length;
  if (stranded > 0) {
    // An outage that did not end is longer than what was measured, and no median may hide that.
    const longest = Math.max(0, ...trials.map((t) => t.client?.outageMs ?? 0));
    const where = trials.length > 1 ? ` in ${stranded} of ${count(trials.length, 'trial')}` : '';
    return card(
      'main',
      title,
      `&gt; ${html(metricText(metric, longest))}`,
      [html(`not all clients were acknowledged again${where}`)],
      'bad',
    );
  }
  return figure('main', title, metric, result, [boundOf(metric, result)]);
}

function loss(result: FailoverResult): string {
  const totals = ledgerTotals(result);
  const title = 'acknowledged writes lost';
  if (totals === null) return card('main', title, 'not measured', ['no write was counted'], 'plain');
  const { lost, acknowledged, indeterminate, recovered } = totals;
  const unanswered =
    indeterminate === 0
      ? ''
      : `${metricText('n', indeterminate)} unanswered, ${recovered === indeterminate ? 'all' : metricText('n', recovered)} of them written`;
  return card(
    'main',
    title,
    html(metricText('ledger.lost', lost)),
    [
      html(`of ${metricText('ledger.acknowledged', acknowledged)} acknowledged`),
      html(unanswered),
      boundOf('ledger.lost', result),
    ],
    lost > 0 ? 'bad' : 'plain',
  );
}

const switched = (result: FailoverResult): string =>
  figure('side', 'first sentinel switched', 'switchedMs', result, [
    html(`budget ${metricText('switchedMs', result.budgetMs)}`),
  ]);

function secondMaster(result: FailoverResult): string {
  const metric = 'rejoin.zombieMs';
  const title = 'two writable masters';
  if ((result.summary[metric]?.max ?? 0) === 0) {
    const seen = result.summary[metric] !== undefined;
    return card('side', title, seen ? 'never' : 'not seen', seen ? [] : [NO_RETURN], 'plain');
  }
  return figure(
    'side',
    title,
    metric,
    result,
    ['after the old master returned', boundOf(metric, result)],
    'risk',
  );
}

function rejoined(result: FailoverResult): string {
  const metric = 'rejoin.caughtUpMs';
  if (result.summary[metric] === undefined) {
    return card('side', 'old master rejoined', 'not seen', [], 'plain');
  }
  return figure('side', 'old master rejoined', metric, result, [
    html('after the fault, without lag'),
    boundOf(metric, result),
  ]);
}

const NO_RETURN = 'the old master was not seen to return';

/** The worst of all trials; the median beside it where there are enough of them. */
function figure(
  kind: 'main' | 'side',
  title: string,
  metric: string,
  result: FailoverResult,
  notes: readonly string[],
  otherwise: Tone = 'plain',
): string {
  const of = result.summary[metric];
  if (of === undefined) return card(kind, title, 'not seen', notes, 'bad');
  const { trials } = result;
  const missing = trials.length - of.n;
  const over =
    trials.length < 2
      ? ''
      : of.n < ENOUGH_FOR_PERCENTILES
        ? `the worst of ${count(of.n, 'trial')}`
        : `the worst of ${count(of.n, 'trial')}, median ${measured(metric, of.p50, 'summary', metric, 'p50')}`;
  const without = missing > 0 ? html(`not seen in ${count(missing, 'trial')}`) : '';
  const tone = isBroken(metric, result) ? 'bad' : otherwise;
  return card(
    kind,
    title,
    measured(metric, of.max, 'summary', metric, 'max'),
    [over, without, ...notes],
    tone,
  );
}

const boundsOn = (metric: string, { thresholds }: FailoverResult): FailoverResult['thresholds'] =>
  thresholds.filter((t) => metricOf(t.expression) === metric);

const isBroken = (metric: string, result: FailoverResult): boolean =>
  boundsOn(metric, result).some((t) => t.holds === 'violated');

/** What was asked for besides the budget of the switch. */
const boundOf = (metric: string, result: FailoverResult): string =>
  boundsOn(metric, result)
    .map((t) => `asked: <code>${html(t.expression)}</code>`)
    .join(', ');
