/** What must be known of a driver where it is not loaded. drivers/registry.ts loads the drivers themselves. */
export interface DriverFacts {
  /** What must be so for it to be taken where none is asked for: `a Docker Engine answers`. */
  needs: string;
  /** The name of a node's container, for commands that a person pastes; null: nodes are processes. */
  container: ((cluster: string, node: string) => string) | null;
  /** Whether a node has files of its own, so that a path is shown with the node's name. */
  filesInNode: boolean;
  /** Whether each node can have a loopback address of its own (`--loopback own`). */
  ownLoopback: boolean;
  /**
   * Whether the clients of a workload always connect from an address of their own. Elsewhere they do so only to be cut
   * off, because preparing it takes seconds.
   */
  clientsApart: boolean;
}

/** Docker's name for a node's container, and for its volume. */
export const containerName = (cluster: string, node: string): string => `sentinelctl-${cluster}-${node}`;

const FACTS = {
  process: {
    needs: 'a server binary is found',
    container: null,
    filesInNode: false,
    ownLoopback: true,
    clientsApart: true,
  },
  docker: {
    needs: 'a Docker Engine answers',
    container: containerName,
    filesInNode: true,
    ownLoopback: false,
    clientsApart: false,
  },
} as const satisfies Record<string, DriverFacts>;

/** Shown in place of a driver for a cluster that sentinelctl did not start. */
export const ATTACHED = 'attached';

/** How the nodes of a cluster run. */
export type DriverName = keyof typeof FACTS;

/** Every driver, the one whose clusters start fastest first: the order in which scratch clusters take one. */
export const DRIVER_NAMES = Object.keys(FACTS) as [DriverName, ...DriverName[]];

/** For a cluster that stays: the first one that works here. A driver that is not listed must be asked for. */
export const PREFERRED_DRIVERS: readonly DriverName[] = ['docker', 'process'];

/** `docker if a Docker Engine answers, else process`: which of them is taken where none is asked for, in this order. */
export const firstOf = (names: readonly DriverName[]): string =>
  names.map((name, i) => (i < names.length - 1 ? `${name} if ${FACTS[name].needs}` : name)).join(', else ');

/** The settings of a driver that were not given. */
export const DEFAULT_SETTINGS = { loopback: 'shared', publish: '127.0.0.1', network: 'bridge' } as const;

export const driverFacts = (name: DriverName): DriverFacts => FACTS[name];

export const isDriverName = (value: unknown): value is DriverName =>
  DRIVER_NAMES.some((name) => name === value);
