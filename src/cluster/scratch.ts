import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from '../errors.js';
import { makePrivateDirectory, readIfThere, unusable, writeAtomically } from '../host/files.js';
import { identify, ownIdentity } from '../host/process-identity.js';
import { down } from './down.js';
import type { Runtime } from './runtime.js';
import type { Store } from './store/state.js';

/**
 * Clusters that a run creates for itself. Each is recorded with its owner before it is created: a scratch cluster whose
 * owner is not alive may be removed with its data.
 */
interface Owner {
  pid: number;
  startTime: string;
}

const dirOf = (store: Store): string => join(store.home, 'scratch');
const fileOf = (store: Store, cluster: string): string => join(dirOf(store), `${cluster}.json`);

/** Records that this process is about to create a scratch cluster. Throws `state-directory` (3). */
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

/** Makes a scratch cluster an ordinary one. */
export async function unmarkScratch(store: Store, cluster: string): Promise<void> {
  await rm(fileOf(store, cluster), { force: true });
}

/** Removes a scratch cluster, its data and its record. Throws what `down` throws. */
export async function removeScratch(runtime: Runtime, cluster: string): Promise<void> {
  if ((await runtime.store.list()).includes(cluster)) await down(runtime, cluster, { keepData: false });
  await unmarkScratch(runtime.store, cluster);
}

/** Removes the scratch clusters of runs that were killed; returns their names. Throws what `down` throws. */
export async function removeAbandoned(runtime: Runtime): Promise<string[]> {
  const names = await abandonedScratch(runtime.store);
  for (const name of names) {
    await removeScratch(runtime, name);
    const text = `removed ${name}, a scratch cluster of a run that was killed`;
    runtime.onProgress({ type: 'note', level: 'info', text });
  }
  return names;
}

/** Scratch clusters whose owner is not alive, by name. */
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
