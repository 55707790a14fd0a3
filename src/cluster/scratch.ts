import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from '../errors.js';
import { makePrivateDirectory, readIfThere, unusable, writeAtomically } from '../host/files.js';
import { identify, ownIdentity } from '../host/process-identity.js';
import { down } from './down.js';
import type { Runtime } from './runtime.js';
import type { Store } from './store/state.js';

/**
 * Clusters that a run made for itself. Each is written down, with whose it is, before it is made: one whose owner
 * died is nobody's, and may be removed with all that it holds.
 */
interface Owner {
  pid: number;
  startTime: string;
}

const dirOf = (store: Store): string => join(store.home, 'scratch');
const fileOf = (store: Store, cluster: string): string => join(dirOf(store), `${cluster}.json`);

/** Writes down that this process is about to make a cluster for itself. Throws `state-directory` (3). */
export async function markScratch(store: Store, cluster: string): Promise<void> {
  const { pid, startTime } = await ownIdentity();
  const owner: Owner = { pid, startTime };
  try {
    await makePrivateDirectory(dirOf(store));
    await writeAtomically(fileOf(store, cluster), `${JSON.stringify(owner)}\n`, 0o600);
  } catch (error) {
    throw unusable(dirOf(store), error);
  }
}

/** From now on it is a cluster like any other. */
export async function unmarkScratch(store: Store, cluster: string): Promise<void> {
  await rm(fileOf(store, cluster), { force: true });
}

/** Takes a scratch cluster down with all that it holds, and forgets it. Throws what `down` throws, if it is there at all. */
export async function removeScratch(runtime: Runtime, cluster: string): Promise<void> {
  if ((await runtime.store.list()).includes(cluster)) await down(runtime, cluster, { keepData: false });
  await unmarkScratch(runtime.store, cluster);
}

/** Removes the scratch clusters of runs that died, and says so; answers their names. Throws what `down` throws. */
export async function removeAbandoned(runtime: Runtime): Promise<string[]> {
  const names = await abandonedScratch(runtime.store);
  for (const name of names) {
    await removeScratch(runtime, name);
    const text = `removed ${name}, a scratch cluster of a run that died`;
    runtime.onProgress({ type: 'note', level: 'info', text });
  }
  return names;
}

/** Scratch clusters whose owner is gone, by name. */
async function abandonedScratch(store: Store): Promise<string[]> {
  const names = (await entriesIn(dirOf(store))).flatMap((f) => (f.endsWith('.json') ? [f.slice(0, -5)] : []));
  const alive = await Promise.all(names.map(async (name) => isAlive(await readIfThere(fileOf(store, name)))));
  return names.filter((_, i) => !alive[i]).sort();
}

async function isAlive(text: string | undefined): Promise<boolean> {
  try {
    const owner = JSON.parse(text ?? '') as Partial<Owner> | null;
    if (typeof owner?.pid !== 'number') return false;
    return (await identify(owner.pid))?.startTime === owner.startTime;
  } catch {
    return false;
  }
}

async function entriesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
}
