import type { Trial, TrialEvent } from '../../observe/result.js';
import { moment } from './markup.js';
import { nodeName } from './node-lanes.js';
import type { Scale } from './scale.js';

/** Which master a sentinel named during a stretch of time. */
interface Belief {
  fromMs: number;
  toMs: number;
  master: string;
  which: 'old' | 'new' | 'other';
}

/** Events of one sentinel that are too close on the axis to be drawn apart. */
interface Mark {
  atMs: number;
  glyph: string;
  /** Short text beside the glyph; empty for minor events. */
  label: string;
  /** Labels with a lower rank are shown first when there is little room. */
  rank: number;
  words: string;
  bad: boolean;
}

export interface SentinelLane {
  id: string;
  beliefs: Belief[];
  marks: Mark[];
}

/** The key events, the most important first, each with its own symbol: never by colour alone. */
export const KEY_EVENTS: readonly (readonly [name: string, glyph: string, label: string])[] = [
  ['+switch-master', '★', 'switch'],
  ['-failover-abort-no-good-slave', '✗', 'abort: no good replica'],
  ['-failover-abort-not-elected', '✗', 'abort: not elected'],
  ['-failover-abort-slave-timeout', '✗', 'abort: replica timeout'],
  ['+tilt', '✗', 'tilt'],
  ['+elected-leader', '◆', 'elected'],
  ['+promoted-slave', '▲', 'promoted'],
  ['+sdown', '▽', 'sdown'],
  ['+odown', '▼', 'odown'],
  ['+convert-to-slave', '↺', 'convert'],
  ['+vote-for-leader', '○', 'vote'],
  ['+failover-end', '■', 'end'],
  ['+reboot', '↺', 'reboot'],
];
const GLYPH_OF_OTHERS = '•';
/** Events nearer than this share of the axis become one mark. */
const NEAR = 1 / 300;

/** A lane per sentinel, in order. */
export function sentinelLanes(trial: Trial, scale: Scale): SentinelLane[] {
  const nodes = new Set(trial.events.filter((e) => NODE_EVENTS.includes(e.name)).map((e) => e.source));
  const isSentinel = (e: TrialEvent): boolean =>
    !nodes.has(e.source) && (e.name === 'belief' || /^[+-]/.test(e.name));
  const ids = [
    ...new Set([
      ...trial.events.filter(isSentinel).map((e) => e.source),
      ...Object.keys(trial.sdownAt ?? {}),
    ]),
  ];
  return ids.sort().map((id) => {
    const own = trial.events.filter((e) => e.source === id).toSorted((a, b) => a.atMs - b.atMs);
    return { id, beliefs: beliefsOf(own, trial, scale), marks: marksOf(own, scale) };
  });
}

const NODE_EVENTS = ['role', 'fault', 'restart'];

function beliefsOf(events: readonly TrialEvent[], trial: Trial, scale: Scale): Belief[] {
  const { oldMaster, newMaster } = trial;
  const address = `${oldMaster.host}:${oldMaster.port}`;
  const said = events.filter((e) => e.name === 'belief');
  // Before the first one: the preflight proved that all sentinels reported the old master.
  const all = [{ atMs: Number.NEGATIVE_INFINITY, message: address }, ...said];
  return all.flatMap(({ atMs, message }, i): Belief[] => {
    const fromMs = Math.max(atMs, scale.fromMs);
    const toMs = Math.min(all[i + 1]?.atMs ?? scale.toMs, scale.toMs);
    if (toMs <= fromMs) return [];
    const master = nodeName(message, [oldMaster, ...(newMaster === null ? [] : [newMaster])]);
    const which = master === oldMaster.id ? 'old' : master === newMaster?.id ? 'new' : 'other';
    return [{ fromMs, toMs, master, which }];
  });
}

function marksOf(events: readonly TrialEvent[], scale: Scale): Mark[] {
  const near = (scale.toMs - scale.fromMs) * NEAR;
  const shown = events.filter((e) => e.name !== 'belief' && e.atMs >= scale.fromMs && e.atMs <= scale.toMs);
  const groups: TrialEvent[][] = [];
  for (const event of shown) {
    const last = groups.at(-1);
    const first = last?.[0];
    if (last !== undefined && first !== undefined && event.atMs - first.atMs <= near) last.push(event);
    else groups.push([event]);
  }
  return groups.map(markOf);
}

function markOf(events: readonly TrialEvent[]): Mark {
  const names = events.map((e) => e.name);
  const rank = KEY_EVENTS.findIndex(([name]) => names.includes(name));
  const key = KEY_EVENTS[rank];
  const labels = KEY_EVENTS.filter(([name]) => names.includes(name)).map(([, , label]) => label);
  return {
    atMs: events[0]?.atMs ?? 0,
    glyph: key?.[1] ?? GLYPH_OF_OTHERS,
    label: labels.slice(0, 2).join(' · '),
    rank: rank === -1 ? KEY_EVENTS.length : rank,
    words: events.map((e) => `${moment(e.atMs)}  ${e.name}  ${e.message}`).join('\n'),
    bad: names.some((name) => name.startsWith('-failover-abort') || name === '+tilt'),
  };
}
