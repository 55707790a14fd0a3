import { join } from 'node:path';
import { refused } from '../../errors.js';
import { readIfThere, unusable, writeAtomically } from '../../host/files.js';
import type { Accepted } from '../../model/accepted.js';
import type { Store } from './state.js';

type Place = Pick<Store, 'dirOf'>;
const fileOf = (store: Place, cluster: string): string => join(store.dirOf(cluster), 'accepted.json');

/** The risks that are accepted for a cluster. Throws `accepted-unreadable` (3) for a damaged file. */
export async function readAccepted(store: Place, cluster: string): Promise<Accepted[]> {
  const path = fileOf(store, cluster);
  const text = await readIfThere(path).catch((error: unknown) => Promise.reject(unusable(path, error)));
  if (text === undefined) return [];
  const list = parse(text);
  if (list === undefined)
    throw refused('accepted-unreadable', `the accepted risks of cluster "${cluster}" cannot be read`, {
      why: `${path} is damaged`,
      hint: `restore the file, or remove it and accept the risks again: rm ${path}`,
    });
  return list;
}

/** Replaces them. */
export async function keepAccepted(
  store: Place,
  cluster: string,
  accepted: readonly Accepted[],
): Promise<void> {
  const path = fileOf(store, cluster);
  await writeAtomically(path, `${JSON.stringify(accepted, null, 2)}\n`, 0o600).catch((error: unknown) =>
    Promise.reject(unusable(path, error)),
  );
}

function parse(text: string): Accepted[] | undefined {
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) && list.every(isAccepted) ? list : undefined;
  } catch {
    return undefined;
  }
}

function isAccepted(value: unknown): value is Accepted {
  if (typeof value !== 'object' || value === null) return false;
  const { id, because, until } = value as Partial<Record<string, unknown>>;
  return (
    typeof id === 'string' && typeof because === 'string' && (until === null || typeof until === 'string')
  );
}
