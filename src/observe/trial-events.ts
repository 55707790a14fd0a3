import type { Observation } from './observation.js';
import { round } from './phases.js';
import type { TrialEvent } from './result.js';

/** What was seen, as it is written into reports: milliseconds from the fault, what came before it negative. */
export function trialEvents(seen: readonly Observation[], faultAtMs: number): TrialEvent[] {
  return seen.map((o) => ({ atMs: round(o.atMs - faultAtMs), source: o.source, ...eventText(o) }));
}

function eventText(o: Observation): { name: string; message: string } {
  switch (o.kind) {
    case 'event':
      return { name: o.event.name, message: o.event.message };
    case 'role': {
      const { role, follows, link } = o.seen;
      const master = follows === null ? '' : ` of ${follows.host}:${follows.port} (${link})`;
      return { name: 'role', message: `${role}${master}` };
    }
    case 'belief':
      return { name: 'belief', message: o.master === null ? 'none' : `${o.master.host}:${o.master.port}` };
    case 'gone':
      return { name: 'gone', message: 'connection closed' };
    case 'silent':
      return { name: 'silent', message: 'no answer' };
  }
}
