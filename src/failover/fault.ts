import type { Ability } from '../drivers/node-host.js';
import type { Act } from '../faults/act.js';
import { type FaultRun, inject } from '../faults/conduct.js';
import { formatAddress } from '../model/address.js';
import { humanDurationMs } from '../model/duration.js';
import type { SentinelSettings } from '../model/sentinel-settings.js';
import { freezeMs, usualFailoverMs } from '../model/sentinel-timing.js';
import { until } from '../until.js';

/** A killed server's connections close within this time, in milliseconds. */
const CLOSE_BOUND_MS = 500;
const LOOK_EVERY_MS = 20;

/** What is done to the master. */
export type FaultSpec =
  | { name: 'kill' }
  | { name: 'stop' }
  /** Frozen, and thawed after `forMs`; null: down-after + 10 s, by the settings in effect. */
  | { name: 'freeze'; forMs: number | null };

/** What must be possible with the master. */
export const abilityOf = ({ name }: FaultSpec): Ability => (name === 'freeze' ? 'pause' : name);

export interface Fault {
  name: FaultSpec['name'];
  /** What was done, in words: `SIGKILL to redis-1`. */
  words: string;
  /** The moment from which everything is counted, on the run's clock. */
  atMs: number;
  wallMs: number;
  /** Of a freeze: when the master is to be thawed, on the run's clock; null otherwise. */
  thawsAtMs: number | null;
  /** Of a freeze: resolves when the master was thawed; null where the run ended, or was aborted, before that. */
  thaw: Promise<Thaw | null> | null;
}

/** Right before the thaw, and right after it, on the run's clock. */
export interface Thaw {
  fromMs: number;
  toMs: number;
}

/** How long the fault lasts, in milliseconds; null for one that does not end by itself. */
export const faultForMs = (spec: FaultSpec, settings: SentinelSettings): number | null =>
  spec.name === 'freeze' ? (spec.forMs ?? freezeMs(settings)) : null;

/** How long the first +switch-master may take after the fault, in milliseconds: what was asked, else what is usual. */
export const switchBudgetMs = (
  { budgetMs, fault }: { budgetMs: number | null; fault: FaultSpec },
  settings: SentinelSettings,
): number => budgetMs ?? usualFailoverMs(settings, fault.name === 'freeze');

const actOf = ({ name }: FaultSpec, node: string): Act =>
  name === 'freeze'
    ? { act: 'pause', node }
    : { act: 'end', node, signal: name === 'kill' ? 'SIGKILL' : 'SIGTERM' };

/** Injects the fault into the master, and times it by what was observed. Throws what the act throws. */
export async function injectFault(run: FaultRun, spec: FaultSpec): Promise<Fault> {
  const { runtime, roles } = run;
  const { clock, signal } = runtime;
  const { id, announce } = roles.master;
  const forMs = faultForMs(spec, roles.settings);
  const wallOffset = clock.wallMs() - clock.now();
  const injected = await inject(run, [actOf(spec, id)]);
  const atMs = spec.name === 'freeze' ? lastAnswer(run) : await whenClosed(run);
  const words = `${faultText(spec, forMs)} ${id}`;
  const text = `fault: ${words} ${formatAddress(announce)}`;
  runtime.onProgress({ type: 'note', level: 'info', text });
  const thawsAtMs = forMs === null ? null : atMs + forMs;
  const thaw = async (dueMs: number): Promise<Thaw | null> => {
    const deadlineMs = Math.max(0, dueMs - clock.now());
    const isHealed = (): true | undefined => run.healed || undefined;
    try {
      // The run may end before the freeze: then it has thawed the master itself.
      if (await until(isHealed, { clock, everyMs: LOOK_EVERY_MS, deadlineMs, signal })) return null;
    } catch {
      // Aborted: the conductor thaws it.
      return null;
    }
    const fromMs = clock.now();
    run.observer.expectReturn();
    await run.experiment.heal({ only: injected });
    await run.experiment.settled(injected);
    return { fromMs, toMs: clock.now() };
  };
  const wallMs = atMs + wallOffset;
  const thawed = thawsAtMs === null ? null : thaw(thawsAtMs);
  return { name: spec.name, words, atMs, wallMs, thawsAtMs, thaw: thawed };
}

function faultText({ name }: FaultSpec, forMs: number | null): string {
  switch (name) {
    case 'kill':
      return 'SIGKILL to';
    case 'stop':
      return 'SIGTERM to';
    case 'freeze':
      return `frozen for ${humanDurationMs(forMs ?? 0)}:`;
  }
}

/** The master's last answer after the injection began; that moment itself where it gave none. */
const lastAnswer = ({ roles, observer, injectedAtMs }: FaultRun): number =>
  Math.max(injectedAtMs, observer.lastAnswerAt(roles.master.id) ?? injectedAtMs);

/** When its connections closed. A connection that was just being opened when it died does not close for the observer. */
async function whenClosed(run: FaultRun): Promise<number> {
  const { runtime, roles, observer, injectedAtMs } = run;
  const closedAt = await until(
    () =>
      observer.seen.find((o) => o.kind === 'gone' && o.source === roles.master.id && o.atMs >= injectedAtMs)
        ?.atMs,
    { clock: runtime.clock, everyMs: 2, deadlineMs: CLOSE_BOUND_MS, signal: runtime.signal },
  );
  return closedAt ?? lastAnswer(run);
}
