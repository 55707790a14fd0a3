import { ACTS_ON_CLUSTER, menuChoices } from './menu-choices.js';
import { type Standing, standingOf } from './menu-standing.js';
import { knownTarget, type MenuState } from './menu-state.js';

/** What changes a cluster and is not offered now, and why: shown where its name is typed. */
export function hiddenChoices(state: MenuState): { name: string; why: string }[] {
  const why = whyNot(state, standingOf(state));
  if (why === null) return [];
  const offered = menuChoices(state).map(({ name }) => name);
  return ACTS_ON_CLUSTER.filter((name) => !offered.includes(name)).map((name) => ({ name, why }));
}

function whyNot(state: MenuState, { seen, isActive, isOpen, isHealthy }: Standing): string | null {
  const { kind } = state.target;
  if (kind === 'none') return 'no cluster exists; "Up" creates one';
  const known = knownTarget(state);
  if (kind === 'attached' && known === undefined)
    return 'sentinelctl did not create this cluster: attach it under a name first';
  if (known?.isReadonly === true) return 'it was attached with --readonly';
  if (seen === undefined) return 'the state of the cluster is not known';
  if (isActive) return 'another command is changing the cluster';
  if (isOpen) return 'an earlier run is not rolled back: do that first';
  if (!isHealthy) return 'the cluster is not HEALTHY: fix it first';
  if (kind !== 'attached') return null;
  return known?.way === 'network'
    ? 'its servers are only reached over the network: attach it with --local, --docker or --via'
    : 'not for a cluster that sentinelctl did not create, or that has several masters';
}
