import type { FailoverResult } from '../../observe/result.js';
import {
  ENOUGH_FOR_PERCENTILES,
  inOrder,
  metricLabel,
  statisticsOf,
  statisticText,
} from '../words/metrics.js';
import { groupedTableHtml, html, measured } from './markup.js';

const GROUPS: readonly (readonly [title: string, of: RegExp])[] = [
  ['Failover', /^(\w+Ms|spurious)$/],
  ['Return of the old master', /^rejoin\./],
  ['Clients', /^client\./],
  ['Writes', /^ledger\./],
];

/** Every metric over the trials, by group. */
export function metricsHtml(result: FailoverResult): string {
  const many = result.trials.length >= ENOUGH_FOR_PERCENTILES;
  const names = inOrder(Object.keys(result.summary));
  const isOther = (name: string): boolean => !GROUPS.some(([, of]) => of.test(name));
  const groups = [
    ...GROUPS.map(([title, of]) => ({ title, names: names.filter((name) => of.test(name)) })),
    { title: 'Others', names: names.filter(isOther) },
  ].map(({ title, names }) => ({
    title,
    rows: names.map((name) => (many ? withPercentiles(name, result) : withRange(name, result))),
  }));
  return many
    ? groupedTableHtml(
        'Metrics',
        ['Metric', 'n', 'p50', 'p95', 'max', '95 % CI of p50'],
        groups,
        [1, 2, 3, 4, 5],
      )
    : groupedTableHtml(
        'Metrics',
        ['Metric', 'n', ...statisticsOf(result.trials.length)],
        groups,
        [1, 2, 3, 4],
      );
}

/** In words; the name that a threshold takes shows when it is pointed at. */
const labelOf = (metric: string): string =>
  `<span title="${html(metric)}">${html(metricLabel(metric))}</span>`;
const NONE = '<span class="none">–</span>';

function withPercentiles(metric: string, { summary }: FailoverResult): string[] {
  const of = summary[metric];
  const enough = (of?.n ?? 0) >= ENOUGH_FOR_PERCENTILES;
  const at = (key: 'p50' | 'p95' | 'max'): string => measured(metric, of?.[key], 'summary', metric, key);
  const ci = (i: 0 | 1): string => measured(metric, of?.ci95?.[i], 'summary', metric, 'ci95', i);
  return [
    labelOf(metric),
    String(of?.n ?? 0),
    enough ? at('p50') : NONE,
    enough ? at('p95') : NONE,
    at('max'),
    enough && of?.ci95 != null ? `${ci(0)} – ${ci(1)}` : NONE,
  ];
}

function withRange(metric: string, result: FailoverResult): string[] {
  const of = result.summary[metric];
  return [
    labelOf(metric),
    String(of?.n ?? 0),
    ...statisticsOf(result.trials.length).map((id) =>
      id === 'most'
        ? measured(metric, of?.max, 'summary', metric, 'max')
        : html(statisticText(id, metric, result) ?? '–'),
    ),
  ];
}
