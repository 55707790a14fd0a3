import { formatAddress, sameAddress } from '../../model/address.js';
import type { ForeignSentinel } from '../../model/gathered.js';
import { cli } from '../../model/hints.js';
import { HELLO_SEEN_MS } from '../../model/sentinel-timing.js';
import { count } from '../../model/words.js';
import type { Check, RawFinding } from '../check.js';
import { silentSentinels } from '../evidence.js';
import { dataNodes, groupsOf, judged, readAll } from '../group.js';

type Heard = ForeignSentinel & { hello: NonNullable<ForeignSentinel['hello']> };

const placeOf = ({ hello }: Heard): string => formatAddress(hello.address);

export default {
  id: 'foreign-sentinels',
  needs: 'gathered',
  severity: 'critical',
  impact: 'data-unsafe',
  group: 'live',
  part: 'sentinels',
  title: 'sentinels of another group are connected to a data node',
  consequence:
    'both groups repoint it in turns; each time it discards its data and loads the other group’s, and a failover of either group may promote it with the wrong data',
  explanation:
    'A sentinel that lists a replica keeps two connections to it, repoints it after failover-timeout and may ' +
    'promote it. A node that was moved to another master stays in the list of the old group until SENTINEL RESET. ' +
    'The connections carry the ids of the sentinels in their names; those that no sentinel of this group knows ' +
    'belong to another one.',
  remedy: [
    'REPLICAOF with its right master, then SENTINEL RESET at the other group’s sentinels, while their master is healthy',
    'where they monitor the same master under another name: SENTINEL REMOVE at the sentinels that should not',
  ],
  sources: [
    'sentinel.c: sentinelSetClientName, sentinelRefreshInstanceInfo (+fix-slave-config), sentinelSendHello',
    'https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/ (Removing the old master or unreachable replicas)',
    'measured',
  ],
  causes: [
    'overlap',
    'replica-orphan',
    'replica-missing',
    'link-down',
    'lag',
    'no-good-slave',
    'master-disagree',
    'writes-refused',
    'resync-loop',
  ],
  live(gathered) {
    const { foreignSentinels = [], sentinels } = gathered;
    const { missing } = readAll(dataNodes(gathered), (n) => n.clients);
    if (!sentinels.some((s) => s.silence === null)) return silentSentinels(gathered);
    missing.push(...readAll(sentinels, (s) => s.myid).missing);
    const seen = groupsOf(gathered).flatMap(({ name, nodes, address }): RawFinding[] =>
      nodes.flatMap((node) => {
        const foreign = foreignSentinels.filter((f) => f.node === node.id);
        if (foreign.length === 0) return [];
        const heard = foreign
          .filter((f): f is Heard => f.hello !== null)
          .toSorted((a, b) => placeOf(a).localeCompare(placeOf(b), 'en', { numeric: true }));
        const [first] = heard;
        const own = gathered.sentinels.filter((s) => s.silence === null).length;
        const who =
          first === undefined
            ? foreign.map((f) => f.sentinelId).join(', ')
            : `${heard.map(placeOf).join(', ')}, which monitor ${first.hello.masterName} at ${formatAddress(first.hello.master)}`;
        const isSame = first !== undefined && sameAddress(first.hello.master, address);
        const evidence = `${own + foreign.length} sentinels are connected to it, and ${name} does not know ${foreign.length} of them: ${who}`;
        return [
          {
            subject: node.id,
            masterName: name,
            brief: `${node.id} is also managed by ${count(foreign.length, 'sentinel')} of another group`,
            message: `${node.id} is managed by the sentinels of two groups: ${evidence}`,
            evidence,
            fix: isSame
              ? heard.map(({ hello }) => cli(hello, `SENTINEL REMOVE ${hello.masterName}`))
              : leave(node, address, heard),
          },
        ];
      }),
    );
    return judged(seen, missing);
  },
} satisfies Check;

/** The node follows its own master first: as long as it follows the other one, a RESET there finds it again. */
function leave(
  node: { endpoint: { host: string; port: number } },
  address: { host: string; port: number } | null,
  heard: readonly Heard[],
): string[] {
  if (heard.length === 0)
    return [`# name, master and addresses of that group: ${cli(node, 'SUBSCRIBE __sentinel__:hello')}`];
  return [
    '# where it belongs to this group, and the master of the other one is healthy:',
    ...(address === null ? [] : [cli(node, `REPLICAOF ${address.host} ${address.port}`)]),
    ...heard.flatMap(({ hello }, i) => [
      ...(i === 0 ? [] : [`sleep ${HELLO_SEEN_MS / 1000}`]),
      cli(hello, `SENTINEL RESET ${hello.masterName}`),
    ]),
  ];
}
