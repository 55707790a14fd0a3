import type { LiveCluster } from '../cluster/open.js';
import type { Runtime } from '../cluster/runtime.js';
import type { SentinelSettings } from '../model/sentinel-timing.js';
import type { Observer } from '../observe/observer.js';
import type { ClusterRoles } from '../observe/roles.js';

/** What every part of a trial works with. */
export interface TrialContext {
  runtime: Runtime;
  live: LiveCluster;
  roles: ClusterRoles;
  observer: Observer;
  /** The sentinels' settings after the preflight, and whether the master is to hang. */
  config: SentinelSettings & { hangs: boolean };
}
