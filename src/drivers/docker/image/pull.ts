import { systemClock } from '../../../clock.js';
import { messageOf, type OperatorError, unreachable } from '../../../errors.js';
import type { OnProgress } from '../../../model/events.js';
import type { Engine } from '../engine/engine.js';
import { engineError, engineWords, whyUnreachable } from '../engine/errors.js';
import { type EngineMessage, readMessages } from '../engine/streams.js';

/** Pulls with progress: a step whose label carries the percentage. Throws `image-pull` (5), or the signal's reason. */
export async function pullImage(
  engine: Engine,
  ref: string,
  onProgress: OnProgress,
  signal?: AbortSignal,
): Promise<void> {
  const began = systemClock.now();
  const label = `pulling the image ${ref}`;
  const step = { type: 'step', id: 'image' } as const;
  onProgress({ ...step, state: 'start', label });
  try {
    const stream = await engine.streams.pull(ref, signal === undefined ? {} : { abortSignal: signal });
    const percent = percentCounter();
    let shown = 0;
    await readMessages(stream, (message) => {
      const now = percent(message);
      if (now < shown + 10 || now >= 100) return;
      shown = now;
      onProgress({ ...step, state: 'start', label: `${label} (${now}%)` });
    });
    onProgress({ ...step, state: 'done', label: `pulled the image ${ref}`, ms: systemClock.now() - began });
  } catch (error) {
    onProgress({ ...step, state: 'failed', label, ms: systemClock.now() - began });
    signal?.throwIfAborted();
    throw pullError(error, engine, ref);
  }
}

function pullError(error: unknown, engine: Engine, ref: string): OperatorError {
  if (whyUnreachable(error, engine.target) !== undefined)
    return engineError(error, engine.target, `pull ${ref}`);
  const words = engineWords(error) || messageOf(error);
  const isRefused = /denied|unauthorized|authentication required/i.test(words);
  const isUnknown = /manifest unknown|not found/i.test(words) && !isRefused;
  const what = isUnknown
    ? `the registry has no image ${ref}`
    : isRefused
      ? `the registry denies access to the image ${ref}: it does not exist, or needs a login`
      : `the image ${ref} is not on this machine, and could not be pulled`;
  const other = isRefused ? `docker pull ${ref} after docker login` : 'another --image';
  return unreachable('image-pull', what, {
    why: words,
    hint: `--image host # built from this machine's own redis-server; or ${other}`,
    cause: error,
  });
}

/**
 * Adds up what each layer says of itself; answers the percentage of the bytes known so far, never falling.
 * @internal Tested with the messages of a pull, without the pull.
 */
export function percentCounter(): (message: EngineMessage) => number {
  const layers = new Map<string, { current: number; total: number }>();
  let highest = 0;
  return ({ id, status, progressDetail }) => {
    if (id === undefined) return highest;
    const known = layers.get(id);
    if (status === 'Downloading' && progressDetail?.total) {
      layers.set(id, { current: progressDetail.current ?? 0, total: progressDetail.total });
    } else if (known !== undefined && (status === 'Download complete' || status === 'Pull complete')) {
      layers.set(id, { current: known.total, total: known.total });
    }
    const all = [...layers.values()];
    const total = all.reduce((sum, layer) => sum + layer.total, 0);
    const current = all.reduce((sum, layer) => sum + layer.current, 0);
    highest = Math.max(highest, total === 0 ? 0 : Math.floor((100 * current) / total));
    return highest;
  };
}
