import { type SnapshotFacts, snapshotFacts } from '../model/facts.js';
import type { Gathered, GatheredMaster, GatheredNode, GatheredSentinel } from '../model/gathered.js';
import { heldBackIn, holdsClients } from '../model/held-back.js';
import { masterViewIn, nodeAnswerIn, simulatesIn, tiltIn, uptimeIn } from '../model/records.js';
import type { MasterView, NodeAnswer, NodeState, SentinelState, Snapshot } from '../model/snapshot.js';
import { type Expectation, knownBefore } from '../model/status.js';
import { isPlanned, masterNames, nodesOf } from './evidence.js';
import { LEAST_REPLICAS, pingErrorOf, settingIn } from './group.js';
import { hasAuthPass } from './passwords.js';

/** What a snapshot taken at the same moment would show: `doctor` judges by it what `status` judges. Pure. */
export const factsOf = (gathered: Gathered): SnapshotFacts =>
  snapshotFacts(snapshotOf(gathered), expectationOf(gathered));

/**
 * A gathering as a snapshot. What was not answered is neither silence nor a value: `withheld` says why.
 * @internal Tests compare it with a snapshot of the same moment.
 */
export function snapshotOf(gathered: Gathered): Snapshot {
  const { leftovers, lookups, sentinels, takenAtMs } = gathered;
  return {
    takenAtMs,
    ...(leftovers && { leftovers }),
    sentinels: sentinels.map((s) => sentinelState(s, gathered.masterName)),
    groups: groupNames(gathered).map((masterName) => ({
      masterName,
      nodes: nodesOf(gathered, masterName).map(nodeState),
    })),
    resolved: Object.fromEntries(
      lookups.flatMap(({ name, result }) => (result.ok ? [[name, result.value.addresses]] : [])),
    ),
  };
}

const NOT_ASKED = { ok: false, why: 'it was not asked for its login' } as const;

/** A silent cluster that sentinelctl created has a group too, which no sentinel reports. */
const groupNames = (gathered: Gathered): string[] => [
  ...new Set([...masterNames(gathered), ...gathered.nodes.flatMap((n) => n.masterNames)]),
];

function nodeState(node: GatheredNode): NodeState {
  const { id, announce, endpoint, alsoAt, other, silence, info, config, clients } = node;
  const known = { id, announce, endpoint, silence, ...(alsoAt && { alsoAt }), ...(other && { other }) };
  if (!info.ok) return { ...known, answer: null, ...(silence === null && { withheld: info.why }) };
  const values = new Map(Object.entries(info.value));
  const answer = nodeAnswerIn(values);
  const pingError = pingErrorOf(node);
  return answer === undefined
    ? { ...known, answer: null, withheld: 'gave no version in INFO' }
    : {
        ...known,
        answer: {
          ...answer,
          ...(pingError !== undefined && { pingError }),
          ...(config.ok && { settings: config.value }),
          raw: { info: info.value, config, login: node.login ?? NOT_ASKED, whoami: node.whoami },
          ...(answer.goodReplicas !== undefined && leastReplicasIn(config)),
          ...(holdsClients(values) && !clients.ok
            ? { heldUnread: clients.why }
            : heldBackIn(values, holdsClients(values) && clients.ok ? clients.value : [])),
        },
      };
}

/** How many replicas it asks for, or why that was not read. */
function leastReplicasIn(config: GatheredNode['config']): Pick<NodeAnswer, 'leastReplicas' | 'leastUnread'> {
  if (!config.ok) return { leastUnread: config.why };
  const least = settingIn(config.value, ...LEAST_REPLICAS);
  return least === undefined
    ? { leastUnread: 'CONFIG GET did not name it' }
    : { leastReplicas: Number(least) };
}

function sentinelState(sentinel: GatheredSentinel, masterName: string | null): SentinelState {
  const { id, announce, endpoint, alsoAt, silence, info, masters, myid, debug } = sentinel;
  const known = { id, announce, endpoint, silence, ...(alsoAt && { alsoAt }) };
  if (silence !== null) return { ...known, answer: null };
  if (!masters.ok) return { ...known, answer: null, withheld: masters.why };
  const views = masters.value.map(viewOf).flatMap((view, i) => {
    // What it does not say of another master matters to nothing here.
    const isOther = masterName !== null && masters.value[i]?.name !== masterName;
    return 'why' in view && isOther ? [] : [view];
  });
  const lacking = views.find((view) => 'why' in view);
  if (lacking !== undefined && 'why' in lacking) return { ...known, answer: null, withheld: lacking.why };
  if (!info.ok) return { ...known, answer: null, withheld: info.why };
  const said = new Map(Object.entries(info.value));
  return {
    ...known,
    answer: {
      version: info.value.redis_version ?? '',
      sentinelId: myid.ok ? myid.value : '',
      ...tiltIn(said),
      ...uptimeIn(said),
      ...simulatesIn(said),
      masters: views.flatMap((view) => ('why' in view ? [] : [view])),
      ...(debug.ok && {
        debug: Object.fromEntries(
          Object.entries(debug.value).map(([name, value]) => [name.toUpperCase(), value]),
        ),
      }),
      ...(sentinel.conf.ok && {
        passwordsFor: masters.value.flatMap(({ name }) =>
          hasAuthPass(sentinel, name) === true ? [name] : [],
        ),
      }),
    },
  };
}

function viewOf({
  name,
  fields,
  replicas,
  sentinels,
  ckquorum,
}: GatheredMaster): MasterView | { why: string } {
  const lacking = [replicas, sentinels, ckquorum].find((got) => !got.ok);
  if (lacking?.ok === false) return { why: lacking.why };
  if (!replicas.ok || !sentinels.ok || !ckquorum.ok) return { why: 'it gave no answer' };
  const records = (list: readonly Readonly<Record<string, string>>[]) =>
    list.map((record) => new Map(Object.entries(record)));
  return {
    ...masterViewIn(
      new Map(Object.entries(fields)),
      records(replicas.value),
      records(sentinels.value),
      ckquorum.value,
    ),
    name,
    raw: { fields, replicas: replicas.value, sentinels: sentinels.value },
  };
}

/** What the cluster is supposed to be, as far as a gathering knows it. */
export function expectationOf(gathered: Gathered): Expectation {
  const { cluster, driver, masterName, nodes, own, runs, sentinels } = gathered;
  const planned = [
    ...nodes.map((server) => ({ server, kind: 'redis' as const })),
    ...sentinels.map((server) => ({ server, kind: 'sentinel' as const })),
  ].filter(({ server }) => isPlanned(gathered, server));
  return {
    cluster,
    driver,
    own,
    ...knownBefore(gathered),
    masterName,
    ...(own && {
      nodes: planned.map(({ server: { id, announce }, kind }) => ({ id, kind, announce })),
    }),
    ...(own && runs === undefined && { journalUnread: 'its journal was not looked for' }),
    ...runs,
  };
}
