import type { Dirent } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf, messageOf, OperatorError, refused } from '../../errors.js';
import { makePrivateDirectory, readIfThere, removeTree, stampOf, writeAtomically } from '../../host/files.js';
import type { AttachedCluster } from '../../model/attached.js';
import { isDriverName } from '../../model/drivers.js';
import { ctl, recreate } from '../../model/hints.js';
import type { ClusterPlan, NodePlan } from '../../model/plan.js';
import type { NodeExtras } from '../../model/tls-files.js';
import type { ClusterSecrets } from '../../model/users.js';
import { parseAttached } from './attached.js';
import {
  type ClusterCertificates,
  readExtras,
  readSecrets,
  type SecretPaths,
  secretPaths,
  writeSecrets,
} from './secrets.js';

/** What is written down about a cluster that sentinelctl made: `clusters/NAME/cluster.json`. No secrets. */
export interface ClusterState {
  version: 1;
  /** `creating` until the first proof of convergence; `kept`: taken down with its data kept. */
  phase: 'creating' | 'up' | 'kept';
  plan: ClusterPlan;
  /** What the driver needs to find its nodes again. */
  settings: Record<string, string>;
  /** Whether announced addresses can be reached from this machine. */
  routable: boolean;
  createdAtMs: number;
  /** The id of the last master, from when its nodes are taken down with their data kept until they are up again. */
  lastMaster?: string | undefined;
  /** What `attach` wrote down, for a cluster that sentinelctl did not start; never saved here. */
  attached?: AttachedCluster;
}

/** The clusters known on this machine, below one home directory. */
export interface Store {
  readonly home: string;
  dirOf(cluster: string): string;
  lockOf(cluster: string): string;
  /**
   * undefined when the cluster does not exist; throws `state-unreadable` when its file is damaged, and `attached` (3) for
   * one that sentinelctl did not start.
   */
  load(cluster: string): Promise<ClusterState | undefined>;
  /** What was written down at `attach`; undefined for another cluster. Throws `state-unreadable` (3). */
  attached(cluster: string): Promise<AttachedCluster | undefined>;
  /** Whether it is attached: its record may be damaged, and no server of it was asked yet where a project's file has it. */
  isAttached(cluster: string): Promise<boolean>;
  /** Whether what was loaded, or attached, is on disk as it was read: what `load` and `attached` answered, unaltered. */
  isCurrent(state: ClusterState): boolean;
  saveAttached(record: AttachedCluster): Promise<void>;
  save(cluster: string, state: ClusterState): Promise<void>;
  /** Names that have a directory, damaged ones included. */
  list(): Promise<string[]>;
  /** Removes what is written down about it; it is no longer the one that `use` chose. */
  forget(cluster: string): Promise<void>;
  /** Chooses the cluster that commands work on where none is named; null: none. */
  use(cluster: string | null): Promise<void>;
  /** Passwords, and the authority of its certificates. Throws `secret-missing` (3). */
  secrets(state: ClusterState): Promise<ClusterSecrets>;
  /** Where they are, those that exist. */
  secretPaths(cluster: string): SecretPaths;
  keepSecrets(
    cluster: string,
    secrets: ClusterSecrets,
    certificates: ClusterCertificates | null,
  ): Promise<void>;
  /** What a node is given beside its configuration. Throws `secret-missing` (3). */
  extrasOf(state: ClusterState, id: string): Promise<NodeExtras>;
}

/** Which version of its file a state or a record was read from, taken before it was read. */
const readFrom = new WeakMap<ClusterState | AttachedCluster, string>();

function stamped<T extends ClusterState | AttachedCluster>(value: T, stamp: string | undefined): T {
  if (stamp !== undefined) readFrom.set(value, stamp);
  return value;
}

/** Opens the store in `home`; makes nothing until something is saved. */
export function openStore(home: string): Store {
  const dirOf = (cluster: string): string => join(home, 'clusters', cluster);
  const fileOf = (cluster: string): string => join(dirOf(cluster), 'cluster.json');
  const attachedOf = (cluster: string): string => join(dirOf(cluster), 'attached.json');
  const useOf = (): string => join(home, 'use');
  const guard = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      throw unwritable(home, error);
    }
  };
  return {
    home,
    dirOf,
    lockOf: (cluster) => join(home, 'locks', `${cluster}.lock`),
    async load(cluster) {
      const stamp = stampOf(fileOf(cluster));
      const text = await guard(readIfThere(fileOf(cluster)));
      if (text !== undefined) return stamped(parseState(cluster, fileOf(cluster), text), stamp);
      if ((await this.attached(cluster)) !== undefined) throw notCreated(cluster);
      // `up` writes the state first: if other files exist without it, it was deleted, and nodes may run.
      if ((await guard(entriesIn(dirOf(cluster)))).some((e) => !e.name.endsWith('.tmp')))
        throw damaged(cluster, fileOf(cluster), 'it is missing');
      return undefined;
    },
    async save(cluster, state) {
      await guard(makePrivateDirectory(dirOf(cluster)));
      await guard(writeAtomically(fileOf(cluster), `${JSON.stringify(state, null, 2)}\n`, 0o600));
    },
    async attached(cluster) {
      const path = attachedOf(cluster);
      const stamp = stampOf(path);
      const text = await guard(readIfThere(path));
      if (text === undefined) return undefined;
      return stamped(
        parseAttached(cluster, text, (why) => damaged(cluster, path, why)),
        stamp,
      );
    },
    async isAttached(cluster) {
      return stampOf(attachedOf(cluster)) !== undefined;
    },
    isCurrent(state) {
      const { cluster } = state.plan.spec;
      const stamp = readFrom.get(state.attached ?? state);
      const path = state.attached === undefined ? fileOf(cluster) : attachedOf(cluster);
      return stamp !== undefined && stamp === stampOf(path);
    },
    async saveAttached(record) {
      const { cluster } = record;
      await guard(makePrivateDirectory(dirOf(cluster)));
      await guard(writeAtomically(attachedOf(cluster), `${JSON.stringify(record, null, 2)}\n`, 0o600));
    },
    async list() {
      const entries = await guard(entriesIn(join(home, 'clusters')));
      return entries
        .filter((e) => e.isDirectory())
        .map((e) => e.name)
        .sort();
    },
    async forget(cluster) {
      await guard(removeTree(dirOf(cluster)));
      const used = await guard(readIfThere(useOf()));
      if (used?.trim() === cluster) await guard(rm(useOf(), { force: true }));
    },
    async use(cluster) {
      if (cluster === null) return void (await guard(rm(useOf(), { force: true })));
      await guard(makePrivateDirectory(home));
      await guard(writeAtomically(useOf(), `${cluster}\n`, 0o600));
    },
    secrets: (state) => guard(readSecrets(dirOf(state.plan.spec.cluster), state)),
    secretPaths: (cluster) => secretPaths(dirOf(cluster)),
    keepSecrets: (cluster, secrets, certificates) =>
      guard(writeSecrets(dirOf(cluster), cluster, secrets, certificates)),
    extrasOf: (state, id) => guard(readExtras(dirOf(state.plan.spec.cluster), state, id)),
  };
}

function unwritable(home: string, error: unknown): OperatorError {
  if (error instanceof OperatorError) return error;
  return refused('state-directory', `cannot use the state directory ${home}`, {
    why: messageOf(error),
    hint: 'make it writable, or set SENTINELCTL_HOME to a writable directory',
    cause: error,
  });
}

const damaged = (cluster: string, file: string, why: string): OperatorError =>
  refused('state-unreadable', `the state of cluster "${cluster}" cannot be read`, {
    why: `${file}: ${why}`,
    hint: `restore the file, or ${recreate(cluster)}`,
  });

/**
 * What creates or removes a cluster is refused where it was attached, under a name or by the addresses of its sentinels.
 * `place`: the line of the project's file that has it.
 */
export const notCreated = (cluster: string, place?: string): OperatorError =>
  refused(
    'attached',
    `sentinelctl did not create ${cluster.includes(':') ? cluster : `cluster "${cluster}"`}`,
    {
      why: `up and down create and remove clusters of sentinelctl; this one is attached${place === undefined ? '' : `, in ${place}`}`,
      hint:
        cluster.includes(':') || place !== undefined
          ? ctl({ own: false, cluster }, 'status')
          : `sentinelctl detach ${cluster} # forgets it here; how one of its nodes is stopped: sentinelctl stop --help`,
    },
  );

/** The entries of a directory; none where it does not exist. */
async function entriesIn(directory: string): Promise<Dirent[]> {
  try {
    return await readdir(directory, { withFileTypes: true });
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
}

/** Checked by hand: a schema library would cost more than the whole command that reads this. */
function parseState(cluster: string, file: string, text: string): ClusterState {
  const bad = (why: string): OperatorError => damaged(cluster, file, why);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw bad(messageOf(error));
  }
  const state = value as Partial<ClusterState> | null;
  if (state?.version !== 1) throw bad('it is from another version of sentinelctl, or not a state file');
  const nodes: unknown = state.plan?.nodes;
  const whole =
    // A copy of another cluster's file would make this name act on that cluster.
    state.plan?.spec?.cluster === cluster &&
    typeof state.plan.spec.masterName === 'string' &&
    isDriverName(state.plan.driver) &&
    Array.isArray(nodes) &&
    nodes.every(isNodePlan) &&
    typeof state.settings === 'object' &&
    ['creating', 'up', 'kept'].includes(String(state.phase));
  if (!whole) throw bad('parts of it are missing');
  return state as ClusterState;
}

/** Ids become directories and container names that are removed one day. */
const NODE_ID = /^(redis|sentinel)-\d{1,4}$/;

function isNodePlan(value: unknown): value is NodePlan {
  const node = value as Partial<NodePlan> | null;
  const isAddress = (a: unknown): boolean =>
    typeof (a as NodePlan['announce'] | undefined)?.host === 'string' &&
    typeof (a as NodePlan['announce'] | undefined)?.port === 'number';
  return (
    NODE_ID.test(String(node?.id)) &&
    (node?.kind === 'redis' || node?.kind === 'sentinel') &&
    isAddress(node.announce) &&
    isAddress(node.endpoint)
  );
}
