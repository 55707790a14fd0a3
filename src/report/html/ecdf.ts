import { humanDurationMs } from '../../model/duration.js';
import type { FailoverResult, Trial } from '../../observe/result.js';
import { neverBack } from '../words/advice.js';
import { html } from './markup.js';
import { type Scale, ticks } from './scale.js';

const WIDTH = 640;
const HEIGHT = 280;
const MARGIN = { left: 76, right: 16, top: 14, bottom: 40 };

interface Curve {
  kind: 'switched' | 'outage' | 'switched base' | 'outage base';
  label: string;
  values: number[];
  /** Of so many. */
  trials: number;
}

/** A limit, and which of the curves it is for. */
interface Budget {
  ms: number;
  of: string;
}

/** Two names above each other, in the larger print of a narrow screen. */
const BUDGET_NAME_HEIGHT = 22;

/**
 * Over the trials: which share of them had switched, and had all clients back, within which time. Empty for one trial.
 * An earlier run's curves are drawn behind.
 */
export function ecdfHtml(
  { trials, budgetMs, outageBudgetMs }: FailoverResult,
  baseline: FailoverResult | null,
): string {
  if (trials.length < 2) return '';
  const former = baseline === null ? [] : curvesOf(baseline.trials, ' base');
  const curves = [...former, ...curvesOf(trials, '')].filter((c) => c.values.length > 0);
  if (curves.length === 0) return '';
  const budgets: Budget[] = [
    { ms: budgetMs, of: 'the switch' },
    ...(outageBudgetMs == null ? [] : [{ ms: outageBudgetMs, of: 'the clients' }]),
  ];
  const scale = rangeOf(curves, budgets);
  return `<figure class="ecdf"><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${html(spoken(curves))}">
${grid(scale)}
${budgets.map((budget, i) => budgetLine(budget, i, scale)).join('')}
${curves.map((c) => steps(c, scale)).join('\n')}
</svg><figcaption>${curves.map((c) => `<span class="key ${c.kind}"><svg viewBox="0 0 32 10" aria-hidden="true"><path d="M0 5h32"/></svg>${c.label}</span>`).join(' ')} <span>share of the trials within that time${missing(curves)}</span></figcaption></figure>`;
}

function curvesOf(trials: readonly Trial[], suffix: '' | ' base'): Curve[] {
  const of = suffix === '' ? '' : ', baseline';
  return [
    curve(`switched${suffix}`, `first sentinel switched${of}`, trials, (t) => t.phases.switchedMs),
    curve(`outage${suffix}`, `no answer for clients${of}`, trials, (t) =>
      neverBack(t).length > 0 ? null : (t.client?.outageMs ?? null),
    ),
  ];
}

function curve(
  kind: Curve['kind'],
  label: string,
  trials: readonly Trial[],
  of: (trial: Trial) => number | null,
): Curve {
  const values = trials.map(of).filter((ms) => ms !== null);
  return { kind, label, values: values.sort((a, b) => a - b), trials: trials.length };
}

/** Never ends at 100 % where a trial has no value: then the curve stays below, and this says why. */
function missing(curves: readonly Curve[]): string {
  const words = curves
    .filter((c) => c.values.length < c.trials)
    .map((c) => `${c.trials - c.values.length} without: ${c.label}`);
  return words.length === 0 ? '' : ` (${html(words.join('; '))})`;
}

function rangeOf(curves: readonly Curve[], budgets: readonly Budget[]): Scale {
  const values = curves.flatMap((c) => c.values);
  const low = Math.min(...values);
  const high = Math.max(...values);
  const near = budgets.map(({ ms }) => ms).filter((ms) => ms > low && ms < high * 1.5);
  const withBudget = Math.max(high, ...near);
  const pad = Math.max((withBudget - low) * 0.08, withBudget * 0.02, 1);
  return { fromMs: Math.max(0, low - pad), toMs: withBudget + pad };
}

const x = (ms: number, { fromMs, toMs }: Scale): number =>
  Math.round((MARGIN.left + ((ms - fromMs) / (toMs - fromMs)) * (WIDTH - MARGIN.left - MARGIN.right)) * 10) /
  10;
const y = (share: number): number =>
  Math.round((HEIGHT - MARGIN.bottom - share * (HEIGHT - MARGIN.top - MARGIN.bottom)) * 10) / 10;

function grid(scale: Scale): string {
  const across = [0, 0.25, 0.5, 0.75, 1].map(
    (s) =>
      `<path class="grid" d="M${MARGIN.left} ${y(s)}H${WIDTH - MARGIN.right}"/><text x="${MARGIN.left - 6}" y="${y(s) + 4}" text-anchor="end">${s * 100} %</text>`,
  );
  const down = ticks(scale, 5).map(
    (ms) =>
      `<path class="grid" d="M${x(ms, scale)} ${MARGIN.top}V${HEIGHT - MARGIN.bottom}"/><text x="${x(ms, scale)}" y="${HEIGHT - MARGIN.bottom + 18}" text-anchor="middle">${Math.round(ms) / 1000} s</text>`,
  );
  return [...across, ...down].join('');
}

/** A line of its own with its name beside it, on the side with more room; each name has its own height. */
function budgetLine({ ms, of }: Budget, i: number, scale: Scale): string {
  if (ms < scale.fromMs || ms > scale.toMs) return '';
  const at = x(ms, scale);
  const [beside, anchor] = at < WIDTH / 2 ? [at + 5, 'start'] : [at - 5, 'end'];
  const up = HEIGHT - MARGIN.bottom - 6 - i * BUDGET_NAME_HEIGHT;
  return `<path class="budget" d="M${at} ${MARGIN.top}V${HEIGHT - MARGIN.bottom}"/><text class="budget" x="${beside}" y="${up}" text-anchor="${anchor}">budget of ${of}</text>`;
}

function steps({ kind, values, trials }: Curve, scale: Scale): string {
  const first = values[0] ?? 0;
  const path = values.map((ms, i) => `H${x(ms, scale)}V${y((i + 1) / trials)}`).join('');
  const dots = values.map((ms, i) => {
    const words = `${i + 1} of ${trials} within ${humanDurationMs(ms)}`;
    return `<circle cx="${x(ms, scale)}" cy="${y((i + 1) / trials)}" r="3"><title>${words}</title></circle>`;
  });
  return `<g class="${kind}" data-curve="${kind}"><path d="M${x(first, scale)} ${y(0)}${path}H${WIDTH - MARGIN.right}"/>${dots.join('')}</g>`;
}

const spoken = (curves: readonly Curve[]): string =>
  curves
    .map((c) => {
      const median = c.values[Math.ceil(c.values.length / 2) - 1] ?? 0;
      return `${c.label}: half of ${c.trials} trials within ${humanDurationMs(median)}, the slowest ${humanDurationMs(c.values.at(-1) ?? 0)}`;
    })
    .join('; ');
