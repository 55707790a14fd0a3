import { humanDurationMs } from '../../model/duration.js';
import { BLINK_MS } from '../../observe/observation.js';
import type { NodeRef, Trial, TrialEvent } from '../../observe/result.js';
import type { Scale } from './scale.js';

/** What a node was during a stretch of time, in milliseconds from the fault. */
interface NodeSegment {
  state: 'master' | 'replica' | 'unlinked' | 'zombie' | 'down' | 'unknown';
  fromMs: number;
  toMs: number;
  words: string;
}

export interface NodeLane {
  id: string;
  segments: NodeSegment[];
}

/** Faults by which the old master itself stops answering. */
const SILENCING = /^(kill|stop|freeze|pause|sig)/i;

/** A lane per data node, from its ROLE; the old master first, the new one second. */
export function nodeLanes(trial: Trial, fault: string, scale: Scale): NodeLane[] {
  const seen = trial.events.filter((e) => e.name === 'role' || e.name === 'gone').map((e) => e.source);
  const { oldMaster, newMaster } = trial;
  const named = [oldMaster.id, ...(newMaster === null ? [] : [newMaster.id])];
  const read = (trial.ledger?.missingAt ?? []).map((m) => m.id);
  const others = [...new Set([...seen, ...read])].filter((id) => !named.includes(id)).sort();
  return [...named, ...others].map((id) => ({ id, segments: segmentsOf(id, trial, fault, scale) }));
}

/** A change of what a node is; it lasts until the next one. */
interface Change {
  atMs: number;
  state: NodeSegment['state'];
  words: string;
}

function segmentsOf(id: string, trial: Trial, fault: string, scale: Scale): NodeSegment[] {
  const changes = [start(id, trial), ...changesOf(id, trial, fault)].sort((a, b) => a.atMs - b.atMs);
  return changes.flatMap(({ atMs, state, words }, i): NodeSegment[] => {
    const fromMs = Math.max(atMs, scale.fromMs);
    const toMs = Math.min(changes[i + 1]?.atMs ?? scale.toMs, scale.toMs);
    return toMs <= fromMs ? [] : [{ state, fromMs, toMs, words }];
  });
}

/** Before the first observation of a node: the preflight proved the roles. */
const start = (id: string, { oldMaster }: Trial): Change => ({
  atMs: Number.NEGATIVE_INFINITY,
  ...(id === oldMaster.id
    ? { state: 'master', words: 'master' }
    : { state: 'replica', words: `replica of ${oldMaster.id}` }),
});

function changesOf(id: string, trial: Trial, fault: string): Change[] {
  const own = trial.events.filter((e) => e.source === id);
  const roles = own.filter((e) => e.name === 'role');
  const silent = silenceOf(id, trial, fault, roles);
  const changes = own.flatMap((event): Change[] => {
    if (silent !== null && event.atMs >= 0 && event.atMs < silent.untilMs) return [];
    if (event.name === 'role') return [{ atMs: event.atMs, ...stateOf(id, event, trial) }];
    if (event.name !== 'gone' || blinks(event, roles)) return [];
    return [{ atMs: event.atMs, state: 'down', words: 'does not answer' }];
  });
  if (silent === null) return changes;
  const back = roles.find((e) => e.atMs >= silent.untilMs - 1 && e.atMs <= silent.untilMs + 1);
  return [
    ...changes,
    { atMs: 0, state: 'down', words: `down: ${fault}` },
    ...(silent.untilMs === Number.POSITIVE_INFINITY || back !== undefined
      ? []
      : [{ atMs: silent.untilMs, ...afterSilence(id, trial, roles, silent.untilMs) }]),
  ];
}

/** A thawed node has its former role; a started one reports its role soon. */
function afterSilence(
  id: string,
  trial: Trial,
  roles: readonly TrialEvent[],
  atMs: number,
): Omit<Change, 'atMs'> {
  if (trial.rejoin?.mode !== 'thawed') return { state: 'unknown', words: 'starting' };
  const before = roles.findLast((e) => e.atMs < atMs);
  return before === undefined
    ? stateOf(id, { atMs, source: id, name: 'role', message: 'master' }, trial)
    : stateOf(id, { ...before, atMs }, trial);
}

/** How long the fault kept the old master from answering; null where it is another node, or another kind of fault. */
function silenceOf(
  id: string,
  trial: Trial,
  fault: string,
  roles: readonly TrialEvent[],
): { untilMs: number } | null {
  if (id !== trial.oldMaster.id || !SILENCING.test(fault)) return null;
  const restartedMs = trial.rejoin?.restartedMs ?? Number.POSITIVE_INFINITY;
  const answered = roles.find((e) => e.atMs > 0)?.atMs ?? Number.POSITIVE_INFINITY;
  return { untilMs: Math.min(restartedMs, answered) };
}

const blinks = (gone: TrialEvent, roles: readonly TrialEvent[]): boolean =>
  roles.some((r) => r.atMs >= gone.atMs && r.atMs - gone.atMs <= BLINK_MS);

/** `master`, or `replica of HOST:PORT (link)`, as the events have it. */
function stateOf(id: string, { message, atMs }: TrialEvent, trial: Trial): Omit<Change, 'atMs'> {
  const { oldMaster, newMaster, phases } = trial;
  if (message.startsWith('master')) {
    const replaced = newMaster !== null && atMs >= (phases.writableMs ?? Number.POSITIVE_INFINITY);
    return id === oldMaster.id && atMs > 0 && replaced
      ? { state: 'zombie', words: 'a second writable master' }
      : { state: 'master', words: 'master' };
  }
  const replica = /^replica of (\S+) \((\w*)\)/.exec(message);
  if (replica === null) return { state: 'unknown', words: message };
  const target = nodeName(replica[1] ?? '', [oldMaster, ...(newMaster === null ? [] : [newMaster])]);
  return replica[2] === 'connected'
    ? { state: 'replica', words: `replica of ${target}` }
    : { state: 'unlinked', words: `replica of ${target}, link ${replica[2] || 'down'}` };
}

/** A node's id by its address, or the address itself. */
export function nodeName(address: string, nodes: readonly NodeRef[]): string {
  return nodes.find((n) => `${n.host}:${n.port}` === address)?.id ?? address;
}

/** When more than one node was writable, in milliseconds from the fault. */
export function dualMaster(lanes: readonly NodeLane[]): { fromMs: number; toMs: number; words: string }[] {
  const writable = lanes.flatMap(({ id, segments }) =>
    segments.filter((s) => s.state === 'master' || s.state === 'zombie').map((s) => ({ id, ...s })),
  );
  return writable.flatMap((a, i) =>
    writable.slice(i + 1).flatMap((b) => {
      const fromMs = Math.max(a.fromMs, b.fromMs);
      const toMs = Math.min(a.toMs, b.toMs);
      if (a.id === b.id || toMs <= fromMs) return [];
      return [
        {
          fromMs,
          toMs,
          words: `${a.id} and ${b.id} were both writable for ${humanDurationMs(toMs - fromMs)}`,
        },
      ];
    }),
  );
}
