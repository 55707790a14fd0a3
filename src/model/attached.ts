import type { Address } from './address.js';
import type { AddressRule } from './address-map.js';
import type { DriverName } from './drivers.js';
import type { NodeKind } from './plan.js';
import type { CommandsOf } from './templates.js';

/** Where a password is; never the password itself. */
export type SecretSource =
  | { from: 'file'; path: string }
  | { from: 'environment'; variable: string }
  /** What a command prints, run without a shell: its first line. */
  | { from: 'command'; words: string[] };

/** TLS to every server of a cluster: paths of PEM files. */
export interface TlsSource {
  ca: string | null;
  cert: string | null;
  key: string | null;
  serverName: string | null;
  /** Whether any certificate is accepted. */
  insecure: boolean;
}

/** What opens connections to a cluster, without a secret in it. */
export interface AccessSources {
  /** Per kind of server: the user, null for the default one, and where the password is, null for none. */
  credentials: Record<NodeKind, { username: string | null; password: SecretSource | null }>;
  /** The sentinels' are taken from those of the data nodes: sentinels may have no users at all. Never written down. */
  isAssumed?: true;
  tls: TlsSource | null;
  addressMap: AddressRule[];
}

/** A server as it was found when the cluster was attached. */
export interface AttachedServer {
  /** `redis-1`, `sentinel-2`: by the order of addresses when it was attached, and kept. */
  id: string;
  kind: NodeKind;
  /** As the cluster speaks of it. */
  announce: Address;
  /** The run id of a data node, the id of a sentinel: addresses are used again, these are not. */
  identity: string;
  /** The names under which a data node's group is monitored; none for a sentinel. */
  masterNames: string[];
  /** The path of its configuration file on its machine; absent where it runs without one, or never said. */
  conf?: string;
}

/** What is written down about a cluster that sentinelctl did not start. No secrets. */
export interface AttachedCluster {
  version: 1;
  cluster: string;
  attachedAtMs: number;
  /** The addresses of its sentinels, as they were typed. */
  sentinelAddrs: Address[];
  /** The one master that is meant; null: every one that the sentinels monitor. */
  masterName: string | null;
  servers: AttachedServer[];
  access: AccessSources;
  /** Whether everything that acts on it is refused. */
  readonly: boolean;
  /** Shown in every first line: `production`. */
  label: string | null;
  /** How the life of its servers is reached; absent: not at all. */
  way?: ActingWay;
  /** By which commands, where the way is `commands`. */
  commands?: CommandsOf;
  /** The project's file that it was attached from: its path, and the lines about it as they were then. */
  file?: { path: string; lines: string };
}

/** The label of a cluster on which nothing is done unless its master is named. */
export const PRODUCTION = 'production';

/** How the life of an attached cluster's servers is reached: over the network alone they can only be asked. */
export type Way = ActingWay | 'network';

/** Those by which its servers can be ended and started, named as the options of `attach`. */
export const ACTING_WAYS = ['local', 'docker'] as const;
/** `commands`: by commands of the operator, which have options of their own. */
export type ActingWay = (typeof ACTING_WAYS)[number] | 'commands';

interface WayFacts {
  /** The driver whose nodes its servers are like; over the network nothing is done that depends on it. */
  driver: DriverName;
  /** What its servers are, for showing; null: not known. */
  servers: string | null;
}

const WAYS: Readonly<Record<Way, WayFacts>> = {
  local: { driver: 'process', servers: 'processes of this machine' },
  docker: { driver: 'docker', servers: 'containers' },
  commands: { driver: 'process', servers: 'servers that answer' },
  network: { driver: 'process', servers: null },
};

export const wayFacts = (way: Way): WayFacts => WAYS[way];

export const wayOf = ({ way }: AttachedCluster): Way => way ?? 'network';

/** A server as a look found it; `identity` is null where it did not say. */
export interface FoundServer {
  id: string;
  announce: Address;
  identity: string | null;
}

/**
 * The ids of servers that a look found: who says the run id of a recorded one is that one, wherever it is; who is at a
 * recorded address that no other server claims is the one that was there, started again. The others keep the id that they have.
 */
export function keptIds(
  recorded: readonly AttachedServer[],
  kind: NodeKind,
  found: readonly FoundServer[],
): string[] {
  const ours = recorded.filter((server) => server.kind === kind);
  const ids = new Map<FoundServer, string>();
  const claimed = new Set<string>();
  const claim = (server: FoundServer, match: AttachedServer | undefined): void => {
    if (match === undefined || claimed.has(match.id)) return;
    ids.set(server, match.id);
    claimed.add(match.id);
  };
  for (const server of found)
    claim(
      server,
      ours.find(({ identity }) => identity !== '' && identity === server.identity),
    );
  for (const server of found)
    if (!ids.has(server))
      claim(
        server,
        ours.find(
          ({ announce: { host, port } }) => host === server.announce.host && port === server.announce.port,
        ),
      );
  return found.map((server) => ids.get(server) ?? server.id);
}
