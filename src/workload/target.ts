import type { Clock } from '../clock.js';
import type { Address } from '../model/address.js';
import type { WorkloadSettings } from '../observe/result.js';
import type { Access } from '../wire/access.js';

export interface WorkloadNode {
  id: string;
  /** As the sentinels speak of it. */
  announce: Address;
  /** As this machine reaches it. */
  endpoint: Address;
}

/** What the clients write to. */
export interface WorkloadTarget {
  /** Reachable from here. */
  sentinels: Address[];
  masterName: string;
  /** With the address map that the clients need: empty where they reach what is announced. */
  access: Access;
  /** Every connection of the clients comes from this address of this machine; as the system has it where absent. */
  localAddress?: string | undefined;
  nodes: WorkloadNode[];
}

export interface WorkloadOptions {
  settings: WorkloadSettings;
  /** Every key begins with it; no other program should use it. */
  keyPrefix: string;
  clock: Clock;
  /** Ends the start only: a run that is interrupted later still gets the record, by `stop()`. */
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
