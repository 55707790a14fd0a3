import { ACTS_ON_CLUSTER, menuChoices } from './menu-choices.js';
import { type Standing, standingOf } from './menu-standing.js';
import type { MenuState, MenuTarget } from './menu-state.js';

/** What changes a cluster and is not offered now, and why: shown where its name is typed. */
export function hiddenChoices(state: MenuState): { name: string; why: string }[] {
  const why = whyNot(state.target, standingOf(state));
  if (why === null) return [];
  const offered = menuChoices(state).map(({ name }) => name);
  return ACTS_ON_CLUSTER.filter((name) => !offered.includes(name)).map((name) => ({ name, why }));
}

function whyNot({ kind }: MenuTarget, { seen, isActive, isOpen, isHealthy }: Standing): string | null {
  if (kind === 'none') return 'no cluster exists; "Up" creates one';
  if (kind === 'attached')
    return 'sentinelctl did not create this cluster: type the command, its name is asked for';
  if (seen === undefined) return 'the state of the cluster is not known';
  if (isActive) return 'another command is changing the cluster';
  if (isOpen) return 'an earlier run is not rolled back: do that first';
  return isHealthy ? null : 'the cluster is not HEALTHY: fix it first';
}
