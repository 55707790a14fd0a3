import type { SeenCluster } from './looks.js';
import type { MenuState } from './menu-state.js';

/** A journal that is open: until it is closed, commands that change the cluster are refused. */
const OPEN_JOURNAL = ['unfinished-journal', 'journal-unreadable'];
const RUN_ACTIVE = 'run-under-way';

/** How the target of the menu is, as far as the last look showed. */
export interface Standing {
  /** Undefined where it could not be looked at. */
  seen: SeenCluster | undefined;
  /** Another command is changing it. */
  isActive: boolean;
  /** An earlier run is not rolled back. */
  isOpen: boolean;
  /** Whether commands that change it would not be refused. */
  canAct: boolean;
  isHealthy: boolean;
}

export function standingOf({ look }: MenuState): Standing {
  const seen = look !== null && 'status' in look ? look : undefined;
  const problems = seen?.status.problems ?? [];
  const isActive = problems.some((p) => p.id === RUN_ACTIVE);
  const isOpen = problems.some((p) => OPEN_JOURNAL.includes(p.id));
  const canAct = seen !== undefined && seen.health !== 'down' && !isActive && !isOpen;
  return { seen, isActive, isOpen, canAct, isHealthy: canAct && seen.health === 'healthy' };
}
