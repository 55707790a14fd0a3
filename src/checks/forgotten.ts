import type { MasterFacts } from '../model/facts.js';
import { cli } from '../model/hints.js';
import type { NodeState } from '../model/snapshot.js';
import { monitorWith } from './fixes.js';
import { isDown } from './snapshot.js';

/**
 * Whether the master is down and no sentinel that answers lists a replica: SENTINEL RESET forgets them, and only the
 * master would name them again (sentinel.c, sentinelResetMaster).
 */
export const isForgotten = ({ witnesses, nodes, master, refOf }: MasterFacts): boolean =>
  witnesses.length > 0 &&
  nodes.length > 1 &&
  nodes.some((n) => n.silence !== null && master !== null && refOf(master).id === n.id) &&
  witnesses.some(({ view }) => isDown(view.flags) || view.flags.includes('disconnected')) &&
  witnesses.every(({ view }) => view.replicas.length === 0);

/** How a master whose replicas were forgotten comes back. */
export function forgottenFix(facts: MasterFacts, lost: NodeState | null): string[] {
  const { expectation, hints, master, name, nodes, witnesses } = facts;
  if (expectation.own && lost !== null) {
    return [
      '# it restarts as the master with the data on its disk (none without persistence), and the replicas copy that: newer writes are lost',
      hints.ctl(`start ${lost.id} --as-crashed`),
    ];
  }
  const heir = nodes.find((n) => n.id !== lost?.id && n.silence === null);
  const address = heir?.announce ?? { host: 'REPLICA', port: 6379 };
  return [
    `start the old master again${master === null ? '' : ` at ${master.host}:${master.port}`}: it names its replicas`,
    '# or, where it is gone for good, use the replica that has the highest offset (INFO replication):',
    cli(heir ?? { endpoint: address }, 'REPLICAOF NO ONE'),
    ...witnesses.flatMap(({ sentinel, view }) => [
      cli(sentinel, `SENTINEL REMOVE ${name}`),
      ...monitorWith(sentinel, name, address, view),
    ]),
  ];
}
