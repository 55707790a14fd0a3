import { isAt } from '../../model/facts.js';
import type { Gathered, GatheredNode } from '../../model/gathered.js';
import { cli } from '../../model/hints.js';
import { majorityOf, WRONG_ROLE_DOWN_MS } from '../../model/sentinel-timing.js';
import { count } from '../../model/words.js';
import type { Check, RawFinding, Skip } from '../check.js';
import { addressIn, silentSentinels } from '../evidence.js';
import type { Directive } from '../files/conf.js';
import { judgeMonitoredGroups, noNodeFile } from '../files/judge.js';
import type { FileServer, Project } from '../files/project.js';
import { nodesAt } from '../files/server-address.js';
import { followsOf, lastOf, type Monitor, place } from '../files/settings.js';
import { monitorInstead, settingsIn } from '../fixes.js';
import { attachedIn, groupsOf, idsOf, judged, num, shown, unreported } from '../group.js';
import { chainFrom } from '../live/chain.js';
import { hasAuthPass } from '../passwords.js';
import { tellAllIn } from '../tell-all.js';

export default {
  id: 'monitor-replica',
  needs: 'gathered',
  severity: 'critical',
  impact: 'no-failover',
  group: 'configuration',
  part: 'names',
  title: 'the sentinels monitor a replica as the master',
  consequence: `the sentinels watch a replica: they know no replica to promote, call it down after down-after + ${WRONG_ROLE_DOWN_MS / 1000} s, and give clients a read-only node`,
  explanation:
    'After a failover Sentinel writes the new master into its own file and the data nodes write replicaof into ' +
    'theirs. A tool that renders the sentinels’ file again puts the first master back there, while the data nodes ' +
    'keep what they have. A monitored server that says it is a replica is down to Sentinel after down-after and ' +
    `${WRONG_ROLE_DOWN_MS / 1000} s, and nothing can be promoted, because its list of replicas is empty.`,
  remedy: [
    'SENTINEL REMOVE and SENTINEL MONITOR with the address of the present master, at every sentinel, and its settings again',
    'in files: sentinel monitor with the address of the present master',
    'render a sentinel’s file only once: afterwards it belongs to Sentinel',
  ],
  sources: ['sentinel.c: sentinelCheckSubjectivelyDown (role_reported)', 'measured'],
  causes: [
    'master-address-not-master',
    'master-down',
    'no-replica',
    'failover-stuck',
    'link-down',
    'writes-refused',
    'seen-down',
    'replica-missing',
    'master-disagree',
    'no-master',
    'replica-orphan',
    'no-quorum',
    'no-good-slave',
    'quorum-lt-majority',
    'nat-replica',
  ],
  live: (gathered) => sentToReplica(gathered),
  files: (project) => monitoredReplicas(project),
} satisfies Check;

/**
 * Sentinels that monitor a replica whose master they do not know: this does not end by itself. Where they know the
 * master as a replica, a failover is in progress or is about to start.
 */
function sentToReplica(gathered: Gathered): RawFinding[] | Skip {
  const groups = groupsOf(gathered);
  if (groups.every(({ views }) => views.length === 0)) return silentSentinels(gathered);
  const missing = unreported(groups);
  const seen = groups.flatMap(({ name, views, nodes }): RawFinding[] => {
    const wrong = views.flatMap((view) => {
      const address = addressIn(view.master.fields);
      const node = nodes.find((n) => address !== null && isAt(n, address));
      if (node === undefined || !node.role.ok) {
        missing.push(`${node?.id ?? name}: ${node?.role.ok === false ? node.role.why : 'it was not asked'}`);
        return [];
      }
      const { master } = chainFrom(node, gathered);
      const listed = view.master.replicas.ok ? view.master.replicas.value : [];
      const isKnown = listed.some((r) => {
        const at = addressIn(r);
        return at !== null && master !== null && isAt(master, at);
      });
      return master === null || master === node || isKnown ? [] : [{ view, node, master }];
    });
    const [first] = wrong;
    // Where only some are wrong, they disagree: master-disagree says who is right.
    if (first === undefined || wrong.length < views.length) return [];
    const { node, master } = first;
    const streams = master.info.ok ? attachedIn(master.info.value).length : 0;
    const other = otherNameOf(master, name, gathered);
    const unknown =
      other === null
        ? `the master is ${shown(master)}, with ${count(streams, 'replica')}, and the sentinels do not know it`
        : `the master is ${shown(master)}, which the sentinels monitor as ${other}`;
    return [
      {
        subject: idsOf(wrong.map(({ view }) => view.sentinel)),
        servers: [node.id, master.id, ...nodes.map((n) => n.id)],
        masterName: name,
        impact: 'down',
        brief: `the sentinels monitor ${node.id}, which is a replica of ${master.id}`,
        message: `${idsOf(wrong.map(({ view }) => view.sentinel))} monitor ${name} at ${shown(node)}, which is a replica; ${unknown}`,
        evidence: unknown,
        fix:
          other === null
            ? tellAllIn(
                gathered,
                wrong.map(({ view: { sentinel, master: view } }) => ({
                  epoch: num(view.fields, 'config-epoch') ?? 0,
                  lines: monitorInstead(
                    sentinel,
                    name,
                    master.announce,
                    settingsIn(view.fields),
                    hasAuthPass(sentinel, name) ?? null,
                  ),
                })),
              )
            : [
                `# clients ask for ${other}; once none asks for ${name}:`,
                ...wrong.map(({ view: { sentinel } }) => cli(sentinel, `SENTINEL REMOVE ${name}`)),
              ],
      },
    ];
  });
  return judged(seen, missing);
}

/** The name by which sentinels monitor a server already: under a second one they would act on it twice. */
const otherNameOf = (master: GatheredNode, name: string, { sentinels }: Gathered): string | null =>
  sentinels
    .flatMap(({ masters }) => (masters.ok ? masters.value : []))
    .find((view) => {
      const address = addressIn(view.fields);
      return view.name !== name && address !== null && isAt(master, address);
    })?.name ?? null;

function monitoredReplicas(project: Project): RawFinding[] | Skip {
  return judgeMonitoredGroups(project, (groups) => {
    if (groups.every((g) => g.nodes.length === 0)) return noNodeFile;
    return groups.flatMap(({ name, monitors, nodes, sentinels }) => {
      const wrong = monitors.flatMap((monitor) => {
        const target = followedInstead(monitor, nodes);
        return target === null ? [] : [{ monitor, ...target }];
      });
      const [first] = wrong;
      if (first === undefined) return [];
      const { monitor, node, master, isThere } = first;
      const line = lastOf(node, 'replicaof');
      const isLeft = !isThere && nodes.length > 1 && nodes.every((one) => followsOf(one) !== null);
      if (isLeft) return [leftBehind(name, first, nodes, line)];
      return [
        {
          subject: idsOf(wrong.map((w) => w.monitor.server)),
          message: `${name} is ${monitor.host}:${monitor.port} here, but ${node.id} at that address follows ${master.host}:${master.port}${line === undefined ? '' : ` (${line.file}:${line.line})`}`,
          brief: `the sentinels of ${name} monitor ${monitor.host}:${monitor.port}, which follows ${master.host}:${master.port}`,
          evidence: `${node.id} has that address${line === undefined ? '' : ` (${line.file}:${line.line})`}`,
          fix: [
            `sentinel monitor ${name} ${master.host} ${master.port} ${fitting(monitor.quorum, sentinels)}`,
          ],
          at: monitor.at,
        },
      ];
    });
  });
}

/** There is no master: every node follows an address that no file has. CONFIG REWRITE wrote it before the containers got new addresses. */
function leftBehind(
  name: string,
  { monitor, node, master }: { monitor: Monitor } & Followed,
  nodes: readonly FileServer[],
  line: Directive | undefined,
): RawFinding {
  const gone = `${master.host}:${master.port}`;
  const words = `no master in these files: ${node.id}, which the sentinels of ${name} monitor, follows ${gone}, an address that no file has`;
  return {
    subject: monitor.server.id,
    servers: nodes.map(({ id }) => id),
    brief: words,
    message: `${words}${line === undefined ? '' : ` (${line.file}:${line.line})`}`,
    evidence: `${node.id} is at ${monitor.host}:${monitor.port}, and every data node follows another address`,
    fix: [
      `${node.id}: delete the line replicaof ${master.host} ${master.port}`,
      ...nodes
        .filter((one) => one !== node)
        .map(({ id }) => `${id}: replicaof ${monitor.host} ${monitor.port}`),
      `# only where a server outside of these files is at ${gone}: sentinel monitor ${name} ${master.host} ${master.port} ${monitor.quorum}`,
    ],
    at: line === undefined ? monitor.at : place(line),
  };
}

/** A quorum that fits the sentinels, where it is known how many there are: the given one, or their majority. */
const fitting = (quorum: number, sentinels: number | null): number =>
  sentinels === null || (quorum >= majorityOf(sentinels) && quorum <= sentinels)
    ? quorum
    : majorityOf(sentinels);

interface Followed {
  node: FileServer;
  /** The end of its chain. */
  master: { host: string; port: number };
  /** Whether a server of these files is there. */
  isThere: boolean;
}

/** The end of the chain that the monitored server follows; null where it is a master, or its address fits several servers. */
function followedInstead({ host, port, server }: Monitor, nodes: readonly FileServer[]): Followed | null {
  const [node, ...others] = nodesAt(nodes, host, port, server);
  if (node === undefined || others.length > 0) return null;
  let master = followsOf(node);
  if (master === null) return null;
  const seen = new Set([node]);
  for (let last = node; ; ) {
    const [next] = nodesAt(nodes, master.host, master.port, last);
    const further = next === undefined ? null : followsOf(next);
    if (next === undefined || further === null) return { node, master, isThere: next !== undefined };
    // A ring has no master: that is another finding.
    if (seen.has(next)) return null;
    seen.add(next);
    last = next;
    master = further;
  }
}
