import { formatDurationMs, humanDurationMs } from '../../model/duration.js';
import { costOf } from '../../observe/frontier.js';
import type { SweepPoint } from '../../observe/sweep-result.js';
import { grouped } from '../words/metrics.js';
import { html } from './markup.js';
import { ticks } from './scale.js';

const WIDTH = 720;
const HEIGHT = 380;
const MARGIN = { left: 64, right: 28, top: 24, bottom: 58 };
/** Nothing lost is this far above the axis: a mark must not touch the times under it. */
const ABOVE_AXIS = 14;
/** Shapes tell the series apart where colours do not; there are as many colours. */
const SHAPES = ['M-5-5h10v10h-10z', 'M0-7l7 7-7 7-7-7z', 'M0-7l7 12h-14z', 'M-6-6l12 12M6-6l-12 12'];
/** A label stands this far above its mark. */
const LABEL_DY = -12;
/** How far apart marks are, so that neither they nor their labels touch on a narrow screen. */
const APART = { x: 48, y: 40 };

interface Spot {
  point: SweepPoint;
  outageMs: number;
  maxMs: number;
  lost: number;
  /** Which min-replicas-to-write, by its place among them. */
  series: number;
}

/** Where a spot is drawn: a stem leads from there to its place, where another one is drawn already. */
interface Placed extends Spot {
  at: number;
  place: number;
  up: number;
}

/** Median client outage across, lost writes per trial upwards; a combination is a spot, the frontier joins the best. */
export function sweepChart(points: readonly SweepPoint[]): string {
  const levels = [...new Set(points.map((p) => p.minReplicas))].sort((a, b) => a - b);
  const spots = points.flatMap((point): Spot[] => {
    const cost = costOf(point);
    if (cost === null) return [];
    const maxMs = point.outageMs?.max ?? cost.outageMs;
    return [{ point, ...cost, maxMs, series: levels.indexOf(point.minReplicas) % SHAPES.length }];
  });
  if (spots.length === 0) return '<p>No combination has enough evidence to be drawn.</p>';
  const plot = plotOf(spots);
  const placed = apart(spots, plot);
  const hasStem = placed.some(({ up, place }) => up !== place);
  return `<figure class="sweep"><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${html(spoken(spots))}">
${grid(plot, outageTitle(points))}
${frontierLine(spots, plot)}
${placed.map(stemOf).join('')}
${placed.map((spot) => drawn(spot, plot)).join('\n')}
</svg><figcaption>${levels.map(keyOf).join(' ')} <span>each label is a down-after; filled: on the frontier; the line to the right reaches the worst trial${hasStem ? '; where marks would overlap, a stem leads to the place of one' : ''}</span></figcaption></figure>`;
}

/** What the place across is: with one trial each there is nothing to be the median of. */
const outageTitle = (points: readonly SweepPoint[]): string =>
  points.every(({ trials }) => trials.length < 2) ? 'client outage' : 'client outage, median';

interface Plot {
  x(ms: number): number;
  y(lost: number): number;
  endMs: number;
  most: number;
}

function plotOf(spots: readonly Spot[]): Plot {
  const endMs = Math.max(...spots.map((s) => s.maxMs)) * 1.06;
  // Where nothing is lost there is still a zero to stand on.
  const most = Math.max(1, ...spots.map((s) => s.lost)) * 1.12;
  const across = WIDTH - MARGIN.left - MARGIN.right;
  const up = HEIGHT - MARGIN.top - MARGIN.bottom - ABOVE_AXIS;
  const tenth = (n: number): number => Math.round(n * 10) / 10;
  return {
    x: (ms) => tenth(MARGIN.left + (ms / endMs) * across),
    y: (lost) => tenth(HEIGHT - MARGIN.bottom - ABOVE_AXIS - (lost / most) * up),
    endMs,
    most,
  };
}

function grid({ x, y, endMs, most }: Plot, outage: string): string {
  const bottom = HEIGHT - MARGIN.bottom;
  const right = WIDTH - MARGIN.right;
  const down = ticks({ fromMs: 0, toMs: endMs }, 6).map(
    (ms) =>
      `<path class="grid" d="M${x(ms)} ${MARGIN.top}V${bottom}"/><text x="${x(ms)}" y="${bottom + 24}" text-anchor="middle">${ms / 1000} s</text>`,
  );
  const across = ticks({ fromMs: 0, toMs: most }, 4)
    .filter(Number.isInteger)
    .map(
      (n) =>
        `<path class="grid" d="M${MARGIN.left} ${y(n)}H${right}"/><text x="${MARGIN.left - 8}" y="${y(n) + 4}" text-anchor="end">${grouped(n)}</text>`,
    );
  return `${down.join('')}${across.join('')}<text x="${right}" y="${HEIGHT - 10}" text-anchor="end">${outage} →</text><text x="8" y="14">↑ lost writes per trial</text>`;
}

function frontierLine(spots: readonly Spot[], { x, y }: Plot): string {
  const best = spots.filter((s) => s.point.onFrontier).sort((a, b) => a.outageMs - b.outageMs);
  const path = best.map((s, i) =>
    i === 0 ? `M${x(s.outageMs)} ${y(s.lost)}` : `H${x(s.outageMs)}V${y(s.lost)}`,
  );
  return best.length < 2 ? '' : `<path class="frontier" d="${path.join('')}"/>`;
}

/** Moves a spot up or down until it touches none that is placed before it; those on the frontier come first. */
function apart(spots: readonly Spot[], { x, y }: Plot): Placed[] {
  const placed: Placed[] = [];
  const ways = [0, ...spots.flatMap((_, i) => [-(i + 1), i + 1])].map((n) => n * APART.y);
  const isFirst = ({ point }: Spot): number => (point.onFrontier ? 0 : 1);
  for (const spot of [...spots].sort((a, b) => isFirst(a) - isFirst(b))) {
    const [at, place] = [x(spot.outageMs), y(spot.lost)];
    const isFree = (up: number): boolean =>
      up > MARGIN.top + APART.y / 2 &&
      up < HEIGHT - MARGIN.bottom &&
      !placed.some((p) => Math.abs(p.at - at) < APART.x && Math.abs(p.up - up) < APART.y);
    const up = ways.map((dy) => place + dy).find(isFree) ?? place;
    placed.push({ ...spot, at, place, up });
  }
  return spots.flatMap(({ point }) => placed.filter((p) => p.point === point));
}

const stemOf = ({ at, place, up, series }: Placed): string =>
  up === place ? '' : `<g class="s${series}"><path class="stem" d="M${at} ${up}V${place}"/></g>`;

function drawn({ point, outageMs, maxMs, lost, series, at, up }: Placed, { x }: Plot): string {
  const label = formatDurationMs(point.downAfterMs);
  return `<g class="s${series}${point.onFrontier ? ' best' : ''}" data-down-after="${point.downAfterMs}" data-min-replicas="${point.minReplicas}"><title>${html(pointWords(point, outageMs, maxMs, lost))}</title><path class="reach" d="M${at} ${up}H${x(maxMs)}m0-4v8"/><path class="mark" transform="translate(${at} ${up})" d="${SHAPES[series]}"/><text class="label" x="${at}" y="${up + LABEL_DY}" text-anchor="middle">${html(label)}</text></g>`;
}

const pointWords = (point: SweepPoint, outageMs: number, maxMs: number, lost: number): string =>
  `down-after ${formatDurationMs(point.downAfterMs)}, min-replicas-to-write ${point.minReplicas}: outage ${humanDurationMs(outageMs)}, at most ${humanDurationMs(maxMs)}; ${grouped(lost)} lost per trial`;

const keyOf = (minReplicas: number, series: number): string =>
  `<span class="key"><svg viewBox="-9 -9 18 18" aria-hidden="true"><g class="s${series % SHAPES.length} best"><path class="mark" d="${SHAPES[series % SHAPES.length]}"/></g></svg>min-replicas-to-write ${minReplicas}</span>`;

const spoken = (spots: readonly Spot[]): string =>
  `Client outage against lost writes. On the frontier: ${spots
    .filter((s) => s.point.onFrontier)
    .map((s) => pointWords(s.point, s.outageMs, s.maxMs, s.lost))
    .join('; ')}`;
