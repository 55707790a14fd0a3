import { randomBytes } from 'node:crypto';
import { type LiveCluster, withoutSignal } from '../cluster/open.js';
import type { Runtime } from '../cluster/runtime.js';
import { appendRecord, beginJournal, type Journal, requireFinished } from '../cluster/store/journal.js';
import { ownIdentity, type ProcessIdentity } from '../host/process-identity.js';
import type { Act, ActContext } from './act.js';
import { handlerOf } from './acts/index.js';
import { endGuards, startGuard, variablesOf } from './guard-process.js';
import { proveHealed, takeBack } from './take-back.js';

export interface ExperimentOptions {
  /** What runs it, for the reader of the journal: `inject partition --cluster default`. */
  what: string;
  /** Whether `close` leaves what was injected, for `heal` to roll back. */
  keep: boolean;
  /** After so many milliseconds a guard outside this process heals, where this process is gone; null: no guard. */
  guardMs: number | null;
  /** False for a cluster that is not whole to begin with: a heal rolls back, and proves nothing. Absent: true. */
  proof?: boolean;
}

/** An act that was journalled; `n` is its number there. */
export interface Injected {
  n: number;
  act: Act;
}

interface HealOptions {
  /** Only these, in reverse order; all that is not rolled back yet where absent. */
  only?: readonly Injected[];
  /** Servers that were ended are started as they were when they died, a second or an empty master included. */
  asCrashed?: boolean;
  /** Whether convergence is proved afterwards; true unless `only` is given. */
  prove?: boolean;
  /** See ActContext. */
  guarded?: boolean;
}

/** A run of faults on one cluster created by sentinelctl, under its lock: whatever it does is journalled before it is done. */
export interface Experiment {
  /** What is not rolled back yet, in the order in which it was done. */
  active(): Injected[];
  /** Opens the journal before the first act: what a run leaves that is not an act, the keys of its clients, `recover` removes too. */
  begin(): Promise<void>;
  /**
   * Journals and does each act, in order. `onBegin` is called right before the first one is really done, for the
   * caller that times it. Throws what an act's `prepare` throws before anything is done; where an act fails half-way, it and all
   * of the others are in the journal, for `heal`.
   */
  inject(acts: readonly Act[], onBegin?: () => void): Promise<Injected[]>;
  /** Journals acts that the caller does and rolls back by its own means; then `settled`. What died in between is recovered. */
  plan(acts: readonly Act[]): Promise<Injected[]>;
  /**
   * Rolls back in reverse order, verifies each by looking, and proves convergence. Has a deadline of its own and no
   * signal: the run's may be aborted. Throws `not-healed` (4) with all that is still wrong and what to type.
   */
  heal(options?: HealOptions): Promise<void>;
  /** Notes that these are gone, because the caller rolled them back by its own means, or leaves them on purpose. */
  settled(injected: readonly Injected[]): Promise<void>;
  /** Closes the journal and ends its guard, unless something is not rolled back, or not proved to be: that stays in it. */
  close(): Promise<void>;
}

/**
 * Opens an experiment; its journal, and its guard, begin with the first act or with `begin`. The caller holds the cluster's lock. Throws
 * `unfinished-journal` (3) where an earlier one is open.
 */
export async function openExperiment(
  runtime: Runtime,
  live: LiveCluster,
  options: ExperimentOptions,
): Promise<Experiment> {
  if (!live.journal.isFinished) await requireFinished(runtime.store, live.plan.spec.cluster);
  const isProved = options.proof ?? true;
  return new Journalled(runtime, live, isProved, () => begin(runtime, live, options));
}

/** Answers with the guards that watch over it. */
async function begin(
  runtime: Runtime,
  { plan, journal, state }: LiveCluster,
  options: ExperimentOptions,
): Promise<ProcessIdentity[]> {
  const { attached, spec } = plan;
  const { cluster, masterName } = spec;
  const { pid, startTime } = await ownIdentity();
  const id = randomBytes(8).toString('hex');
  const atMs = runtime.clock.wallMs();
  const healByMs = options.guardMs === null ? null : atMs + options.guardMs;
  const { what, keep, proof = true } = options;
  const owner = { pid, startTime };
  journal.isFinished = false;
  await beginJournal(runtime.store, cluster, {
    ...{ id, what, owner, keep, atMs, healByMs, proof },
    ...(attached === true && { masterName }),
  });
  return healByMs === null ? [] : startGuard(runtime, cluster, id, variablesOf(state.attached));
}

/** Goes on with a journal that another run left. The caller holds the cluster's lock. */
export function resumeExperiment(runtime: Runtime, live: LiveCluster, journal: Journal): Experiment {
  const left = journal.steps.filter((step) => step.state !== 'undone');
  return new Journalled(runtime, live, journal.head.proof ?? true, null, {
    active: left.map(({ n, act }) => ({ n, act: act as Act })),
    last: Math.max(0, ...journal.steps.map((step) => step.n)),
    guards: journal.guards,
  });
}

class Journalled implements Experiment {
  #active: Injected[];
  /** Whether anything was done since the last proof. */
  #unproved: boolean;
  #last: number;
  /** Begins the journal; null once that is done. */
  #begin: (() => Promise<ProcessIdentity[]>) | null;
  #guards: readonly ProcessIdentity[];
  readonly #engine: Runtime;
  readonly #up: LiveCluster;
  readonly #isProved: boolean;

  constructor(
    runtime: Runtime,
    live: LiveCluster,
    isProved: boolean,
    begin: (() => Promise<ProcessIdentity[]>) | null,
    left: { active: Injected[]; last: number; guards: readonly ProcessIdentity[] } = {
      active: [],
      last: 0,
      guards: [],
    },
  ) {
    this.#engine = runtime;
    this.#up = live;
    this.#isProved = isProved;
    this.#begin = begin;
    this.#active = left.active;
    this.#last = left.last;
    this.#guards = left.guards;
    // What another run left was not proved to be gone, whether anything of it is left or not.
    this.#unproved = begin === null;
    if (begin === null) this.#sayLeft();
  }

  active(): Injected[] {
    return [...this.#active];
  }

  async inject(acts: readonly Act[], onBegin?: () => void): Promise<Injected[]> {
    const context: ActContext = { runtime: this.#engine, live: this.#up };
    const prepared: Act[] = [];
    for (const act of acts) {
      // Another server may have the address of a node that sentinelctl did not start.
      if ('node' in act) await this.#up.host.requireAble(act.node, 'inspect');
      prepared.push(await handlerOf(act).prepare(context, act));
    }
    const injected = await this.plan(prepared);
    onBegin?.();
    for (const { act } of injected) await handlerOf(act).inject(context, act);
    for (const { n } of injected) await this.#write({ type: 'done', n });
    return injected;
  }

  async begin(): Promise<void> {
    if (this.#begin === null) return;
    this.#guards = await this.#begin();
    this.#begin = null;
    this.#sayLeft();
  }

  async plan(acts: readonly Act[]): Promise<Injected[]> {
    if (acts.length === 0) return [];
    await this.begin();
    const planned = acts.map((act) => ({ n: ++this.#last, act }));
    for (const { n, act } of planned) await this.#write({ type: 'planned', n, act });
    this.#active.push(...planned);
    this.#unproved = true;
    this.#sayLeft();
    return planned;
  }

  async heal({
    only,
    asCrashed = false,
    prove = only === undefined,
    guarded = false,
  }: HealOptions = {}): Promise<void> {
    const steps = this.#active.filter(({ n }) => only === undefined || only.some((one) => one.n === n));
    const context: ActContext = { ...unbroken(this.#engine, this.#up), guarded };
    await takeBack(context, steps, {
      asCrashed,
      // Others that are still in effect may keep a node from its place.
      wholly: only === undefined && this.#isProved,
      onUndone: (step) => this.#undone(step),
    });
    if (!prove) return;
    if (this.#isProved) await proveHealed(context);
    this.#unproved = this.#active.length > 0;
  }

  async settled(injected: readonly Injected[]): Promise<void> {
    for (const step of injected) await this.#undone(step);
    this.#unproved = this.#active.length > 0;
  }

  async close(): Promise<void> {
    if (this.#begin !== null || this.#active.length > 0 || this.#unproved) return;
    await this.#write({ type: 'closed' });
    this.#up.journal.isFinished = true;
    await endGuards(this.#guards);
  }

  async #undone({ n }: Injected): Promise<void> {
    if (!this.#active.some((step) => step.n === n)) return;
    await this.#write({ type: 'undone', n });
    this.#active = this.#active.filter((step) => step.n !== n);
    this.#sayLeft();
  }

  #sayLeft(): void {
    const undo = this.#active.map(({ act }) => handlerOf(act).describeUndo({ live: this.#up }, act));
    this.#engine.onProgress({ type: 'left', undo });
  }

  #write(record: Parameters<typeof appendRecord>[2]): Promise<void> {
    return appendRecord(this.#engine.store, this.#up.plan.spec.cluster, record);
  }
}

/** The same cluster for work that an abort must not cut short. */
export function unbroken(runtime: Runtime, live: LiveCluster): ActContext {
  return {
    runtime: { ...runtime, signal: undefined },
    live: withoutSignal(live),
  };
}
