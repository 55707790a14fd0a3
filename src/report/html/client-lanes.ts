import { humanDurationMs } from '../../model/duration.js';
import { causeName } from '../../observe/loss-causes.js';
import type { ClientLane, LedgerSummary, Trial } from '../../observe/result.js';
import { LOSS_WORDS } from '../words/losses.js';
import { grouped } from '../words/metrics.js';
import { outageText } from '../words/outage.js';
import { html, lane, moment, stretch } from './markup.js';
import { percent, place, type Scale } from './scale.js';

/** The lanes of the clients with the longest outages; more would bury the page. */
const MAX_LANES = 16;
/** Height above the base line for what was acknowledged, and below it for what was not. */
const UP = 20;
const DOWN = 10;

type LostRun = LedgerSummary['lostRuns'][number];

/** A lane per client: acknowledgements upwards, errors downwards, lost writes as red ticks. */
export function clientRows(trial: Trial, scale: Scale): string {
  const clients = trial.client?.clients ?? [];
  const worst = clients.toSorted((a, b) => (b.outageMs ?? 0) - (a.outageMs ?? 0)).slice(0, MAX_LANES);
  const shown = clients.filter((c) => worst.includes(c));
  const most = {
    ok: largest(shown.map((c) => c.ok)),
    errors: largest(shown.map((c) => c.errors)),
  };
  const runs = trial.ledger?.lostRuns ?? [];
  const rows = shown.map((c) => {
    const lost = runs.filter((r) => r.client === c.id).map((r) => lostTick(r, scale));
    const isOpen = c.recoveredMs === null;
    const note = c.outageMs === null ? '' : `out ${isOpen ? '≥ ' : ''}${humanDurationMs(c.outageMs)}`;
    return lane('client', c.id, note, density(c, most, scale, trial.cutShort) + lost.join(''));
  });
  const hidden = clients.length - shown.length;
  const more =
    hidden > 0 ? `<p class="more">${hidden} more clients with a shorter outage are in the JSON.</p>` : '';
  return rows.join('\n') + more;
}

/** The lost writes of this time in one lane, by when they were acknowledged; empty where none was lost. */
export function lostRow(trial: Trial, scale: Scale): string {
  const runs = (trial.ledger?.lostRuns ?? []).filter((r) => r.toMs >= scale.fromMs && r.fromMs <= scale.toMs);
  if (runs.length === 0) return '';
  const lost = trial.ledger?.lost ?? 0;
  return lane('loss', 'lost writes', grouped(lost), runs.map((r) => lostTick(r, scale)).join(''));
}

function lostTick(run: LostRun, scale: Scale): string {
  const words = `${grouped(run.count)} acknowledged ${run.count === 1 ? 'write' : 'writes'} of ${run.client} lost (${causeName(run.cause)})\n${LOSS_WORDS[run.cause]}\nby ${run.acknowledgedBy}, ${moment(run.fromMs)} to ${moment(run.toMs)}`;
  return stretch('lost', place(run.fromMs, run.toMs, scale), words, '✗');
}

function largest(rows: readonly (readonly number[])[]): number {
  return rows.reduce((max, row) => row.reduce((m, n) => Math.max(m, n), max), 1);
}

function density(
  client: ClientLane,
  most: { ok: number; errors: number },
  scale: Scale,
  cutShort: boolean | undefined,
): string {
  const buckets = Math.max(client.ok.length, client.errors.length);
  const toMs = client.fromMs + buckets * client.bucketMs;
  // The drawing is stretched to its time; it is cut where the axis begins.
  const skip = Math.max(0, Math.ceil((scale.fromMs - client.fromMs) / client.bucketMs));
  const fromMs = client.fromMs + skip * client.bucketMs;
  const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
  const back =
    client.recoveredMs === null
      ? `not acknowledged again until ${cutShort === true ? 'it was interrupted' : 'the end'}`
      : `acknowledged again at ${moment(client.recoveredMs)}`;
  const out =
    client.outageMs === null
      ? ''
      : `; longest time without an answer ${outageText(humanDurationMs(client.outageMs), client.recoveredMs, cutShort)}`;
  const words = `${client.id}: ${grouped(sum(client.ok))} acknowledged, ${grouped(sum(client.errors))} not; ${back}${out}`;
  const ok = bars(client.ok.slice(skip), most.ok, UP, UP, -1);
  const errors = bars(client.errors.slice(skip), most.errors, UP, DOWN, 1);
  return `<svg role="img" tabindex="-1" aria-label="${html(words)}" style="${place(fromMs, toMs, scale)}" viewBox="0 0 ${Math.max(1, buckets - skip)} ${UP + DOWN}" preserveAspectRatio="none"><path class="ok" d="${ok}"/><path class="err" d="${errors}"/></svg>${recovered(client, scale)}`;
}

const recovered = ({ recoveredMs }: ClientLane, scale: Scale): string =>
  recoveredMs === null ? '' : `<i class="back" style="left:${percent(recoveredMs, scale)}%"></i>`;

/** One path of bars from the base line; neighbours of the same height become one. Nothing that happened is invisible. */
function bars(values: readonly number[], most: number, base: number, height: number, way: 1 | -1): string {
  let path = '';
  for (let i = 0; i < values.length; ) {
    const tall = heightOf(values[i] ?? 0, most, height);
    let end = i + 1;
    while (end < values.length && heightOf(values[end] ?? 0, most, height) === tall) end += 1;
    if (tall > 0) path += `M${i} ${base}v${way * tall}h${end - i}V${base}z`;
    i = end;
  }
  return path;
}

/** By the square root: clients that work off a backlog would flatten everything else to a line. */
const heightOf = (value: number, most: number, height: number): number =>
  value <= 0 ? 0 : Math.max(3, Math.round(Math.sqrt(value / most) * height));
