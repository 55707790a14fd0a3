import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type OperatorError, refused } from '../../errors.js';
import { makePrivateDirectory, readIfThere, writeAtomically } from '../../host/files.js';
import type { Certified } from '../../host/x509.js';
import { recreate } from '../../model/hints.js';
import type { ClusterPlan } from '../../model/plan.js';
import { type NodeExtras, TLS_FILES } from '../../model/tls-files.js';
import {
  type ClusterSecrets,
  NO_SECRETS,
  USERS,
  type UserName,
  type UserPasswords,
  usersText,
} from '../../model/users.js';

/** Of a cluster's state what says which secrets it has. */
interface Made {
  plan: ClusterPlan;
  phase: string;
}

/** The certificates of a cluster as they are made at `up`. */
export interface ClusterCertificates {
  authority: Certified;
  /** By node id. */
  nodes: Readonly<Record<string, Certified>>;
}

/** Where the secrets of one cluster are: files of mode 0600 below its own directory. */
export interface SecretPaths {
  /** Of the default user. */
  password: string;
  userPassword(user: UserName): string;
  /** What each user may do, and where its password is. */
  users: string;
  ca: string;
  caKey: string;
  cert(id: string): string;
  key(id: string): string;
}

export const secretPaths = (dir: string): SecretPaths => ({
  password: join(dir, 'password'),
  userPassword: (user) => join(dir, 'passwords', user),
  users: join(dir, 'users.txt'),
  ca: join(dir, 'tls', TLS_FILES.ca),
  caKey: join(dir, 'tls', 'ca.key'),
  cert: (id) => join(dir, 'tls', `${id}.crt`),
  key: (id) => join(dir, 'tls', `${id}.key`),
});

/**
 * The secrets of a cluster. Throws `secret-missing` (3) where a file is gone; of one whose `up` was cut off before it
 * wrote them, there are none.
 */
export async function readSecrets(dir: string, { plan, phase }: Made): Promise<ClusterSecrets> {
  const paths = secretPaths(dir);
  const need = async (path: string, what: string): Promise<string | null> => {
    const text = await readIfThere(path);
    if (text === undefined && phase !== 'creating') throw missing(plan.spec.cluster, what, path);
    return text ?? null;
  };
  const { tls, acl, cluster } = plan.spec;
  const ca = tls === true ? await need(paths.ca, 'the certificate of its authority') : NO_SECRETS.ca;
  if (acl !== true)
    return { password: (await readIfThere(paths.password)) ?? NO_SECRETS.password, users: null, ca };
  const passwords = await Promise.all(
    USERS.map(async (user) => [
      user,
      await need(paths.userPassword(user), `the password of the user ${user} of "${cluster}"`),
    ]),
  );
  const areThere = passwords.every(([, password]) => password !== null);
  return { password: null, users: areThere ? (Object.fromEntries(passwords) as UserPasswords) : null, ca };
}

const missing = (cluster: string, what: string, path: string): OperatorError =>
  refused('secret-missing', `cluster "${cluster}" cannot be opened: ${what} is missing`, {
    why: `${path} does not exist`,
    hint: `restore the file, or ${recreate(cluster)}`,
  });

/** Writes the secrets of a new cluster, and removes those of an earlier one of its name. */
export async function writeSecrets(
  dir: string,
  cluster: string,
  { password, users }: ClusterSecrets,
  certificates: ClusterCertificates | null,
): Promise<void> {
  const paths = secretPaths(dir);
  const write = (path: string, text: string): Promise<void> => writeAtomically(path, text, 0o600);
  await makePrivateDirectory(dir);
  if (password === null) await rm(paths.password, { force: true });
  else await write(paths.password, password);
  if (users !== null) {
    await makePrivateDirectory(join(dir, 'passwords'));
    for (const user of USERS) await write(paths.userPassword(user), users[user]);
    await write(paths.users, usersText(cluster, paths.userPassword));
  }
  if (certificates === null) return;
  await makePrivateDirectory(join(dir, 'tls'));
  await write(paths.caKey, certificates.authority.key);
  await write(paths.ca, certificates.authority.cert);
  for (const [id, { cert, key }] of Object.entries(certificates.nodes)) {
    await write(paths.key(id), key);
    await write(paths.cert(id), cert);
  }
}

/** What a node is given beside its configuration: with TLS its certificate and key, and the authority. */
export async function readExtras(dir: string, { plan }: Pick<Made, 'plan'>, id: string): Promise<NodeExtras> {
  if (plan.spec.tls !== true) return {};
  const paths = secretPaths(dir);
  const files = { ca: paths.ca, cert: paths.cert(id), key: paths.key(id) };
  const read = Object.entries(files).map(async ([kind, path]): Promise<[string, string]> => {
    const text = await readIfThere(path);
    if (text === undefined) throw missing(plan.spec.cluster, `the ${kind} file of ${id}`, path);
    return [TLS_FILES[kind as keyof typeof files], text];
  });
  return Object.fromEntries(await Promise.all(read));
}
