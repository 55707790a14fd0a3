import type { MasterFacts } from '../model/facts.js';
import { cli } from '../model/hints.js';
import type { NodeState } from '../model/snapshot.js';
import { monitorInstead } from './fixes.js';
import { isDown } from './snapshot.js';

/**
 * Whether the master is down and no sentinel that answers lists a replica: SENTINEL RESET forgets them, and only the
 * master would name them again (sentinel.c, sentinelResetMaster).
 */
export const isForgotten = ({ sentinelViews, nodes, master, refOf }: MasterFacts): boolean =>
  sentinelViews.length > 0 &&
  nodes.length > 1 &&
  nodes.some((n) => n.silence !== null && master !== null && refOf(master).id === n.id) &&
  sentinelViews.some(({ view }) => isDown(view.flags) || view.flags.includes('disconnected')) &&
  sentinelViews.every(({ view }) => view.replicas.length === 0);

/**
 * How a group goes on whose replicas were forgotten: the replica that has the most of the data becomes the master. The old
 * one would come back with what is on its disk, or with nothing, and every replica would copy that.
 */
export function forgottenFix(facts: MasterFacts, lost: NodeState | null): string[] {
  const { expectation, hints, master, name, nodes, sentinelViews } = facts;
  const old = `the old master${master === null ? '' : ` at ${master.host}:${master.port}`}`;
  const replicas = nodes.filter((n) => n.id !== lost?.id && n.answer !== null);
  // By the offset, which counts what was received (replication.c).
  const [heir, ...others] = replicas.toSorted((a, b) => (b.answer?.offset ?? 0) - (a.answer?.offset ?? 0));
  if (heir === undefined)
    return expectation.own && lost !== null
      ? [
          `# ${old} restarts with the data on its disk (none without persistence)`,
          hints.ctl(`start ${lost.id} --as-crashed`),
        ]
      : [`start ${old} again: it names its replicas`];
  const { host, port } = heir.announce;
  return [
    cli(heir, 'REPLICAOF NO ONE'),
    ...others.map((node) => cli(node, `REPLICAOF ${host} ${port}`)),
    ...sentinelViews.flatMap(({ sentinel, view }) =>
      monitorInstead(
        sentinel,
        name,
        heir.announce,
        view,
        sentinel.answer.passwordsFor?.includes(name) ?? null,
      ),
    ),
    `# ${heir.id} has the most of the data. Or start ${old} again: it names its replicas, and they copy what is on its disk`,
  ];
}
