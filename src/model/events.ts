import type { Address } from './address.js';
import type { LiveRun } from './live-run.js';

/**
 * What the engine says while it works. Spinner, plain lines and reports are readers of the same stream;
 * a formatter must be exhaustive over it.
 */
export type Progress =
  /**
   * A piece of work that takes a while; `id` pairs its start with its end. A start may come again with another label,
   * or with what is still missing until it can end. `closes`: Sentinel's own word for what ends it.
   */
  | {
      type: 'step';
      id: string;
      state: 'start';
      label: string;
      missing?: readonly string[];
      closes?: string;
    }
  /** `ms` is how long it took, or the time since `since`: `the fault`. */
  | { type: 'step'; id: string; state: 'done'; label: string; ms: number; since?: string }
  /** `interrupted`: a signal ended it; it did not fail by itself. */
  | {
      type: 'step';
      id: string;
      state: 'failed';
      label: string;
      ms: number;
      since?: string;
      interrupted?: true;
    }
  /** Something worth a line that stays: a choice made, a warning; `done`: one act is done, and the run goes on. */
  | { type: 'note'; level: 'info' | 'warning' | 'done'; text: string }
  /** A part of a run has ended with a verdict: a line that stays. */
  | { type: 'result'; title: string; verdict: 'holds' | 'violated' | 'unknown'; text: string }
  /** A run as it goes on, each time that something changed; null ends the block that shows it. */
  | { type: 'live'; run: LiveRun | null }
  /** How what is in effect at this moment is rolled back, in words, each time that it changes: for who aborts the process. */
  | { type: 'left'; undo: readonly string[] };

export type OnProgress = (event: Progress) => void;

/** One message of a sentinel's event stream (sentinel.c, sentinelEvent). */
export interface SentinelEvent {
  /** The channel: `+sdown`, `+switch-master`, … */
  name: string;
  /** `master`, `slave`, `sentinel`, where the message names an instance. */
  instanceType: string | null;
  /** The instance's address, where it names one. */
  address: Address | null;
  /** The master's name that it belongs to, where it names one. */
  masterName: string | null;
  /** Only for +switch-master. */
  switched: { from: Address; to: Address } | null;
  /** The message as received. */
  message: string;
}

/**
 * Parses one pub/sub message of Sentinel. Formats (sentinel.c, sentinelEvent with %@):
 * `master NAME IP PORT rest`, `TYPE NAME IP PORT @ MASTER MIP MPORT rest`, and for +switch-master
 * `MASTER OLDIP OLDPORT NEWIP NEWPORT`.
 */
export function parseSentinelEvent(channel: string, message: string): SentinelEvent {
  const words = message.split(' ');
  const base: SentinelEvent = {
    name: channel,
    instanceType: null,
    address: null,
    masterName: null,
    switched: null,
    message,
  };
  if (channel === '+switch-master') {
    const from = addressAt(words, 1);
    const to = addressAt(words, 3);
    return { ...base, masterName: words[0] ?? null, switched: from && to ? { from, to } : null };
  }
  const type = words[0];
  if (type !== 'master' && type !== 'slave' && type !== 'sentinel') return base;
  const address = addressAt(words, 2);
  const masterName = type === 'master' ? words[1] : words[4] === '@' ? words[5] : undefined;
  return { ...base, instanceType: type, address, masterName: masterName ?? null };
}

function addressAt(words: string[], i: number): Address | null {
  const host = words[i];
  const port = Number(words[i + 1]);
  return host !== undefined && Number.isInteger(port) && port >= 0 ? { host, port } : null;
}
