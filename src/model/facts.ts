import { type Address, formatAddress, sameAddress } from './address.js';
import { type Hints, hintsFor } from './hints.js';
import { oncePer } from './once-per.js';
import type { MasterView, NodeAnswer, NodeState, SentinelState, Snapshot } from './snapshot.js';
import type { Expectation, Ref } from './status.js';
import { byNumber } from './words.js';

type SentinelAnswer = NonNullable<SentinelState['answer']>;
export type AnsweredNode = NodeState & { answer: NodeAnswer };
export type AnsweredSentinel = SentinelState & { answer: SentinelAnswer };
/** A sentinel together with what it believes of the master in question. */
export interface SentinelView {
  sentinel: AnsweredSentinel;
  view: MasterView;
}

/** What a snapshot shows, derived once for all checks that need no more. */
export interface SnapshotFacts {
  snapshot: Snapshot;
  expectation: Expectation;
  hints: Hints;
  /** The masters that are meant: the one that was asked for, as far as it is known, else all, by name. */
  masters: MasterFacts[];
}

/** The same for one master. */
export interface MasterFacts extends Omit<SnapshotFacts, 'masters'> {
  name: string;
  /** Sentinels that answer and monitor this master. */
  sentinelViews: SentinelView[];
  /** How many sentinels there are to agree: those that monitor it, that are silent, or that only a peer names. */
  known: number;
  nodes: NodeState[];
  answered: AnsweredNode[];
  /** Data nodes that gave no answer at all. */
  silent: NodeState[];
  /** The address that counts as the master's; see MasterStatus.master. */
  master: Address | null;
  refOf(address: Address): Ref;
}

export const answers = (node: NodeState): node is AnsweredNode => node.answer !== null;
export const sentinelAnswers = (s: SentinelState): s is AnsweredSentinel => s.answer !== null;
/** Whether its data nodes live where sentinelctl can see them: then one that accepts and does not answer has no lack of a route. */
export const livesHere = ({ own, acts }: Pick<Expectation, 'own' | 'acts'>): boolean =>
  own || acts !== undefined;
/** Whether one of a server's addresses is this one. */
export const isAt = (
  server: { announce: Address; endpoint: Address; alsoAt?: readonly Address[] },
  address: Address,
): boolean =>
  sameAddress(server.announce, address) ||
  sameAddress(server.endpoint, address) ||
  server.alsoAt?.some((own) => sameAddress(own, address)) === true;

/** The names that any answering sentinel monitors, in the order of names: SENTINEL MASTERS has them in that of a hash. */
export const monitoredNames = oncePer(({ sentinels }: Snapshot): readonly string[] => {
  const names = sentinels.flatMap((s) => s.answer?.masters.map((m) => m.name) ?? []);
  return [...new Set(names)].toSorted(byNumber);
});

/** What each answering sentinel believes of this master. */
export function sentinelViewsOf(snapshot: Snapshot, name: string): SentinelView[] {
  return snapshot.sentinels.filter(sentinelAnswers).flatMap((sentinel) => {
    const view = viewsOf(sentinel.answer).get(name);
    return view === undefined ? [] : [{ sentinel, view }];
  });
}

/** A sentinel's views by the master's name: with a thousand masters, each check that looks through them is a million steps. */
const viewsOf = oncePer(
  ({ masters }: SentinelAnswer): ReadonlyMap<string, MasterView> =>
    new Map(masters.map((view) => [view.name, view])),
);

/** A sentinel that gave no answer. */
export type Unanswered = Pick<SentinelState, 'id' | 'announce' | 'endpoint' | 'alsoAt' | 'silence'>;

/**
 * Those without an answer that are sentinels of the group: not a data node or a proxy at a typed address, nor an address
 * that no sentinel lists. `listed`: what the sentinels list; null where every address is one of them, or that is not known.
 */
export const silentAmong = <S extends Unanswered>(
  unanswered: readonly S[],
  listed: readonly Address[] | null,
): S[] =>
  unanswered.filter(
    (s) => s.silence?.kind !== 'protocol' && (listed === null || listed.some((address) => isAt(s, address))),
  );

/** How many sentinels take part in deciding about this master, silent ones included. */
export function knownSentinels(snapshot: Snapshot, name: string): number {
  const sentinelViews = sentinelViewsOf(snapshot, name);
  const unanswered = snapshot.sentinels.filter((s) => s.answer === null);
  const silent = silentAmong(unanswered, null).length;
  return Math.max(sentinelViews.length + silent, ...sentinelViews.map((w) => w.view.sentinels.length + 1));
}

/** The distinct addresses that the sentinels give, the one with most voices first, then the newest epoch. */
export function ballots(sentinelViews: SentinelView[]): { address: Address; voices: SentinelView[] }[] {
  const piles: { address: Address; voices: SentinelView[] }[] = [];
  for (const sentinelView of sentinelViews) {
    const pile = piles.find((p) => sameAddress(p.address, sentinelView.view.address));
    if (pile === undefined) piles.push({ address: sentinelView.view.address, voices: [sentinelView] });
    else pile.voices.push(sentinelView);
  }
  const epoch = (voices: SentinelView[]): number => Math.max(...voices.map((w) => w.view.configEpoch));
  return piles.sort((a, b) => b.voices.length - a.voices.length || epoch(b.voices) - epoch(a.voices));
}

export function snapshotFacts(snapshot: Snapshot, expectation: Expectation): SnapshotFacts {
  const { masterName } = expectation;
  const all = [...new Set([...monitoredNames(snapshot), ...snapshot.groups.map((g) => g.masterName)])];
  const names = masterName === null ? all.sort(byNumber) : all.filter((name) => name === masterName);
  const shared = { snapshot, expectation, hints: hintsFor(expectation) };
  const groups = new Map(snapshot.groups.map((group) => [group.masterName, group.nodes]));
  return { ...shared, masters: names.map((name) => masterFacts(shared, name, groups.get(name) ?? [])) };
}

function masterFacts(shared: Omit<SnapshotFacts, 'masters'>, name: string, nodes: NodeState[]): MasterFacts {
  const { snapshot, expectation } = shared;
  const answered = nodes.filter(answers);
  const sentinelViews = sentinelViewsOf(snapshot, name);
  const sayMaster = answered.filter((n) => n.answer.role === 'master');
  const only = sayMaster.length === 1 ? sayMaster[0] : undefined;
  const servers = [...nodes, ...snapshot.sentinels];
  return {
    ...shared,
    name,
    sentinelViews,
    known: knownSentinels(snapshot, name),
    nodes,
    answered,
    silent: nodes.filter((n) => n.silence !== null),
    master: ballots(sentinelViews)[0]?.address ?? only?.announce ?? null,
    refOf: (address) => refIn(servers, expectation, address),
  };
}

/** The name that an address goes by: from the snapshot, else from what is expected, else the address itself. */
export function refIn(
  servers: { id: string; announce: Address; endpoint: Address; alsoAt?: readonly Address[] }[],
  expectation: Pick<Expectation, 'nodes'>,
  address: Address,
): Ref {
  const id =
    servers.find((s) => isAt(s, address))?.id ??
    expectation.nodes?.find((n) => sameAddress(n.announce, address))?.id ??
    formatAddress(address);
  return { id, host: address.host, port: address.port };
}

/** Whether two addresses lead to the same node of this snapshot, also where one is announced and one published. */
export function sameNode(facts: Pick<MasterFacts, 'refOf'>, a: Address, b: Address): boolean {
  return sameAddress(a, b) || facts.refOf(a).id === facts.refOf(b).id;
}
