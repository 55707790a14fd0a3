import type { KnownCluster } from '../cli/known.js';
import type { World } from '../cli/world.js';
import type { Globals } from '../config/globals.js';
import { ATTACHED } from '../model/drivers.js';
import { DATA_KEPT } from '../model/words.js';
import { type LookResult, quietly } from './looks.js';
import { knownTarget, type MenuState } from './menu-state.js';
import { likelyNodes, nodeChoices } from './node-choices.js';

/** What a list of the menu offers; `words` complete the command line. */
export interface Offer {
  key: string;
  name: string;
  about: string;
  words: readonly string[];
}

/** How long a fault of the menu lasts that has no end of its own. */
const FAULT_FOR = '30s';

/** The nodes that a command is meant for, each with its state: silent ones for `start`, answering ones for others. */
export function nodeOffers(state: MenuState, command: string): Offer[] {
  const { look } = state;
  const nodes = knownTarget(state)?.nodes ?? [];
  const status = look !== null && 'status' in look ? look.status : undefined;
  // Of several masters each is named.
  const isOne = (status?.masters.length ?? 1) <= 1;
  const ids = command === 'start' || !isOne ? nodes : ['master', ...nodes];
  return nodeChoices(likelyNodes(ids, status, command), status, command).map(({ value, name }) => ({
    key: value,
    name,
    about: '',
    words: [value],
  }));
}

/** As much of a fault's document as a list needs; see docs/json.md. */
interface FaultDocument {
  name: string;
  summary: string;
  params: { forMs?: string };
  target: { byDefault: string };
  drivers: Record<string, { can: boolean }>;
}

/** The faults that the driver can inject, or that are possible at an attached cluster, each at its usual target, with an end. */
export async function faultOffers(world: World, globals: Globals, driver: string): Promise<Offer[]> {
  const signal = new AbortController().signal;
  const { result } = await quietly(world, 'faults', { args: [], globals, signal });
  const { faults, possible = [] } = result as {
    faults: FaultDocument[];
    possible?: { name: string; can: boolean }[];
  };
  const isAble = ({ name, drivers }: FaultDocument): boolean =>
    driver === ATTACHED
      ? possible.some((one) => one.name === name && one.can)
      : drivers[driver]?.can === true;
  return faults.filter(isAble).map((fault) => ({
    key: fault.name,
    name: fault.name,
    about: `${fault.summary}; at ${fault.target.byDefault}`,
    words: [fault.name, ...(staysUntilHealed(fault) ? ['--for', FAULT_FOR] : [])],
  }));
}

/** The others last as long as their name says (`half of down-after`, `3s`), or are over at once. */
const staysUntilHealed = ({ params: { forMs } }: FaultDocument): boolean =>
  forMs !== undefined && !/\d|down-after/.test(forMs);

/** The built-in scenarios. */
export async function scenarioOffers(world: World, globals: Globals): Promise<Offer[]> {
  const signal = new AbortController().signal;
  const { result } = await quietly(world, 'chaos', { args: ['list', []], globals, signal });
  return (result as { scenarios: { name: string; summary: string }[] }).scenarios.map(
    ({ name, summary }) => ({
      key: name,
      name,
      about: summary,
      words: [name],
    }),
  );
}

/** The clusters of this machine, with the state of each. */
export const clusterOffers = (
  clusters: readonly Pick<KnownCluster, 'name' | 'isKept' | 'isInFile'>[],
  looks: ReadonlyMap<string, LookResult>,
): Offer[] =>
  clusters.map(({ name, isKept, isInFile }) => ({
    key: name,
    name,
    about: `${isKept ? DATA_KEPT : stateOf(looks.get(name))}${isInFile ? ', in sentinelctl.yaml' : ''}`,
    words: ['--cluster', name],
  }));

function stateOf(look: LookResult | undefined): string {
  if (look === undefined) return '…';
  return 'status' in look ? look.status.verdict.word : look.failure.message;
}
