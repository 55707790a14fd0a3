import type { MasterFacts } from '../model/facts.js';
import { cli } from '../model/hints.js';
import type { NodeState } from '../model/snapshot.js';
import { monitorInstead } from './fixes.js';
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
  const again = `start the old master again${master === null ? '' : ` at ${master.host}:${master.port}`}: it names its replicas`;
  // The one with the most of its data (replication.c: the offset counts what was received).
  const [heir] = nodes
    .filter((n) => n.id !== lost?.id && n.answer !== null)
    .toSorted((a, b) => (b.answer?.offset ?? 0) - (a.answer?.offset ?? 0));
  if (heir === undefined) return [again];
  return [
    again,
    `# or, where it is gone for good, make ${heir.id} the master, which has the most of its data; the others with REPLICAOF ${heir.announce.host} ${heir.announce.port}:`,
    cli(heir, 'REPLICAOF NO ONE'),
    ...witnesses.flatMap(({ sentinel, view }) =>
      monitorInstead(
        sentinel,
        name,
        heir.announce,
        view,
        sentinel.answer.passwordsFor?.includes(name) ?? null,
      ),
    ),
  ];
}
