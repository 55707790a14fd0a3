import type { Address } from '../model/address.js';
import type { DriverName } from '../model/drivers.js';
import type { ConfText, Got, Life } from '../model/gathered.js';
import type { NodeHost } from './node-host.js';
import type { Provisioner } from './provisioner.js';

/** A driver that is open for ONE cluster. */
export interface Driver {
  readonly name: DriverName;
  readonly host: NodeHost;
  readonly provisioner: Provisioner;
  /** Releases sockets; the nodes stay as they are. */
  close(): void;
}

/** The environment, passed in because nothing below reads the process. */
export type Env = Readonly<Record<string, string | undefined>>;

/** Where the files of a cluster are, and the settings its nodes were asked to have. */
export interface DriverContext {
  cluster: string;
  /** The cluster's own directory on this machine, mode 0700, made by the caller. */
  dir: string;
  /** From options or, for an existing cluster, from its state. */
  settings: Readonly<Record<string, string>>;
  env: Env;
}

/** Whether a driver can work here: yes with what was found, or no with the reason and what to install. */
export type Probe = { ok: true; found: string } | { ok: false; reason: string; install: string };

export interface DriverFactory {
  readonly name: DriverName;
  probe(context: Omit<DriverContext, 'dir' | 'cluster'>): Promise<Probe>;
  open(context: DriverContext): Promise<Driver>;
  /**
   * Which of these servers, none of them created by sentinelctl, are processes or containers that this driver can see,
   * in the order given; undefined for the others. Changes nothing. Throws OperatorError where looking is not possible.
   */
  foreignLives(servers: readonly ForeignServer[], env: Env): Promise<(ServerLife | undefined)[]>;
}

/** A server that sentinelctl did not create, as far as it is known from outside. */
export interface ForeignServer {
  /** As this machine reaches it. */
  endpoint: Address;
  /** From its INFO: its pid on its own machine, and its configuration file; null where INFO does not say. */
  pid: number | null;
  conf: string | null;
}

/** The process or container of a foreign server, and its configuration file, secrets included. */
export interface ServerLife {
  life: Life;
  conf: Got<ConfText>;
}
