import type { World } from '../cli/world.js';
import type { Globals } from '../config/globals.js';
import { lookAtCluster } from './looks.js';
import { type Aim, clustersHere, resultsOf, targetNow } from './menu-aim.js';
import type { MenuState } from './menu-state.js';

/** From the start of one look to the start of the next, in milliseconds. */
const LOOK_EVERY_MS = 1000;
/** How long the list waits for the first look, in milliseconds: what repairs comes first in it. */
const FIRST_LOOK_MS = 700;

/** The state of the menu, as the last look left it. */
export interface Live {
  readonly state: MenuState;
  /** False until the first look is done, or takes too long to wait for it. */
  readonly isReady: boolean;
  stop(): void;
}

/** Looks at a cluster each second until it is stopped; `changed` is called after each look. */
export function follow(world: World, aim: Aim, changed: () => void): Live {
  const { clock } = world;
  const stop = new AbortController();
  const { signal } = stop;
  let state: MenuState = {
    clusters: [],
    target: aim.target,
    look: null,
    reports: [],
    hasHistory: false,
    ambient: aim.ambient,
  };
  let isReady = false;
  const ready = (): void => {
    isReady = true;
    changed();
  };
  const lookOnce = async (): Promise<void> => {
    const clusters = await clustersHere(world, aim.globals);
    const usual = aim.globals.cluster;
    const target = targetNow(state.target, { ...state, clusters }, usual);
    const [results, look] = await Promise.all([
      resultsOf(world, target),
      target.kind === 'none' ? null : lookAtCluster(world, globalsFor(aim.globals, target), signal),
    ]);
    if (signal.aborted) return;
    state = { ...state, ...results, clusters, look };
    state = { ...state, target: targetNow(target, state, usual) };
    ready();
  };
  void eachTime(world, LOOK_EVERY_MS, lookOnce, signal);
  void clock.sleep(FIRST_LOOK_MS, signal).then(ready, () => {});
  return {
    get state() {
      return state;
    },
    get isReady() {
      return isReady;
    },
    stop: () => stop.abort(),
  };
}

/** Does it again and again, never twice at the same time, until the signal aborts; `work` must not reject. */
export async function eachTime(
  { clock }: World,
  everyMs: number,
  work: () => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const began = clock.now();
    await work();
    await clock.sleep(Math.max(0, began + everyMs - clock.now()), signal).catch(() => {});
  }
}

/** The options of a command for this target. */
export function globalsFor(globals: Globals, target: MenuState['target']): Globals {
  if (target.kind === 'none' || target.name === null) return globals;
  // What was typed for it, such as a password, goes along.
  const isTyped = target.kind === 'attached' && globals.cluster === target.name;
  return {
    ...globals,
    cluster: target.name,
    clusterGiven: true,
    clusterFrom: 'flag',
    sentinelAddrs: null,
    sentinelAddrsFrom: null,
    accessOptions: isTyped ? globals.accessOptions : [],
  };
}
