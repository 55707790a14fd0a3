import { at, itemsOf, type Tree, textOf } from '../compose/tree.js';
import { type KubeObject, labelsOf, meansLabels, type Selector, selectorOf } from './objects.js';
import type { Workload } from './workload.js';

/** A NetworkPolicy. What several allow adds up; null for a direction that it leaves alone (NetworkPolicySpec v1). */
export interface NetworkPolicy {
  name: string;
  namespace: string | null;
  site: string | null;
  selector: Selector;
  ingress: Rule[] | null;
  egress: Rule[] | null;
  file: string;
  line: number;
}

/** null: all peers, all ports. */
interface Rule {
  peers: Peer[] | null;
  ports: { protocol: string; port: string | null; end: string | null }[] | null;
}

interface Peer {
  pods: Selector | null;
  namespaces: Selector | null;
  /** `ipBlock`: its `cidr`, and whether it has exceptions. */
  block: { cidr: string; isWhole: boolean } | null;
}

export type Direction = 'ingress' | 'egress';

/** Kinds that filter connections by rules of their own. */
const FOREIGN =
  /^(Cilium(Clusterwide)?NetworkPolicy|(Staged)?(Global|Kubernetes)?NetworkPolicy|(Baseline)?AdminNetworkPolicy|ClusterNetworkPolicy)$/;

const isOwnKind = ({ kind, tree }: KubeObject): boolean =>
  kind === 'NetworkPolicy' &&
  /^(networking\.k8s\.io|extensions)\//.test(textOf(at(tree, 'apiVersion')) ?? '');

export const policiesIn = (objects: readonly KubeObject[]): NetworkPolicy[] =>
  objects.filter(isOwnKind).map(({ name, namespace, site, tree, file, line }) => {
    const types = itemsOf(at(tree, 'spec', 'policyTypes')).map((type) => textOf(type) ?? '');
    const egress = at(tree, 'spec', 'egress');
    // Without policyTypes it is about Ingress, and about Egress where it has a rule for that.
    const hasIngress = types.length === 0 || types.includes('Ingress');
    const hasEgress = types.length === 0 ? itemsOf(egress).length > 0 : types.includes('Egress');
    return {
      ...{ name, namespace, site, file, line },
      selector: selectorOf(at(tree, 'spec', 'podSelector')),
      ingress: hasIngress ? rulesIn(at(tree, 'spec', 'ingress'), 'from') : null,
      egress: hasEgress ? rulesIn(egress, 'to') : null,
    };
  });

/** Policies of other makers, which are not judged. */
export const foreignPolicies = (objects: readonly KubeObject[]): KubeObject[] =>
  objects.filter((object) => FOREIGN.test(object.kind) && !isOwnKind(object));

/** The labels of namespaces, by their names, where the manifests have them. */
export const namespacesIn = (
  objects: readonly KubeObject[],
): ReadonlyMap<string, ReadonlyMap<string, string>> =>
  new Map(
    objects
      .filter(({ kind }) => kind === 'Namespace')
      .map(({ name, tree }) => [name, labelsOf(at(tree, 'metadata', 'labels'))]),
  );

const rulesIn = (tree: Tree, peers: 'from' | 'to'): Rule[] =>
  itemsOf(tree).map((rule) => ({
    peers: someOf(itemsOf(at(rule, peers)).map(peerOf)),
    ports: someOf(
      itemsOf(at(rule, 'ports')).map((one) => ({
        protocol: textOf(at(one, 'protocol')) ?? 'TCP',
        port: textOf(at(one, 'port')),
        end: textOf(at(one, 'endPort')),
      })),
    ),
  }));

/** An empty list is as none: all of them. */
const someOf = <T>(list: T[]): T[] | null => (list.length === 0 ? null : list);

function peerOf(tree: Tree): Peer {
  const selector = (name: string): Selector | null =>
    at(tree, name).kind === 'nothing' ? null : selectorOf(at(tree, name));
  const block = at(tree, 'ipBlock');
  return {
    pods: selector('podSelector'),
    namespaces: selector('namespaceSelector'),
    block:
      block.kind === 'nothing'
        ? null
        : {
            cidr: textOf(at(block, 'cidr')) ?? '',
            isWhole: itemsOf(at(block, 'except')).length === 0,
          },
  };
}

/** A port of a server; `number` null where it is not known. */
export interface ServerPort {
  number: number | null;
  /** What the pod calls its ports. */
  names: ReadonlyMap<string, number>;
}

/** Whether policies let a connection through; `by`: those that select the pods and allow nothing of it. */
export type Passage = { is: 'open' } | { is: 'closed'; by: NetworkPolicy[] } | { is: 'unclear'; why: string };

/** What policies say of the connections between the pods at hand and those of another workload. */
export function passage(
  policies: readonly NetworkPolicy[],
  direction: Direction,
  own: Workload,
  other: Workload,
  port: ServerPort,
  namespaces: ReadonlyMap<string, ReadonlyMap<string, string>>,
): Passage {
  const by = policiesOf(policies, direction, own);
  if (by.length === 0) return { is: 'open' };
  let why: string | null = null;
  for (const policy of by)
    for (const { peers, ports } of policy[direction] ?? []) {
      const isPort = allows(ports, port);
      const isPeer = peers === null || anyOf(peers.map((peer) => means(peer, policy, other, namespaces)));
      if (isPort === true && isPeer === true) return { is: 'open' };
      if (isPort === false || isPeer === false) continue;
      const of = `NetworkPolicy ${policy.name} (${policy.file}:${policy.line})`;
      why ??=
        isPort === null
          ? `${of}: whether it allows the port of the server is not known`
          : `${of}: whether the pods of ${other.name} are in an ipBlock or a namespaceSelector of it is not known`;
    }
  return why === null ? { is: 'closed', by } : { is: 'unclear', why };
}

/** The policies that are about one direction of the connections of a workload's pods. */
export const policiesOf = (
  policies: readonly NetworkPolicy[],
  direction: Direction,
  own: Workload,
): NetworkPolicy[] =>
  own.hostNetwork
    ? []
    : policies.filter(
        (policy) =>
          policy[direction] !== null && isWithin(policy, own) && meansLabels(policy.selector, own.labels),
      );

/** Whether the policies keep pods from looking names up: no rule of them allows port 53. */
export const hidesNames = (by: readonly NetworkPolicy[]): boolean =>
  by.length > 0 &&
  !by.some(({ egress }) =>
    (egress ?? []).some(({ peers, ports }) =>
      ports === null
        ? peers === null || peers.some(({ namespaces, block }) => namespaces !== null || block !== null)
        : ports.some(({ protocol, port, end }) => protocol === 'UDP' && isInRange(53, port, end)),
    ),
  );

/** An object without a namespace is applied to that of the others (`kubectl -n`). */
const isWithin = (policy: NetworkPolicy, { namespace, site }: Workload): boolean =>
  policy.site === site && (policy.namespace === null || namespace === null || policy.namespace === namespace);

const anyOf = (all: readonly (boolean | null)[]): boolean | null =>
  all.includes(true) ? true : all.includes(null) ? null : false;

function means(
  { pods, namespaces, block }: Peer,
  policy: NetworkPolicy,
  other: Workload,
  known: ReadonlyMap<string, ReadonlyMap<string, string>>,
): boolean | null {
  // The addresses of pods are in no manifest.
  if (block !== null) return /^(0\.0\.0\.0|::)\/0$/.test(block.cidr) && block.isWhole ? true : null;
  if (pods !== null && !meansLabels(pods, other.labels)) return false;
  return namespaces === null ? isWithin(policy, other) : hasNamespace(namespaces, other, known);
}

/** Whether a selector means the namespace of a workload: each has its name as a label (kubernetes.io/metadata.name). */
function hasNamespace(
  selector: Selector,
  { namespace }: Workload,
  known: ReadonlyMap<string, ReadonlyMap<string, string>>,
): boolean | null {
  const keys = [...selector.labels.keys(), ...selector.expressions.map(({ key }) => key)];
  if (keys.length === 0) return true;
  if (namespace === null) return null;
  const own = known.get(namespace);
  if (own === undefined && keys.some((key) => key !== NAME_LABEL)) return null;
  return meansLabels(selector, new Map([...(own ?? []), [NAME_LABEL, namespace]]));
}

export const NAME_LABEL = 'kubernetes.io/metadata.name';

const allows = (ports: Rule['ports'], { number, names }: ServerPort): boolean | null =>
  ports === null ||
  anyOf(
    ports.map(({ protocol, port, end }): boolean | null => {
      if (protocol !== 'TCP') return false;
      if (port === null) return true;
      if (number === null) return null;
      return /^\d+$/.test(port) ? isInRange(number, port, end) : names.get(port) === number;
    }),
  );

const isInRange = (number: number, port: string | null, end: string | null): boolean =>
  port === null || (number >= Number(port) && number <= Number(end ?? port));
