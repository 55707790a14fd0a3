import { humanDurationMs } from '../../model/duration.js';
import type { FailoverResult, Trial } from '../../observe/result.js';
import { phaseRows } from '../words/time-rows.js';
import { clientRows, lostRow } from './client-lanes.js';
import { html, lane, moment, stretch } from './markup.js';
import { dualMaster, type NodeLane, nodeLanes } from './node-lanes.js';
import { percent, place, type Scale, scaleOf, ticks } from './scale.js';
import { type SentinelLane, sentinelLanes } from './sentinel-lanes.js';

/** One trial on one time axis: phases, nodes, sentinels, clients; the fault is shaded behind them. */
export function timelineHtml(trial: Trial, number: number, result: FailoverResult): string {
  const scale = scaleOf(trial);
  const nodes = nodeLanes(trial, result.fault, scale);
  const sentinels = sentinelLanes(trial, scale);
  return `<div class="zooms" role="group" aria-label="visible part of trial ${number}">${zooms(trial, scale)}</div>
<div class="scroller" tabindex="0" role="region" aria-label="timeline of trial ${number}: scroll sideways for more">
<div class="chart" style="--zoom:1">
${axisRow(scale)}
<div class="bands" aria-hidden="true">${bands(trial, result, scale)}</div>
${group('Failover', phaseRow(trial, result, scale))}
${group('Nodes', nodeRows(nodes, scale))}
${group('Sentinels', sentinels.map((lane) => sentinelRow(lane, scale)).join('\n'))}
${trial.client === undefined ? '' : group('Clients', lostRow(trial, scale) + clientRows(trial, scale))}
</div></div>`;
}

const group = (title: string, rows: string): string =>
  rows === '' ? '' : `<div class="group" role="group" aria-label="${title}"><h4>${title}</h4>\n${rows}</div>`;

function axisRow(scale: Scale): string {
  const coarse = ticks(scale, 9);
  const fine = ticks(scale, 60).filter((ms) => !coarse.includes(ms));
  const tick = (kind: string) => (ms: number) =>
    `<i class="${kind}" style="left:${percent(ms, scale)}%">${ms === 0 ? '0' : html(tickText(ms))}</i>`;
  return `<div class="lane axis"><div class="name">from the fault</div><div class="track">${coarse.map(tick('')).join('')}${fine.map(tick('fine')).join('')}</div></div>`;
}

const tickText = (ms: number): string => `${ms < 0 ? '−' : ''}${Math.abs(Math.round(ms)) / 1000} s`;

/** The fault from its beginning to the old master's return, and the moment of the first switch. */
function bands(trial: Trial, { fault }: FailoverResult, scale: Scale): string {
  const backMs = trial.rejoin?.restartedMs ?? scale.toMs;
  const { switchedMs } = trial.phases;
  return [
    `<div class="band fault" style="${place(0, backMs, scale)}"><b>${html(fault)} ${html(trial.oldMaster.id)}</b></div>`,
    switchedMs === null ? '' : `<div class="line" style="left:${percent(switchedMs, scale)}%"></div>`,
  ].join('');
}

function phaseRow(trial: Trial, result: FailoverResult, scale: Scale): string {
  const rows = phaseRows(trial, result.config)
    .filter((r) => r.span !== null)
    .toSorted((a, b) => (a.atMs ?? 0) - (b.atMs ?? 0));
  const drawn = rows.map((r, i) => {
    const { fromMs, toMs } = r.span ?? { fromMs: 0, toMs: 0 };
    const over = r.why === null ? '' : `\nlonger than predicted: ${r.why}`;
    const bound = r.boundMs === null ? '' : `, predicted ≤ ${humanDurationMs(r.boundMs)}`;
    const words = `${r.label}: at ${moment(toMs)}, after ${humanDurationMs(toMs - fromMs)}${bound}${over}`;
    const kind = `seg phase p${i % 2}${r.why === null ? '' : ' over'}`;
    return stretch(kind, place(fromMs, toMs, scale), words, `${r.why === null ? '' : '! '}${r.short}`);
  });
  return lane('phases', 'phases', '', drawn.join(''));
}

function nodeRows(lanes: readonly NodeLane[], scale: Scale): string {
  const dual = dualMaster(lanes).map(
    (d) => `<div class="band dual" style="${place(d.fromMs, d.toMs, scale)}" title="${html(d.words)}"></div>`,
  );
  const rows = lanes.map(({ id, segments }) => {
    const drawn = segments.map((s) => {
      const words = `${id}: ${s.words}\n${moment(s.fromMs)} to ${moment(s.toMs)}`;
      return stretch(`seg ${s.state}`, place(s.fromMs, s.toMs, scale), words, NODE_TEXT[s.state]);
    });
    return lane('node', id, '', drawn.join(''));
  });
  return `<div class="nodes"><div class="bands">${dual.join('')}</div>${rows.join('\n')}</div>`;
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
    const label = m.label === '' ? '' : `<em data-rank="${m.rank}">${html(m.label)}</em>`;
    return `<button type="button" class="mark${m.bad ? ' bad' : ''}" style="left:${percent(m.atMs, scale)}%" tabindex="-1" aria-label="${html(`${id}\n${m.words}`)}"><span>${m.glyph}</span>${label}</button>`;
  });
  return lane('sentinel', id, '', believed.join('') + drawn.join(''));
}

/** Windows worth a closer look: `data-from` and `data-to` are percent of the axis. */
function zooms(trial: Trial, scale: Scale): string {
  const { agreedMs, switchedMs, reattachedMs, sdownMs } = trial.phases;
  const endMs = agreedMs ?? switchedMs ?? reattachedMs;
  const backMs = trial.rejoin?.convertedMs ?? null;
  const whole = zoom('whole trial', scale.fromMs, scale.toMs, scale, true);
  return [
    whole,
    endMs === null ? '' : zoom('the failover', -0.05 * endMs, endMs * 1.1, scale),
    sdownMs === null || endMs === null
      ? ''
      : zoom(
          'from sdown to the switch',
          sdownMs - 150,
          Math.max(endMs, trial.client?.lastRecoveredMs ?? 0) + 250,
          scale,
        ),
    backMs === null ? '' : zoom('the return', backMs - 400, backMs + 600, scale),
  ].join('');
}

function zoom(text: string, fromMs: number, toMs: number, scale: Scale, pressed = false): string {
  return `<button type="button" data-from="${percent(fromMs, scale)}" data-to="${percent(toMs, scale)}" aria-pressed="${pressed}">${text}</button>`;
}
