import { humanDurationMs } from '../../model/duration.js';
import { count } from '../../model/words.js';
import type { FailoverResult, Trial } from '../../observe/result.js';
import { phaseRows } from '../words/time-rows.js';
import { clientRows, lostRow } from './client-lanes.js';
import { html, lane, moment, stretch } from './markup.js';
import { dualMaster, type NodeLane, nodeLanes } from './node-lanes.js';
import { plotRows } from './plots.js';
import { percent, place, type Scale, scaleOf, ticks } from './scale.js';
import { type SentinelLane, sentinelLanes } from './sentinel-lanes.js';

/** A part of a trial that is worth a closer look. */
interface CloseUp extends Scale {
  name: string;
}

/** Shown of the time before and after a close-up, as a share of its length. */
const AROUND = 0.08;

/** One trial: the whole of it, and a close-up of a part; the first close-up is the one that is shown. */
export function timelineHtml(
  trial: Trial,
  index: number,
  result: FailoverResult,
  baseline: Trial | null,
): string {
  const whole = scaleOf(trial);
  const parts = closeUps(trial, whole);
  const charts = parts.map(
    (part, i) =>
      `<div class="closeup" id="closeup-${index + 1}-${i + 1}"${i === 0 ? '' : ' hidden'}>${chart(part.name, part, trial, index, result, baseline)}</div>`,
  );
  const buttons = parts.map(
    (part, i) =>
      `<button type="button" aria-pressed="${i === 0}" aria-controls="closeup-${index + 1}-${i + 1}">${part.name}</button>`,
  );
  const closer =
    parts.length === 0
      ? ''
      : `<div class="closer" role="group" aria-label="close-up"><h4>Close-up</h4>${buttons.join('')}</div>${charts.join('\n')}`;
  return `${chart('whole trial', whole, trial, index, result, baseline, parts[0])}${closer}`;
}

/** From sdown to the switch, the whole failover, and the old master's return; what was not seen is left out. */
function closeUps(trial: Trial, whole: Scale): CloseUp[] {
  const { agreedMs, switchedMs, reattachedMs, sdownMs } = trial.phases;
  const endMs = agreedMs ?? switchedMs ?? reattachedMs;
  const { restartedMs = null, convertedMs = null, caughtUpMs = null } = trial.rejoin ?? {};
  // Clients that come back long after it would make the failover small.
  const backAtMs = trial.client?.lastRecoveredMs ?? 0;
  const upTo = (fromMs: number | null): number | null =>
    endMs === null || fromMs === null || backAtMs <= endMs || backAtMs > 2 * endMs - fromMs
      ? endMs
      : backAtMs;
  const part = (name: string, fromMs: number | null, toMs: number | null): CloseUp[] => {
    if (fromMs === null || toMs === null || toMs <= fromMs) return [];
    const around = (toMs - fromMs) * AROUND;
    return [
      { name, fromMs: Math.max(whole.fromMs, fromMs - around), toMs: Math.min(whole.toMs, toMs + around) },
    ];
  };
  return [
    ...part('from sdown to the switch', sdownMs, upTo(sdownMs)),
    ...part('from the fault to the switch', 0, upTo(0)),
    ...part('the return of the old master', restartedMs, caughtUpMs ?? convertedMs),
  ];
}

function chart(
  name: string,
  scale: Scale,
  trial: Trial,
  index: number,
  result: FailoverResult,
  baseline: Trial | null,
  lens?: Scale,
): string {
  const isWhole = lens !== undefined || name === 'whole trial';
  // What is seen in part only has its whole length in its words.
  const all = scaleOf(trial);
  const isSeen = (of: Scale): boolean => of.toMs > scale.fromMs && of.fromMs < scale.toMs;
  const lanes = nodeLanes(trial, result.fault, all);
  const dual = dualMaster(lanes).filter(isSeen);
  const nodes = lanes.map((one) => ({ ...one, segments: one.segments.filter(isSeen) }));
  const believed = new Map(sentinelLanes(trial, all).map(({ id, beliefs }) => [id, beliefs.filter(isSeen)]));
  const sentinels = sentinelLanes(trial, scale).map((one) => ({
    ...one,
    beliefs: believed.get(one.id) ?? [],
  }));
  return `<div class="chart${isWhole ? '' : ' close'}" role="group" aria-label="trial ${index + 1}, ${name}" data-trial="${index}" data-from="${scale.fromMs}" data-to="${scale.toMs}">
${axisRow(scale)}
<div class="bands" aria-hidden="true">${bands(trial, result, scale)}${lens === undefined ? '' : `<div class="lens" style="${place(lens.fromMs, lens.toMs, scale)}"></div>`}</div>
${group('Failover', phaseRow(trial, result, scale, !isWhole))}
${group('Nodes', nodeRows(nodes, dual, scale))}
${group('Sentinels', sentinels.map((one) => sentinelRow(one, scale)).join('\n'))}
${trial.client === undefined ? '' : group('Clients', clientGroup(trial, baseline, scale, isWhole))}
<div class="bands over" aria-hidden="true"><i class="cursor" hidden><b></b></i></div>
</div>`;
}

function clientGroup(trial: Trial, baseline: Trial | null, scale: Scale, each: boolean): string {
  const all = plotRows(trial, baseline, scale) + lostRow(trial, scale);
  const clients = trial.client?.clients.length ?? 0;
  if (!each || clients === 0) return all;
  return `${all}<details class="each"${trial.client?.overTime === undefined ? ' open' : ''}><summary>${count(clients, 'client')}, a lane each</summary>${clientRows(trial, scale)}</details>`;
}

const group = (title: string, rows: string): string =>
  rows === '' ? '' : `<div class="group" role="group" aria-label="${title}"><h4>${title}</h4>\n${rows}</div>`;

function axisRow(scale: Scale): string {
  const coarse = ticks(scale, 9);
  const marks = coarse.map(
    (ms) => `<i style="left:${percent(ms, scale)}%">${ms === 0 ? '0' : html(tickText(ms))}</i>`,
  );
  const range = `<input type="range" class="scrub" min="${Math.ceil(scale.fromMs)}" max="${Math.floor(scale.toMs)}" step="${Math.max(1, Math.round((scale.toMs - scale.fromMs) / 500))}" value="${Math.ceil(scale.fromMs)}" aria-label="cursor: time from the fault, in milliseconds">`;
  return `<div class="lane axis"><div class="name">from the fault</div><div class="track">${marks.join('')}${range}</div></div>`;
}

const tickText = (ms: number): string => `${ms < 0 ? '−' : ''}${Math.abs(Math.round(ms)) / 1000} s`;

/** The fault from its beginning to the old master's return, the moment of the first switch, and the budget for it. */
function bands(trial: Trial, { fault, budgetMs }: FailoverResult, scale: Scale): string {
  const backMs = trial.rejoin?.restartedMs ?? scale.toMs;
  const { switchedMs } = trial.phases;
  const line = (kind: string, ms: number | null): string =>
    ms === null || ms < scale.fromMs || ms > scale.toMs
      ? ''
      : `<div class="line ${kind}" style="left:${percent(ms, scale)}%"></div>`;
  const isFromBefore = scale.fromMs > 0;
  const shade =
    backMs <= scale.fromMs
      ? ''
      : `<div class="band fault${isFromBefore ? ' from-before' : ''}${backMs > scale.toMs ? ' to-after' : ''}" style="${place(0, backMs, scale)}"></div><b class="fault-name${isFromBefore ? ' from-before' : ''}" style="--at:${percent(0, scale)}%">${html(fault)} ${html(trial.oldMaster.id)}</b>`;
  return shade + line('first', switchedMs) + line('budget', budgetMs);
}

/** In a close-up each phase is named: the page's script puts the names without room below. */
function phaseRow(trial: Trial, result: FailoverResult, scale: Scale, isNamed: boolean): string {
  const rows = phaseRows(trial, result.config)
    .filter((r) => r.span !== null && r.span.toMs >= scale.fromMs && r.span.fromMs <= scale.toMs)
    .toSorted((a, b) => (a.atMs ?? 0) - (b.atMs ?? 0));
  const drawn = rows.map((r, i) => {
    const { fromMs, toMs } = r.span ?? { fromMs: 0, toMs: 0 };
    const over = r.why === null ? '' : `\nlonger than predicted: ${r.why}`;
    const bound = r.boundMs === null ? '' : `, predicted ≤ ${humanDurationMs(r.boundMs)}`;
    const words = `${r.label}: at ${moment(toMs)}, after ${humanDurationMs(toMs - fromMs)}${bound}${over}`;
    const kind = `seg phase p${i % 2}${r.why === null ? '' : ' over'}`;
    const name = `${r.why === null ? '' : '! '}${r.short}`;
    const below = isNamed ? `<em class="phase-name off" aria-hidden="true">${html(name)}</em>` : '';
    return stretch(kind, place(fromMs, toMs, scale), words, name) + below;
  });
  return lane('phases', 'phases', '', drawn.join(''));
}

function nodeRows(lanes: readonly NodeLane[], dual: ReturnType<typeof dualMaster>, scale: Scale): string {
  const both = dual.map(
    (d) => `<div class="band dual" style="${place(d.fromMs, d.toMs, scale)}" title="${html(d.words)}"></div>`,
  );
  const rows = lanes.map(({ id, segments }) => {
    const drawn = segments.map((s) => {
      const words = `${id}: ${s.words}\n${moment(s.fromMs)} to ${moment(s.toMs)}`;
      return stretch(`seg ${s.state}`, place(s.fromMs, s.toMs, scale), words, NODE_TEXT[s.state]);
    });
    return lane('node', id, '', drawn.join(''));
  });
  return `<div class="nodes"><div class="bands" aria-hidden="true">${both.join('')}</div>${rows.join('\n')}</div>`;
}

const NODE_TEXT = {
  master: 'master',
  replica: 'replica',
  unlinked: 'replica, no link',
  zombie: 'second master',
  down: 'down',
  unknown: '?',
} as const;

function sentinelRow({ id, beliefs, marks }: SentinelLane, scale: Scale): string {
  const believed = beliefs.map((b) => {
    const words = `${id} reports ${b.master}\n${moment(b.fromMs)} to ${moment(b.toMs)}`;
    return stretch(`seg belief ${b.which}`, place(b.fromMs, b.toMs, scale), words, `→ ${b.master}`);
  });
  const drawn = marks.map((m) => {
    const label = m.label === '' ? '' : `<em>${html(m.label)}</em>`;
    return `<button type="button" class="mark${m.bad ? ' bad' : ''}${m.label === '' ? ' minor' : ''}" data-rank="${m.rank}" style="left:${percent(m.atMs, scale)}%" tabindex="-1" aria-label="${html(`${id}\n${m.words}`)}"><span>${m.glyph}</span>${label}</button>`;
  });
  return lane('sentinel', id, '', believed.join('') + drawn.join(''));
}
