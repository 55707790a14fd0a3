import { count } from '../../model/words.js';
import type { FailoverResult } from '../../observe/result.js';
import { lostOf } from '../words/losses.js';
import { ENOUGH_FOR_PERCENTILES, metricText } from '../words/metrics.js';
import { type KeyNumber, keyNumbers } from '../words/numbers.js';
import { html, measured } from './markup.js';

interface Card {
  title: string;
  metric: string;
  /** Outage and loss are what a failover costs: larger than the rest. */
  kind: 'main' | 'side';
  note?: string;
}

const CARDS: Readonly<Record<KeyNumber['id'], Card>> = {
  outage: {
    title: 'clients without an answer',
    metric: 'client.outageMs',
    kind: 'main',
    note: 'longest time between two answers of a client',
  },
  lost: { title: 'acknowledged writes lost', metric: 'ledger.lost', kind: 'main' },
  switch: { title: 'first sentinel switched', metric: 'switchedMs', kind: 'side' },
  'second master': {
    title: 'two writable masters',
    metric: 'rejoin.zombieMs',
    kind: 'side',
    note: 'after the old master returned',
  },
  rejoin: {
    title: 'old master rejoined',
    metric: 'rejoin.caughtUpMs',
    kind: 'side',
    note: 'after the fault, without lag',
  },
};

/** Red breaks a limit, orange deserves attention although no limit is broken. */
const TONES: Readonly<Record<KeyNumber['state'], string>> = {
  ok: 'plain',
  bad: 'bad',
  warn: 'risk',
  unknown: 'plain',
};

/** The five numbers. Without clients the first two were not measured, and it says so. */
export function figuresHtml(result: FailoverResult): string {
  const silent = result.workload === null ? UNWATCHED : '';
  return (
    silent +
    keyNumbers(result)
      .map((number) => cardHtml(number, result))
      .join('')
  );
}

const UNWATCHED = `<div class="card main plain"><h2>${CARDS.outage.title}</h2><p class="figure"><b>not measured</b></p><p class="quiet">no client wrote during this run</p></div>`;

function cardHtml(number: KeyNumber, result: FailoverResult): string {
  const { title, kind } = CARDS[number.id];
  const lines = notesOf(number, result).map((n) => `<p class="quiet">${n}</p>`);
  return `<div class="card ${kind} ${TONES[number.state]}"><h2>${html(title)}</h2><p class="figure"><b>${valueHtml(number, result)}</b></p>${lines.join('')}</div>`;
}

/** The number with its place in the JSON, where it is one of the JSON's. */
function valueHtml({ id, value }: KeyNumber, result: FailoverResult): string {
  const { metric } = CARDS[id];
  const max = result.summary[metric]?.max;
  if (id === 'lost') {
    const counted = lostOf(result);
    return html(counted === null ? value : metricText(metric, counted.lost));
  }
  return max !== undefined && metricText(metric, max) === value
    ? measured(metric, max, 'summary', metric, 'max')
    : html(value);
}

function notesOf(
  { id, value, note: open, budget, broken, state }: KeyNumber,
  result: FailoverResult,
): string[] {
  const { metric, note } = CARDS[id];
  const of = result.summary[metric];
  const counted = id === 'lost' ? lostOf(result) : null;
  const trials = result.trials.length;
  const median =
    of !== undefined && of.n >= ENOUGH_FOR_PERCENTILES
      ? `, median ${measured(metric, of.p50, 'summary', metric, 'p50')}`
      : '';
  return [
    ...(open === null ? [] : [html(open)]),
    ...(counted === null
      ? []
      : [html(`of ${metricText('ledger.acknowledged', counted.acknowledged)} acknowledged`)]),
    ...(id === 'lost' || trials < 2 || of === undefined
      ? []
      : [`the worst of ${count(trials, 'trial')}${median}`]),
    ...(budget === null ? [] : [html(`budget ${budget}`)]),
    ...broken.map((typed) => `<code>${html(typed)}</code> does not hold`),
    ...(note === undefined || state === 'unknown' || value === 'none' ? [] : [html(note)]),
  ];
}
