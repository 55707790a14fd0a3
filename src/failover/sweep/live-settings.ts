import { withNode } from '../../cluster/ask.js';
import type { LiveCluster } from '../../cluster/open.js';
import { failed, messageOf, OperatorError, refused } from '../../errors.js';
import { cli, command } from '../../model/hints.js';
import { dataNodes, type NodePlan, sentinelNodes } from '../../model/plan.js';
import type { Restoration } from '../../observe/sweep-result.js';
import { until } from '../../until.js';
import { type Connection, WireError } from '../../wire/client.js';
import { parseRecord } from '../../wire/replies.js';

type AskedCluster = Pick<LiveCluster, 'plan' | 'asking'>;

/** One setting of one node as it is, or as it is to be. */
export interface LiveSetting {
  node: NodePlan;
  name: string;
  value: string;
}

/** How long a node that was just restored may take to get its settings back, in milliseconds. */
const RESTORE_BOUND_MS = 15_000;
const RETRY_EVERY_MS = 200;

const NAMES: Record<NodePlan['kind'], readonly string[]> = {
  sentinel: ['down-after-milliseconds'],
  redis: ['min-replicas-to-write', 'min-replicas-max-lag'],
};

/** What every node has at this moment. Throws `not-steady` (3) where one does not answer. */
export async function readSettings(cluster: AskedCluster): Promise<LiveSetting[]> {
  const perNode = await Promise.all(
    cluster.plan.nodes.map((node) =>
      asked(cluster, node, async (connection) => {
        const read: LiveSetting[] = [];
        for (const name of NAMES[node.kind]) {
          read.push({ node, name, value: await readOne(connection, cluster, node, name) });
        }
        return read;
      }),
    ),
  );
  return perNode.flat();
}

/** What a node does not answer is for the operator to fix. */
async function asked<T>(
  { plan, asking }: AskedCluster,
  node: NodePlan,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  try {
    return await withNode(node, asking, work);
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    throw refused('not-steady', `${node.id} settings could not be read or changed`, {
      why: error.message,
      hint: command('status', plan.spec.cluster),
      cause: error,
    });
  }
}

/** What is wanted of every node for one combination. */
export function settingsFor(
  { plan }: Pick<AskedCluster, 'plan'>,
  wanted: { downAfterMs: number; minReplicas: number; maxLagS: number },
): LiveSetting[] {
  return [
    ...sentinelNodes(plan).map((node) => ({
      node,
      name: 'down-after-milliseconds',
      value: String(wanted.downAfterMs),
    })),
    ...dataNodes(plan).flatMap((node) => [
      { node, name: 'min-replicas-to-write', value: String(wanted.minReplicas) },
      { node, name: 'min-replicas-max-lag', value: String(wanted.maxLagS) },
    ]),
  ];
}

/**
 * Sets and reads back. Throws `not-set` (1), or `not-steady` (3) where a node does not answer. SENTINEL SET is local to each sentinel (sentinel.md), so
 * that every one is sent. Data nodes also write their file: a killed master must come back with the same settings,
 * and Sentinel's own CONFIG REWRITE would otherwise keep there what was meant for a while.
 */
export async function applySettings(cluster: AskedCluster, wanted: readonly LiveSetting[]): Promise<void> {
  await Promise.all([...byNode(wanted)].map(([node, settings]) => applyTo(cluster, node, settings)));
}

async function applyTo(
  cluster: AskedCluster,
  node: NodePlan,
  settings: readonly LiveSetting[],
): Promise<void> {
  await asked(cluster, node, async (connection) => {
    for (const { name, value } of settings) await connection.call(...words(cluster, node, name, value));
    if (node.kind === 'redis') await connection.call('CONFIG', 'REWRITE');
    for (const { name, value } of settings) {
      const is = await readOne(connection, cluster, node, name);
      if (is === value) continue;
      throw failed('not-set', `${node.id} was set to ${name} ${value} but has ${is || 'none'}`);
    }
  });
}

/** Puts everything back as it was, with a bound of its own since the run's signal may be aborted. Never throws. */
export async function restoreSettings(
  cluster: AskedCluster,
  had: readonly LiveSetting[],
): Promise<Restoration> {
  const own: AskedCluster = { ...cluster, asking: { ...cluster.asking, signal: undefined } };
  const problems: string[] = [];
  const commands: string[] = [];
  await Promise.all(
    [...byNode(had)].map(async ([node, settings]) => {
      let why = '';
      const done = await until(
        () =>
          applyTo(own, node, settings).then(
            () => true as const,
            (error: unknown) => {
              why = error instanceof OperatorError && error.why ? error.why : messageOf(error);
              return undefined;
            },
          ),
        { clock: own.asking.clock, everyMs: RETRY_EVERY_MS, deadlineMs: RESTORE_BOUND_MS },
      );
      if (done === true) return;
      problems.push(`${node.id}: ${why}`);
      commands.push(...settings.map((s) => cli(node, words(own, node, s.name, s.value).join(' '))));
      if (node.kind === 'redis') commands.push(cli(node, 'CONFIG REWRITE'));
    }),
  );
  return { restored: problems.length === 0, problems: problems.sort(), commands: commands.sort() };
}

function words({ plan }: Pick<AskedCluster, 'plan'>, node: NodePlan, name: string, value: string): string[] {
  return node.kind === 'sentinel'
    ? ['SENTINEL', 'SET', plan.spec.masterName, name, value]
    : ['CONFIG', 'SET', name, value];
}

async function readOne(
  connection: Connection,
  { plan }: AskedCluster,
  node: NodePlan,
  name: string,
): Promise<string> {
  const reply =
    node.kind === 'sentinel'
      ? await connection.call('SENTINEL', 'MASTER', plan.spec.masterName)
      : await connection.call('CONFIG', 'GET', name);
  return parseRecord(reply).get(name) ?? '';
}

function byNode(settings: readonly LiveSetting[]): Map<NodePlan, LiveSetting[]> {
  const grouped = new Map<NodePlan, LiveSetting[]>();
  for (const setting of settings) grouped.set(setting.node, [...(grouped.get(setting.node) ?? []), setting]);
  return grouped;
}
