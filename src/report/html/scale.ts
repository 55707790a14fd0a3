import type { Trial } from '../../observe/result.js';

/** The common time axis of one trial, in milliseconds from its fault. */
export interface Scale {
  fromMs: number;
  toMs: number;
}

/** What is shown before the fault, in milliseconds: as much as is known, but no more than this. */
const BEFORE_MS = 3000;

/** From shortly before the fault to the last thing that was seen. */
export function scaleOf(trial: Trial): Scale {
  const lanes = trial.client?.clients ?? [];
  const last = [
    ...trial.events.map((e) => e.atMs),
    ...Object.values(trial.phases),
    ...Object.values(trial.rejoin ?? {}).filter((v) => typeof v === 'number'),
    ...lanes.map((l) => l.fromMs + l.bucketMs * Math.max(l.ok.length, l.errors.length)),
  ].filter((ms): ms is number => ms !== null);
  const toMs = last.reduce((max, ms) => Math.max(max, ms), 1000);
  const first = lanes.reduce((min, l) => Math.min(min, l.fromMs), -0.05 * toMs);
  return { fromMs: Math.max(first, -BEFORE_MS, -0.15 * toMs), toMs: toMs * 1.01 };
}

/** A moment as percent of the axis, held within it. */
export function percent(ms: number, { fromMs, toMs }: Scale): number {
  const at = ((ms - fromMs) / (toMs - fromMs)) * 100;
  return Math.round(Math.min(Math.max(at, 0), 100) * 1000) / 1000;
}

/** `left:12.5%;width:3%` of a stretch of time. */
export function place(fromMs: number, toMs: number, scale: Scale): string {
  const left = percent(fromMs, scale);
  return `left:${left}%;width:${Math.round((percent(toMs, scale) - left) * 1000) / 1000}%`;
}

/** Round steps (1, 2 or 5 times a power of ten) of which about `wanted` fit; the zero is always one of them. */
export function ticks({ fromMs, toMs }: Scale, wanted: number): number[] {
  const rough = (toMs - fromMs) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= rough) ?? rough;
  const first = Math.ceil(fromMs / step);
  const count = Math.floor(toMs / step) - first + 1;
  return Array.from({ length: Math.max(0, count) }, (_, i) => Math.round((first + i) * step * 1000) / 1000);
}
