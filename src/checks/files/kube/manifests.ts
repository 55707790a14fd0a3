import type { Directive } from '../conf.js';
import type { NetworkPolicy } from './network-policy.js';
import type { Budget, ConfigMap, KubeService } from './objects.js';
import type { Workload } from './workload.js';

/** What Kubernetes manifests say besides the servers and their configuration. */
export interface KubeFacts {
  /** As they were given; `-` for standard input. */
  files: string[];
  /** Those that run a Redis or a Sentinel. */
  workloads: ServerWorkload[];
  /** Labels of the pods of every workload, those of other programs too. */
  allLabels: ReadonlyMap<string, string>[];
  budgets: Budget[];
  services: KubeService[];
  policies: NetworkPolicy[];
  /** The labels of its Namespace objects, by their names. */
  namespaces: ReadonlyMap<string, ReadonlyMap<string, string>>;
  maps: ConfigMap[];
  /** What its Secrets hold, by the stand-in of each key: `(secret NAME/KEY)`. */
  secrets: ReadonlyMap<string, string>;
  /** Configuration files in ConfigMaps of containers whose start is not known. */
  unstarted: UnstartedFile[];
  /** Configuration files in ConfigMaps of data nodes that are started without a file. */
  unused: UnstartedFile[];
  twice: TwiceInObject[];
  /** Whether something in them gives running servers a master: `redis-cli … replicaof`. */
  setsReplicas: boolean;
}

/** A key that stands twice in a map of an object: the first one is lost. */
export interface TwiceInObject {
  /** `StatefulSet NAME`. */
  object: string;
  key: string;
  file: string;
  lines: [first: number, second: number];
  /** What only the first one has, as it is written; null where that is more than a few words. */
  lost: string | null;
}

/** A configuration file that a container has, whose image starts by itself what it runs: what it makes of it is not known. */
export interface UnstartedFile {
  /** `StatefulSet NAME`. */
  workload: string;
  image: string;
  /** Its path in the container, which cannot be written there. */
  inside: string;
  directives: Directive[];
  /** Whether the image starts it, and not a script of the manifest, which may fill in a copy. */
  byImage: boolean;
}

export interface ServerWorkload extends Workload {
  /** By the container's name: what it runs, by its start, or by its name where that was not followed. */
  roles: ReadonlyMap<string, 'redis' | 'sentinel'>;
}
