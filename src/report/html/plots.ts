import type { LoadOverTime, Trial } from '../../observe/result.js';
import { grouped, metricText } from '../words/metrics.js';
import { html, lane } from './markup.js';
import { type Scale, ticks } from './scale.js';

/** The drawing is stretched to its track; only shares of these matter. */
const WIDTH = 1000;
const HEIGHT = 100;
const KINDS = ['linear', 'log'] as const;
type AxisKind = (typeof KINDS)[number];

interface Series {
  kind: 'rate' | 'errors' | 'p50' | 'p99' | 'base';
  values: readonly (number | null)[];
  fromMs: number;
  bucketMs: number;
}

/** What is drawn in one lane. */
interface Plot {
  name: string;
  note: string;
  words: string;
  /** Which axis is shown at first. */
  first: AxisKind;
  /** The least value that a logarithmic axis shows; what is less lies on its base. */
  least: number;
  tick(value: number): string;
  series: Series[];
}

/** Writes per second and latency of all clients together; `baseline` is drawn as a second line. Empty without them. */
export function plotRows(trial: Trial, baseline: Trial | null, scale: Scale): string {
  const load = trial.client?.overTime;
  if (load === undefined) return '';
  const before = baseline?.client?.overTime;
  return [ratePlot(load, before), latencyPlot(load, before)].map((plot) => plotRow(plot, scale)).join('\n');
}

function ratePlot(load: LoadOverTime, before: LoadOverTime | undefined): Plot {
  const rate = perSecond(load.ok, load);
  return {
    name: 'writes/s',
    note: 'all clients',
    words: `acknowledged writes per second of all clients, at most ${grouped(largest(rate))}; errors per second, at most ${grouped(largest(perSecond(load.errors, load)))}`,
    first: 'linear',
    least: 1,
    tick: grouped,
    series: [
      ...(before === undefined
        ? []
        : [{ ...before, kind: 'base' as const, values: perSecond(before.ok, before) }]),
      { ...load, kind: 'rate', values: rate },
      // No line along the base where there was none.
      { ...load, kind: 'errors', values: perSecond(load.errors, load).map((n) => n || null) },
    ],
  };
}

function latencyPlot(load: LoadOverTime, before: LoadOverTime | undefined): Plot {
  const worst = largest(load.p99Ms);
  return {
    name: 'latency',
    note: 'p50 and p99',
    words: `latency of acknowledged operations in each ${load.bucketMs} ms: p99 at most ${metricText('latencyMs', worst)}, p50 at most ${metricText('latencyMs', largest(load.p50Ms))}`,
    first: 'log',
    least: 0.1,
    // Round values: `1 s` says what `1.00 s` says, in less room.
    tick: (ms) => (ms < 1000 ? metricText('latencyMs', ms) : `${ms / 1000} s`),
    series: [
      ...(before === undefined ? [] : [{ ...before, kind: 'base' as const, values: before.p99Ms }]),
      { ...load, kind: 'p99', values: load.p99Ms },
      { ...load, kind: 'p50', values: load.p50Ms },
    ],
  };
}

const perSecond = (counts: readonly number[], { bucketMs }: LoadOverTime): number[] =>
  counts.map((n) => (n * 1000) / bucketMs);

const largest = (values: readonly (number | null)[]): number =>
  values.reduce<number>((max, v) => Math.max(max, v ?? 0), 0);

function plotRow(plot: Plot, scale: Scale): string {
  const drawings = KINDS.map((kind) => drawing(plot, axisOf(plot, kind, scale), scale, kind));
  const pressed = plot.first === 'log';
  const toggle = `<button type="button" class="axis-kind" aria-pressed="${pressed}" aria-label="logarithmic axis: ${html(plot.name)}">log</button>`;
  return lane('plot', plot.name, plot.note, drawings.join(''), toggle);
}

interface Axis {
  /** From the top, as a share of the height. */
  at(value: number): number;
  ticks: number[];
}

/** The range is what is seen in this part of the time, so that a close-up is close in both directions. */
function axisOf({ series, least }: Plot, kind: AxisKind, scale: Scale): Axis {
  const seen = series.flatMap((s) =>
    s.values.filter((v, i): v is number => v !== null && isWithin(s, i, scale)),
  );
  const most = Math.max(least * 10, ...seen);
  if (kind === 'linear') {
    const top = most * 1.08;
    return { at: (v) => 1 - v / top, ticks: ticks({ fromMs: 0, toMs: top }, 4).filter((v) => v > 0) };
  }
  const low = Math.log10(least);
  const high = Math.log10(most * 1.3);
  const powers = Array.from(
    { length: Math.floor(high - low + 1e-9) + 1 },
    (_, i) => 10 ** Math.round(low + i),
  );
  const every = Math.ceil(powers.length / 4);
  return {
    at: (v) => 1 - Math.max(0, Math.log10(Math.max(v, least)) - low) / (high - low),
    ticks: powers.filter((_, i) => i > 0 && (powers.length - 1 - i) % every === 0),
  };
}

const isWithin = ({ fromMs, bucketMs }: Series, i: number, scale: Scale): boolean =>
  fromMs + (i + 1) * bucketMs >= scale.fromMs && fromMs + i * bucketMs <= scale.toMs;

function drawing(plot: Plot, axis: Axis, scale: Scale, kind: AxisKind): string {
  const across = axis.ticks.map((v) => `<path class="grid" d="M0 ${y(axis.at(v))}H${WIDTH}"/>`);
  const lines = plot.series.map((s) => `<path class="${s.kind}" d="${lineOf(s, axis, scale)}"/>`);
  const labels = axis.ticks.map(
    (v) => `<i class="tick-y" style="top:${Math.round(axis.at(v) * 1000) / 10}%">${html(plot.tick(v))}</i>`,
  );
  return `<div class="drawing" data-axis="${kind}"${kind === plot.first ? '' : ' hidden'}><svg role="img" tabindex="0" aria-label="${html(`${plot.words} (${kind} axis)`)}" viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none">${across.join('')}${lines.join('')}</svg>${labels.join('')}</div>`;
}

/** Each value for the whole of its bucket; a bucket without a value is a gap, a lone one is as wide as its bucket. */
function lineOf(series: Series, axis: Axis, scale: Scale): string {
  const { values, fromMs, bucketMs } = series;
  let path = '';
  let drawnTo: number | null = null;
  values.forEach((value, i) => {
    if (!isWithin(series, i, scale)) return;
    if (value === null) {
      drawnTo = null;
      return;
    }
    const [left, right] = [x(fromMs + i * bucketMs, scale), x(fromMs + (i + 1) * bucketMs, scale)];
    const up = y(axis.at(value));
    path += drawnTo === null ? `M${left} ${up}H${right}` : `${drawnTo === up ? '' : `V${up}`}H${right}`;
    drawnTo = up;
  });
  return path;
}

const tenth = (n: number): number => Math.round(n * 10) / 10;
const y = (share: number): number => tenth(share * HEIGHT);
const x = (ms: number, { fromMs, toMs }: Scale): number =>
  tenth(Math.min(1, Math.max(0, (ms - fromMs) / (toMs - fromMs))) * WIDTH);
