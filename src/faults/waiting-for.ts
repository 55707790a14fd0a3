import type { Waiting } from '../cluster/start.js';
import { command } from '../model/hints.js';
import { usualFailoverMs } from '../model/sentinel-timing.js';
import type { ActContext } from './act.js';

/** What is shown of a wait, and how often. */
const STEP = 'outcome';
const SHOW_EVERY_MS = 1000;

/**
 * Runs `work`, which waits for the sentinels to decide about a node, and shows from its first refusal on what is waited
 * for, with a countdown.
 */
export async function waitingFor<T>(
  { runtime, live, guarded = false }: ActContext,
  about: string,
  work: (onRefusal: NonNullable<Waiting['onRefusal']>) => Promise<T>,
): Promise<T> {
  const { clock, onProgress } = runtime;
  let begunMs: number | null = null;
  let shownMs = Number.NEGATIVE_INFINITY;
  const label = `waiting until the sentinels have decided about ${about}`;
  const onRefusal: Waiting['onRefusal'] = (leftMs, settings, code) => {
    const now = clock.now();
    const usualMs = usualFailoverMs(settings, true);
    if (begunMs === null && guarded) {
      const purpose =
        code === 'would-come-back-empty' ? 'it does not come back empty' : 'no second master returns';
      const text = `${label}, so that ${purpose}: usually within ${seconds(usualMs)}, at most ${seconds(leftMs)}; Ctrl-C again aborts without cleanup, then run ${command('recover', live.plan.spec.cluster)}`;
      onProgress({ type: 'note', level: 'info', text });
    }
    begunMs ??= now;
    if (now - shownMs < SHOW_EVERY_MS) return;
    shownMs = now;
    const usualLeftMs = usualMs - (now - begunMs);
    const usual = usualLeftMs > 0 ? `usually within ${seconds(usualLeftMs)}` : 'longer than usual';
    onProgress({
      type: 'step',
      id: STEP,
      state: 'start',
      // A line of 80 columns, the spinner and the time included.
      label: `sentinels decide about ${about}: ${usual}, at most ${seconds(leftMs)}`,
    });
  };
  const end = (state: 'done' | 'failed'): void => {
    if (begunMs !== null) onProgress({ type: 'step', id: STEP, state, label, ms: clock.now() - begunMs });
  };
  try {
    const done = await work(onRefusal);
    end('done');
    return done;
  } catch (error) {
    end('failed');
    throw error;
  }
}

const seconds = (ms: number): string => `${Math.max(1, Math.ceil(ms / 1000))} s`;
