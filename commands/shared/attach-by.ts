import type { Context } from '../../src/cli/context.js';
import type { Attached, AttachRequest } from '../../src/cluster/attach.js';
import type { NotHere } from '../../src/cluster/attached-live.js';
import type { Store } from '../../src/cluster/store/state.js';
import { ATTACHED_HOSTS } from '../../src/drivers/registry.js';
import { usageError, withAccount } from '../../src/errors.js';
import type { Address } from '../../src/model/address.js';
import { type AddressRule, formatAddressRule } from '../../src/model/address-map.js';
import { type AttachedCluster, wayOf } from '../../src/model/attached.js';
import type { Progress } from '../../src/model/events.js';
import { lastingSources, openSources, withSentinelsOpen } from './access.js';
import { type AttachOptions, chosenSources, wayTyped } from './attach-options.js';
import { sentinelsOfProject } from './compose-project.js';
import { lookDeadlineMs } from './deadline.js';

/** What a cluster is, by the options of `attach`: typed ones, or those in the project's file. No server was asked. */
export type Definition = Omit<AttachRequest, 'access'>;

/**
 * Options that name no sentinels are about `before`, what was attached already. Throws usageError, and what finds the
 * containers of a compose project throws.
 */
export async function definitionOf(
  context: Context,
  cluster: string,
  typed: AttachOptions,
  attachedBefore: AttachedCluster | undefined,
): Promise<Definition> {
  const { sentinelAddrs: typedAddrs, masterName } = context.globals;
  const { composeProject } = typed;
  const before = typedAddrs === null && composeProject === undefined ? attachedBefore : undefined;
  const project = composeProject === undefined ? null : await sentinelsOfProject(context, composeProject);
  const sentinelAddrs = typedAddrs ?? project?.sentinels ?? before?.sentinelAddrs ?? null;
  if (sentinelAddrs === null)
    throw usageError('no-sentinel-addrs', 'attach needs the address of at least one sentinel', {
      hint: `sentinelctl attach ${cluster} --sentinel-addrs HOST:26379 # or --compose-project PROJECT`,
    });
  for (const rule of withoutEffect(typed.maps, sentinelAddrs)) context.progress(unmapped(rule));
  // What is typed is more exact than what compose tells.
  const docker = typed.docker || typed.mapPublished || project !== null;
  const options = { ...typed, docker, maps: [...typed.maps, ...(project?.rules ?? [])] };
  return {
    cluster,
    sentinelAddrs,
    masterName: masterName ?? before?.masterName ?? null,
    sources: chosenSources(context, options, before?.access ?? null),
    readonly: options.readonly || before?.readonly === true,
    label: options.label ?? before?.label ?? null,
    ...wayTyped(options, before),
  };
}

/** What was found, and which servers cannot be acted on from here, and why. */
export interface AttachedHere extends Attached {
  notHere: NotHere[];
}

/**
 * Finds the cluster of a definition and writes it down; how its servers are started again is remembered. Throws what
 * `attach` of `src/cluster` throws.
 */
export async function attachAs(
  context: Context,
  store: Store,
  definition: Definition,
): Promise<AttachedHere> {
  const { clock, signal, env } = context;
  const { sources: chosen, sentinelAddrs } = definition;
  const sources = lastingSources(await withSentinelsOpen(context, chosen, sentinelAddrs));
  const access = await openSources(context, sources);
  const { attach } = await import('../../src/cluster/attach.js');
  const asking = { clock, signal, deadlineMs: lookDeadlineMs(context) };
  const attached = await attach(store, { ...definition, sources, access }, asking);
  const { record } = attached;
  if (wayOf(record) === 'network') return { ...attached, notHere: [] };
  const { seenHere } = await import('../../src/cluster/attached-live.js');
  const acting = { store, env, attached: { hosts: ATTACHED_HOSTS } };
  try {
    return { ...attached, notHere: await seenHere(acting, record, { ...asking, access }) };
  } catch (error) {
    throw afterAttach(error, record.cluster);
  }
}

/** An error after the cluster was written down. */
export const afterAttach = (error: unknown, cluster: string): unknown =>
  withAccount(error, [`${cluster} is attached; only its state was not read to the end`]);

/** The rules that are for one typed address alone: such an address is dialled as it is (see recordedEndpoint). */
const withoutEffect = (rules: readonly AddressRule[], typed: readonly Address[]): AddressRule[] =>
  rules.filter(({ host, port }) => typed.some((address) => address.host === host && address.port === port));

const unmapped = (rule: AddressRule): Progress => ({
  type: 'note',
  level: 'warning',
  text: `--map ${formatAddressRule(rule)} has no effect: its address is in --sentinel-addrs, which are dialled as typed`,
});
