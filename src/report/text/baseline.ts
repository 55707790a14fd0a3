import type { BaselineComparison, MetricComparison } from '../../failover/baseline.js';
import { plain, wrap } from '../plain-text.js';
import { metricLabel, metricText } from '../words/metrics.js';
import { BASELINE_WORD } from '../words/verdict.js';
import { verdictLines } from './lines.js';
import { paintOf } from './outcome.js';
import { type Cell, type Column, table } from './table.js';
import { lineWidth, SYMBOL, type Theme, themeOf, type View } from './theme.js';

/** The verdict against an earlier run, the settings that differ and the metrics that changed; the others are counted. */
export function baselineText(comparison: BaselineComparison, view: View): string {
  const theme = themeOf(view);
  const { outcome, reason, differs, metrics } = comparison;
  const changed = metrics.filter((m) => m.verdict === 'worse' || m.verdict === 'better');
  const same = metrics.filter((m) => m.verdict === 'same').length;
  return [
    ...verdictLines(BASELINE_WORD[outcome], paintOf(outcome, theme), reason, view),
    ...wrap(`compared with the run of ${plain(comparison.baselineStartedAt)}`, lineWidth(view), 2).map(
      theme.dim,
    ),
    ...differs.flatMap((d) => {
      const line = `${d.decisive ? SYMBOL.bad : SYMBOL.warn} ${d.setting}: ${d.baseline} in the baseline, ${d.now} now`;
      return wrap(plain(line), lineWidth(view), 2).map(d.decisive ? theme.bad : theme.warn);
    }),
    ...(changed.length === 0
      ? []
      : [
          table(
            COLUMNS,
            changed.map((m) => rowOf(m, theme)),
            view,
          ),
        ]),
    ...(same === 0
      ? []
      : wrap(`${same} other metrics did not change beyond noise`, lineWidth(view), 2).map(theme.dim)),
  ].join('\n');
}

const COLUMNS: readonly Column[] = [
  { title: 'METRIC (MEDIANS)' },
  { title: 'BASELINE', align: 'right' },
  { title: 'NOW', align: 'right' },
  { title: '' },
  { title: 'BY CHANCE', align: 'right', drop: 1 },
];

function rowOf(m: MetricComparison, theme: Theme): Cell[] {
  const shown = (value: number | null): string => (value === null ? 'never' : metricText(m.metric, value));
  const worse = m.verdict === 'worse';
  const mark = worse ? `${SYMBOL.bad} worse` : `${SYMBOL.ok} better`;
  return [
    metricLabel(m.metric),
    shown(m.baseline),
    shown(m.now),
    { text: mark, paint: worse ? theme.bad : theme.ok },
    chanceText(m.chance),
  ];
}

/** `0.4 %`; below a hundredth of a percent no more digits. */
const chanceText = (chance: number | null): string =>
  chance === null ? '-' : chance < 0.0001 ? '< 0.01 %' : `${Number((chance * 100).toPrecision(1))} %`;
