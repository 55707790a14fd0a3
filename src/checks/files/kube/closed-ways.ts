import { isIp } from '../../../model/address.js';
import { fileGroups } from '../groups.js';
import { type FileServer, nodeFiles, type Project } from '../project.js';
import { isAt } from '../server-address.js';
import { followsOf, monitorsOf, ownPortOf } from '../settings.js';
import { containersOf, subjectOf } from './facts.js';
import type { KubeFacts, ServerWorkload } from './manifests.js';
import {
  type Direction,
  hidesNames,
  type NetworkPolicy,
  passage,
  policiesOf,
  type ServerPort,
} from './network-policy.js';

type Role = 'redis' | 'sentinel';

/** Connections that NetworkPolicies do not let through, at one end. */
export interface Closed {
  /** Whose pods the policies select. */
  workload: ServerWorkload;
  direction: Direction;
  by: NetworkPolicy[];
  /** The other ends, with the ports of the servers that are connected to. */
  others: { workload: ServerWorkload; ports: number[] }[];
  /** Whether no name can be looked up, although its servers have some. */
  names: string | null;
}

/** What NetworkPolicies say of the connections that replication and Sentinel need. */
export function closedWays(project: Project): { closed: Closed[]; unclear: string[] } {
  const { kube } = project;
  if (kube === null || kube.policies.length === 0) return { closed: [], unclear: [] };
  const closed = new Map<string, Closed>();
  const unclear = new Set<string>();
  const noted = (workload: ServerWorkload, direction: Direction, by: NetworkPolicy[]): Closed => {
    const key = `${direction} ${subjectOf(workload)}`;
    const one = closed.get(key) ?? { workload, direction, by, others: [], names: null };
    closed.set(key, one);
    return one;
  };
  for (const { from, to, role } of waysIn(project, kube)) {
    const port = portOfRole(to, role, project);
    for (const [direction, own, other] of [
      ['egress', from, to],
      ['ingress', to, from],
    ] as const) {
      const said = passage(kube.policies, direction, own, other, port, kube.namespaces);
      if (said.is === 'unclear') unclear.add(said.why);
      if (said.is !== 'closed') continue;
      const { others } = noted(own, direction, said.by);
      const known = others.find(({ workload }) => workload === other) ?? { workload: other, ports: [] };
      if (known.ports.length === 0) others.push(known);
      const number = port.number ?? defaultPort(role);
      if (!known.ports.includes(number)) known.ports.push(number);
    }
  }
  for (const workload of kube.workloads) {
    const by = policiesOf(kube.policies, 'egress', workload);
    const name = nameIn(workload, project);
    if (name !== null && hidesNames(by)) noted(workload, 'egress', by).names = name;
  }
  return { closed: [...closed.values()], unclear: [...unclear] };
}

const defaultPort = (role: Role): number => (role === 'sentinel' ? 26379 : 6379);

const serversIn = (workload: ServerWorkload, project: Project): FileServer[] =>
  project.servers.filter((s) => s.service?.pod?.workload === subjectOf(workload));

/** The connections between pods: of replicas to masters, and of sentinels to data nodes and to one another. */
function waysIn(
  project: Project,
  kube: KubeFacts,
): { from: ServerWorkload; to: ServerWorkload; role: Role }[] {
  const isOne = fileGroups(project).length <= 1;
  const members = kube.workloads.filter((w) => w.replicas > 0 && isMember(w, project));
  const has = (w: ServerWorkload, role: Role): boolean => containersOf(w, role).length > 0;
  return members.flatMap((from) =>
    members.flatMap((to) => {
      const isOwn = from === to;
      if (isOwn ? from.replicas < 2 : from.site !== to.site || !(isOne || areOneGroup(from, to, project)))
        return [];
      const roles: Role[] = [
        ...(has(to, 'redis') ? (['redis'] as const) : []),
        ...(has(from, 'sentinel') && has(to, 'sentinel') ? (['sentinel'] as const) : []),
      ];
      return roles.map((role) => ({ from, to, role }));
    }),
  );
}

const areOneGroup = (one: ServerWorkload, other: ServerWorkload, project: Project): boolean =>
  fileGroups(project).some(({ monitors, nodes }) => {
    const of = [...monitors.map((m) => m.server), ...nodes].map((s) => s.service?.pod?.workload);
    return of.includes(subjectOf(one)) && of.includes(subjectOf(other));
  });

/** Whether it is part of a replication: a data node of its own beside it is not. */
function isMember(workload: ServerWorkload, project: Project): boolean {
  const nodes = nodeFiles(project).filter((n) => n.service?.pod?.workload === subjectOf(workload));
  if (workload.replicas > 1 || containersOf(workload, 'sentinel').length > 0 || nodes.length === 0)
    return true;
  const monitors = project.servers.flatMap(monitorsOf);
  return nodes.some(
    (n) =>
      followsOf(n) !== null ||
      n.replicates === true ||
      monitors.some((m) => isAt(n, m.host, m.port, m.server)),
  );
}

/** The port of its servers of one kind: by their files, else the only one that the container declares. */
function portOfRole(workload: ServerWorkload, role: Role, project: Project): ServerPort {
  const names = new Map(
    workload.containers.flatMap(({ ports }) =>
      ports.flatMap(({ name, port }) => (name === null ? [] : [[name, port] as const])),
    ),
  );
  const own = serversIn(workload, project).filter((s) => s.kind === role && s.seen);
  const [first, ...more] = new Set(own.map(ownPortOf));
  if (first !== undefined && more.length === 0) return { number: first, names };
  const [declared, ...others] = containersOf(workload, role).flatMap(({ ports }) => ports);
  return { number: declared !== undefined && others.length === 0 ? declared.port : null, names };
}

/** A host name that its servers have to look up; null for none. */
const nameIn = (workload: ServerWorkload, project: Project): string | null =>
  serversIn(workload, project)
    .filter((s) => s.seen)
    .flatMap((s) => [...monitorsOf(s).map((m) => m.host), ...[followsOf(s)?.host ?? '']])
    .find((host) => /^[a-z0-9][a-z0-9.-]*$/i.test(host) && !isIp(host) && host !== 'localhost') ?? null;
