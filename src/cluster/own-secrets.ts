import { PLAIN, setDialled, setGiven } from '../model/hints.js';
import { type Duties, type Login, OPEN, setLogins, shellWord } from '../model/secrets.js';
import { type ClusterSecrets, OPERATOR } from '../model/users.js';
import type { ClusterState, Store } from './store/state.js';

/**
 * The secrets of a cluster that sentinelctl created. From here on commands that are printed reach its servers by the
 * same login and the same certificates. Throws `secret-missing` (3).
 */
export async function openSecrets(store: Store, state: ClusterState): Promise<ClusterSecrets> {
  const secrets = await store.secrets(state);
  printedFor(store, state, secrets);
  return secrets;
}

/** From here on commands that are printed are for this cluster: a process may have several open. */
export function printedFor(store: Store, state: ClusterState, secrets: ClusterSecrets): void {
  const paths = store.secretPaths(state.plan.spec.cluster);
  setDialled(secrets.ca === null ? PLAIN : { ctl: [], cli: `--tls --cacert ${shellWord(paths.ca)}` });
  setGiven([]);
  const login = loginOf(secrets, paths);
  setLogins({ redis: login, sentinel: login }, secrets.users === null ? null : dutiesOf(paths));
}

const dutiesOf = (paths: ReturnType<Store['secretPaths']>): Duties => {
  const of = (username: 'replication' | 'sentinel') => ({
    username,
    password: { from: 'file' as const, path: paths.userPassword(username) },
  });
  return { replication: of('replication'), sentinel: of('sentinel') };
};

function loginOf({ password, users }: ClusterSecrets, paths: ReturnType<Store['secretPaths']>): Login {
  if (users !== null)
    return { username: OPERATOR, password: { from: 'file', path: paths.userPassword(OPERATOR) } };
  return password === null ? OPEN : { username: null, password: { from: 'file', path: paths.password } };
}
