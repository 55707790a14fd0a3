import type { AttachedHost, AttachedNode } from '../drivers/attached-host.js';
import type { Ability } from '../drivers/node-host.js';
import { OperatorError, refused, usageError } from '../errors.js';
import { type Address, sameAddress } from '../model/address.js';
import { type AttachedCluster, type AttachedServer, wayFacts, wayOf } from '../model/attached.js';
import type { NodePlan } from '../model/plan.js';
import { isLocked } from '../model/snapshot.js';
import { completeSpec } from '../model/spec.js';
import { byNumber, listed } from '../model/words.js';
import { type Access, type Asking, endpointOf } from '../wire/access.js';
import { WireError } from '../wire/client.js';
import { nodeAnswer, parseInfo } from '../wire/info.js';
import { survey } from '../wire/survey.js';
import { withNode } from './ask.js';
import { recordedEndpoint } from './attached.js';
import type { AttachedWays, Runtime } from './runtime.js';
import type { ClusterState } from './store/state.js';

/**
 * The state of an attached cluster, as if it had been made here: its servers as they were recorded, those of one master.
 * What was asked of it at `up` is not known, so every setting is a placeholder that live settings replace. Throws
 * `master-name-needed` or `unknown-master-name` (64).
 */
export function attachedState(
  record: AttachedCluster,
  masterName: string | null,
  access: Access,
): ClusterState {
  const names = [...new Set(record.servers.flatMap((s) => s.masterNames))].toSorted(byNumber);
  const wanted = masterName ?? record.masterName ?? (names.length === 1 ? names[0] : undefined);
  if (wanted === undefined || !names.includes(wanted))
    throw usageError(
      wanted === undefined ? 'master-name-needed' : 'unknown-master-name',
      wanted === undefined
        ? `${record.cluster} has several masters: ${listed(names)}: say which`
        : `${record.cluster} has no master named ${wanted}`,
      { why: `it was attached with ${listed(names)}`, hint: `--master-name ${names[0] ?? 'NAME'}` },
    );
  const nodes = record.servers
    .filter(({ kind, masterNames }) => kind === 'sentinel' || masterNames.includes(wanted))
    .map((server) => nodeOf(server, record, access));
  const sentinels = nodes.filter(({ kind }) => kind === 'sentinel').length;
  const replicas = nodes.length - sentinels - 1;
  const spec = completeSpec({ cluster: record.cluster, masterName: wanted, sentinels, replicas });
  return {
    version: 1,
    phase: 'up',
    plan: {
      spec,
      driver: wayFacts(wayOf(record)).driver,
      nodes,
      attached: true,
      ...(wayOf(record) === 'commands' && { byCommands: true as const }),
    },
    settings: {},
    routable: nodes.every(
      ({ announce, endpoint }) => announce.host === endpoint.host && announce.port === endpoint.port,
    ),
    createdAtMs: record.attachedAtMs,
    attached: record,
  };
}

/** What opens the servers of attached clusters. */
export type Acting = Pick<Runtime, 'store' | 'env'> & { attached: Pick<AttachedWays, 'hosts'> };

/** A host over the servers of an attached cluster, by the way that was recorded. */
export async function openAttachedHost(
  { attached, store, env }: Acting,
  record: AttachedCluster,
  nodes: readonly NodePlan[],
  { signal: _, ...asking }: Asking,
  afresh = false,
): Promise<AttachedHost> {
  const open = await attached.hosts[wayOf(record)]();
  return open({
    cluster: record.cluster,
    dir: store.dirOf(record.cluster),
    env,
    afresh,
    commands: record.commands,
    nodes: nodes.map(
      (node): AttachedNode => ({
        id: node.id,
        kind: node.kind,
        announce: node.announce,
        endpoint: node.endpoint,
        conf: record.servers.find(({ id }) => id === node.id)?.conf ?? null,
        ask: () => whoIs(node, asking),
        belongs: () => isMember(node, nodes, asking),
      }),
    ),
  });
}

/**
 * Throws `not-possible-here` (3) where the cluster was attached without a way to its processes, so that no answer to a
 * question could help. `who`: the node as it was named.
 */
export async function requireWay(
  { attached, store, env }: Pick<Runtime, 'attached' | 'store' | 'env'>,
  record: AttachedCluster | undefined,
  who: string,
  ability: Ability,
): Promise<void> {
  if (attached === undefined || record === undefined || record.readonly || wayOf(record) !== 'network')
    return;
  const open = await attached.hosts.network();
  const host = open({
    cluster: record.cluster,
    dir: store.dirOf(record.cluster),
    env,
    afresh: false,
    commands: record.commands,
    nodes: [],
  });
  await host.requireAble(who, ability);
}

/**
 * Whether who answers at a node's address is of the cluster: a sentinel by its id; a data node that follows one of the
 * cluster's addresses, or is the master by its run id.
 */
async function isMember(node: NodePlan, all: readonly NodePlan[], asking: Asking): Promise<boolean> {
  const { kind, sentinelId } = node;
  if (kind === 'sentinel')
    return (await withNode(node, asking, (connection) => connection.call('SENTINEL', 'MYID'))) === sentinelId;
  const info = parseInfo(await withNode(node, asking, (connection) => connection.call('INFO')));
  const { follows, runId } = nodeAnswer(info);
  const isOurs = (address: Address): boolean =>
    all.some((one) => one.kind === 'redis' && sameAddress(one.announce, address));
  if (follows !== null && isOurs(follows)) return true;
  const sentinels = all.filter((one) => one.kind === 'sentinel');
  const target = { sentinels, nodes: [], masterName: null, discover: false };
  const views = (await survey(target, asking)).sentinels.flatMap((s) => s.answer?.masters ?? []);
  // Of a replica the sentinels know only who answers at its address.
  return views.some((view) => view.runId === runId);
}

/** A server that cannot be acted on here, and why. */
export interface NotHere {
  id: string;
  why: string;
}

/** Opens the host over every recorded server for `work`, and always closes it. */
export async function attachedHostOf<T>(
  acting: Acting,
  record: AttachedCluster,
  asking: Asking,
  work: (host: AttachedHost) => Promise<T>,
): Promise<T> {
  const nodes = record.servers.map((server) => nodeOf(server, record, asking.access));
  const host = await openAttachedHost(acting, record, nodes, asking);
  try {
    return await work(host);
  } finally {
    host.close();
  }
}

/** Looks for the process of every server, which is remembered with how it is started again; answers those without one. */
export async function seenHere(acting: Acting, record: AttachedCluster, asking: Asking): Promise<NotHere[]> {
  const { access } = asking;
  const nodes = record.servers.map((server) => nodeOf(server, record, access));
  const host = await openAttachedHost(acting, record, nodes, asking, true);
  const seen = await Promise.all(
    nodes.map(async ({ id, kind }): Promise<NotHere | null> => {
      try {
        const { state, detail } = await host.inspect(id);
        if (state === 'absent') return { id, why: detail };
        await host.requireAble(id, 'kill');
        if (kind === 'redis') await host.requireAble(id, 'start');
        return null;
      } catch (error) {
        if (!(error instanceof OperatorError)) throw error;
        return { id, why: error.why ?? error.message };
      }
    }),
  );
  host.close();
  return seen.filter((one) => one !== null);
}

const nodeOf = (
  { id, kind, announce, identity }: AttachedServer,
  record: AttachedCluster,
  access: Access,
): NodePlan => ({
  id,
  kind,
  announce,
  endpoint: kind === 'sentinel' ? recordedEndpoint(record, access, announce) : endpointOf(access, announce),
  // Only its configuration file says so, and it is read where that matters.
  persistent: false,
  ...(kind === 'sentinel' && { sentinelId: identity }),
});

/** Null where nothing listens; `silent` where what listens gives no answer. */
async function whoIs(node: NodePlan, asking: Asking): ReturnType<AttachedNode['ask']> {
  try {
    const info = parseInfo(await withNode(node, asking, (connection) => connection.call('INFO', 'server')));
    const conf = info.get('config_file') ?? '';
    return {
      runId: info.get('run_id') ?? '',
      pid: Number(info.get('process_id') ?? 0),
      conf: conf === '' ? null : conf,
    };
  } catch (error) {
    if (error instanceof WireError && isLocked(error.silence))
      throw refused('not-possible-here', `${node.id} does not say who it is: it ${error.silence.message}`, {
        why: 'nothing is done to a server whose run id cannot be read',
        hint: '--password-file FILE # or --username NAME',
      });
    return error instanceof WireError && error.silence.kind === 'refused' ? null : 'silent';
  }
}
