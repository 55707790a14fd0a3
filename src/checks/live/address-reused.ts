import { formatAddress } from '../../model/address.js';
import { isMapped } from '../../model/address-map.js';
import { type AnsweredNode, isAt, type MasterFacts } from '../../model/facts.js';
import { cli } from '../../model/hints.js';
import { RESETS_APART_MS } from '../../model/sentinel-timing.js';
import type { RecordedNode } from '../../model/status.js';
import type { RawFinding, SnapshotCheck } from '../check.js';
import { judgeMasters, nameOf } from '../snapshot.js';

/** What whole seconds of uptime, and two clocks, may be apart; milliseconds. */
const APART_MS = 5000;

export default {
  id: 'address-reused',
  needs: 'snapshot',
  severity: 'critical',
  impact: 'at-risk',
  group: 'live',
  part: 'addresses',
  title: 'another server answers at the address of a data node',
  consequence:
    'the sentinels take that server for the data node: they make it follow the master, which deletes its own data',
  explanation:
    'Sentinel identifies a data node by its address alone: any server that answers there is that node, with any run ' +
    'id. The address of a container, a pod or a machine that stopped is given to another one, and its server ' +
    'becomes a replica, or the master that clients are sent to. A restart gives a new run id too, so the run id alone ' +
    'proves nothing: this server has been running since before the cluster was attached, or has another ' +
    'configuration file.',
  remedy: [
    'fixed addresses for the data nodes, or host names (resolve-hostnames, announce-hostnames)',
    `a node that is gone for good is forgotten: SENTINEL RESET NAME, one sentinel at a time, ${RESETS_APART_MS / 1000} s apart, while the master is healthy`,
    'where the server was replaced on purpose: attach the cluster again',
  ],
  sources: [
    'sentinel.c: sentinelRefreshInstanceInfo (run_id, +reboot, +convert-to-slave)',
    'redis: server.c, genRedisInfoString (run_id)',
    'measured',
  ],
  causes: [
    'address-not-own',
    'master-address-not-master',
    'foreign-sentinels',
    'split-brain',
    'replica-orphan',
    'replica-missing',
    'link-down',
    'seen-down',
    'data-differs',
    'data-gone',
    'restarted-empty',
    'unexpected-node',
  ],
  live: (facts) =>
    judgeMasters(facts, ['nodes'], (master) =>
      master.answered.flatMap((node) => {
        // A process that sentinelctl created is told by its file: master-foreign.
        if (node.other !== undefined) return [];
        const known = recordedAt(node, facts.expectation.recorded ?? []);
        const proof = known === null ? null : proofOf(node, known, master);
        return known === null || proof === null ? [] : (finding(master, node, known, proof) ?? []);
      }),
    ),
} satisfies SnapshotCheck;

/** The node that was at this address; null where none was, and where who answers was known at another address. */
function recordedAt(node: AnsweredNode, recorded: readonly RecordedNode[]): RecordedNode | null {
  // The address map may lead anywhere: address-not-own.
  if (isMapped(node)) return null;
  const isKnown = recorded.some(({ seen }) => seen !== undefined && seen.runId === node.answer.runId);
  return isKnown ? null : (recorded.find(({ announce }) => isAt(node, announce)) ?? null);
}

interface Proof {
  words: string;
  /** A restart does not explain it. */
  isCertain: boolean;
}

/** How it shows that this is not the node that was recorded, or that node restarted; null where it does not. */
function proofOf(
  { answer: { configFile, runId, uptimeS } }: AnsweredNode,
  { file, seen }: RecordedNode,
  { expectation, snapshot }: MasterFacts,
): Proof | null {
  if (seen !== undefined && uptimeS !== undefined && runId !== '') {
    const startedAtMs = snapshot.takenAtMs - uptimeS * 1000;
    if (startedAtMs + APART_MS < seen.atMs)
      return {
        words: `it was running already when the cluster was attached, and has the run id ${runId.slice(0, 8)} instead of ${seen.runId.slice(0, 8)}`,
        isCertain: true,
      };
  }
  if (file === undefined || configFile === undefined || configFile.endsWith(file)) return null;
  return {
    words: `it runs with ${configFile || 'no configuration file'}, instead of ${file}`,
    // A process of sentinelctl's own always has its file.
    isCertain: expectation.own,
  };
}

function finding(
  facts: MasterFacts,
  node: AnsweredNode,
  known: RecordedNode,
  proof: Proof,
): RawFinding | null {
  const { name, master, refOf, hints } = facts;
  const isMaster = master !== null && refOf(master).id === node.id;
  const { follows, role } = node.answer;
  const isMember =
    role === 'replica' && follows !== null && master !== null && refOf(follows).id === refOf(master).id;
  // A node that was started with another file, and does what the group expects of it.
  if (!proof.isCertain && (isMaster || isMember)) return null;
  const is = proof.isCertain ? 'is' : 'may be';
  const words = `${formatAddress(known.announce)}, the address of ${known.id}, ${is} another server now`;
  const whose = `# find out what that server is: ${hints.cli(node, 'INFO server')}`;
  const meant = facts.expectation.own
    ? []
    : [
        `# if it was replaced on purpose: attach ${facts.expectation.cluster} again, which writes down the new one`,
      ];
  return {
    subject: node.id,
    brief: words,
    evidence: proof.words,
    message: `${nameOf(node)} ${is} another server than the one that was there: ${proof.words}`,
    ...(proof.isCertain ? caseOf(isMaster, isMember) : { severity: 'warning', impact: 'risk' }),
    consequence: isMaster
      ? `clients of ${name} write into that server, and the replicas replace their data by its data`
      : isMember
        ? 'it was made a replica: what it held before is gone, and it may be promoted'
        : 'the sentinels make it follow the master, which deletes its own data',
    fix: [
      whose,
      ...meant,
      ...(isMaster
        ? [
            `# if it is not: stop the clients of ${name} first; what its replicas held is replaced as they copy from it`,
          ]
        : isMember
          ? [`# if it is not: end it there, then ${hints.ctl(`doctor --gone ${known.id}`)}`]
          : forget(facts)),
    ],
  };
}

const caseOf = (isMaster: boolean, isMember: boolean): Pick<RawFinding, 'severity' | 'impact'> =>
  isMaster
    ? { severity: 'critical', impact: 'data-unsafe' }
    : isMember
      ? { severity: 'warning', impact: 'risk' }
      : {};

/** The sentinels forget the address; a RESET without a healthy master would leave them without a replica. */
function forget({ name, sentinelViews }: MasterFacts): string[] {
  const isHealthy = sentinelViews.every(({ view }) => view.flags.join() === 'master');
  if (!isHealthy) return [`# no RESET before ${name} has a healthy master again; then run doctor again`];
  return [
    '# if it is not: the sentinels forget the address, one sentinel at a time, while the master is healthy:',
    ...sentinelViews.flatMap(({ sentinel }, i) => [
      ...(i === 0 ? [] : [`sleep ${RESETS_APART_MS / 1000}`]),
      cli(sentinel, `SENTINEL RESET ${name}`),
    ]),
  ];
}
