import type { FailoverResult } from '../../observe/result.js';
import { baselineRun } from './baseline.js';
import { html } from './markup.js';
import { KEY_EVENTS } from './sentinel-lanes.js';

interface Kinds {
  clients: boolean;
  /** Which run is drawn as the second line; null where none is. */
  baseline: FailoverResult | null;
}

/** All that a timeline may show, with its words. */
export function legendHtml({ clients, baseline }: Kinds): string {
  const glyphs = new Map<string, string[]>();
  for (const [, glyph, label] of KEY_EVENTS) {
    glyphs.set(glyph, [...(glyphs.get(glyph) ?? []), label.replace(/:.*/, '')]);
  }
  const marks = [...glyphs].map(([glyph, labels]) => item(glyphHtml(glyph), [...new Set(labels)].join(', ')));
  return `<details class="legend-box" open><summary>Legend</summary><ul class="legend" aria-label="legend">${[
    item(swatch('fault'), 'the fault, until the old master is back'),
    item(rule('first'), 'first switch'),
    item(rule('budget'), 'budget for the switch'),
    item(swatch('lens'), 'the part of the close-up'),
    item('<i class="seg phase p0"></i><i class="seg phase p1"></i>', 'phases'),
    item('<i class="seg phase p0 over"></i>', '! longer than predicted'),
    item(segment('master'), 'master'),
    item(segment('replica'), 'replica'),
    item(segment('unlinked'), 'replica without a link'),
    item(segment('zombie'), 'second writable master'),
    item(segment('down'), 'down'),
    item(segment('unknown'), 'role not known'),
    item(swatch('dual'), 'two writable masters'),
    item(segment('belief'), '→ a sentinel reports the old master'),
    item(segment('belief new'), '→ the new master'),
    item(segment('belief other'), '→ another node'),
    ...marks,
    item(
      '<span class="glyph minor"></span>',
      'other events, with their number where several are at one place',
    ),
    ...(clients ? CLIENTS : []),
    ...(clients && baseline !== null ? [baselineItem(baseline)] : []),
  ].join('')}</ul></details>`;
}

/** Of several trials one is drawn. */
function baselineItem(baseline: FailoverResult): string {
  const which = baseline.trials.length > 1 ? ' (its trial with the median switch)' : '';
  return `<li>${stroke('base')}<span>the baseline’s writes/s, and its p99${which}: ${baselineRun(baseline)}</span></li>`;
}

const item = (sign: string, words: string): string => `<li>${sign}${html(words)}</li>`;
const segment = (kind: string): string => `<i class="seg ${kind}"></i>`;
const swatch = (kind: string): string => `<i class="swatch ${kind}"></i>`;
const rule = (kind: string): string => `<i class="rule ${kind}"></i>`;
const glyphHtml = (glyph: string): string => `<span class="glyph" aria-hidden="true">${glyph}</span>`;
const stroke = (kind: string): string =>
  `<svg class="stroke" viewBox="0 0 28 10" aria-hidden="true"><path class="${kind}" d="M0 5H28"/></svg>`;

const CLIENTS: readonly string[] = [
  item(stroke('rate'), 'acknowledged writes per second'),
  item(stroke('errors'), 'errors per second'),
  item(stroke('p50'), 'latency p50 (from the due time)'),
  item(stroke('p99'), 'latency p99 (from the due time)'),
  item('<span class="tick">✗</span>', 'lost writes'),
  item('<i class="swatch ok"></i>', 'one client: acknowledged, upwards (square root)'),
  item('<i class="swatch err"></i>', 'one client: errors, downwards'),
  item(rule('back'), 'one client: its first write after the fault'),
];
