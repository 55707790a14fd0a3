import { processEnv } from './config/paths.js';
import { type ConnectOptions, connect as connectWith } from './wire/connect.js';

/**
 * Connects an application to the current master as its environment says: by Sentinel where REDIS_SENTINEL_ADDRS is
 * set, else by REDIS_URL. See `wire/connect.ts` for time-outs and for what is tuned, and why.
 * Throws OperatorError: 64 where nothing usable is configured, 5 where no PING came back within 10 s.
 */
export const connect = (options: ConnectOptions = {}): ReturnType<typeof connectWith> =>
  connectWith(processEnv(), options);

export {
  type AttachedCluster,
  type Cluster,
  type FailoverTestSettings,
  type OpenClusterOptions,
  openCluster,
  runFailoverTest,
  snapshot,
} from './api.js';
export type { Action, ActResult } from './cluster/act.js';
export { EXIT, type ExitCode, OperatorError } from './errors.js';
export type { Address } from './model/address.js';
export type { Snapshot } from './model/snapshot.js';
export type { StatusResult } from './model/status.js';
export type { FailoverResult, PhaseTimes, Rejoin, Trial, Verdict } from './observe/result.js';
export type { ConnectOptions } from './wire/connect.js';
