import type { Clock } from '../clock.js';
import type { Address } from '../model/address.js';
import type { WorkloadSettings } from '../observe/result.js';

export interface WorkloadNode {
  id: string;
  /** As the sentinels speak of it. */
  announce: Address;
  /** As this machine reaches it. */
  endpoint: Address;
}

/** Whom the clients write to. */
export interface WorkloadTarget {
  /** Reachable from here. */
  sentinels: Address[];
  masterName: string;
  /** The data nodes'. */
  password: string | null;
  /** The sentinels' own; the data nodes' where absent, none where null. */
  sentinelPassword?: string | null;
  /** ioredis's natMap: announced `host:port` → the address that is reachable from here; null: they are. */
  natMap: Record<string, { host: string; port: number }> | null;
  /** Every connection of the clients comes from this address of this machine; as the system has it where absent. */
  localAddress?: string | undefined;
  nodes: WorkloadNode[];
}

export interface WorkloadOptions {
  settings: WorkloadSettings;
  /** Every key begins with it; it should be nobody else's. */
  keyPrefix: string;
  clock: Clock;
  /** Ends the start only: whoever is interrupted later still wants the record, by `stop()`. */
  signal?: AbortSignal | undefined;
}

/** What the worker is started with. */
export interface WorkerTask {
  target: WorkloadTarget;
  settings: WorkloadSettings;
  keyPrefix: string;
  counters: SharedArrayBuffer;
  /** `machineNowMs()` at the workload's start: what all of its times count from. */
  originMachineMs: number;
  /** For all clients to be connected, in milliseconds. */
  connectMs: number;
}
