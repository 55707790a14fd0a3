import { isIp, isLoopback, isWild, reachesItself } from '../../model/address.js';
import type { GatheredNode, GatheredSentinel } from '../../model/gathered.js';
import { cli } from '../../model/hints.js';
import { RESETS_APART_MS } from '../../model/sentinel-timing.js';
import type { Check, RawFinding } from '../check.js';
import { addressIn, flagsOf, silentSentinels } from '../evidence.js';
import { announcing } from '../files/announced.js';
import { announcedUnknown } from '../files/announced-unknown.js';
import { judgeServerFiles } from '../files/judge.js';
import { type FileServer, type Project, placesOf } from '../files/project.js';
import { isOwnHost } from '../files/server-address.js';
import { lastOf, place, sentinelLine } from '../files/settings.js';
import { reconnectReplicas, setConfig } from '../fixes.js';
import { type Group, groupsOf, isThere, judged, readAll, settingIn } from '../group.js';

export default {
  id: 'announce-invalid',
  needs: 'gathered',
  severity: 'critical',
  impact: 'at-risk',
  group: 'network',
  title: 'a server announces an address that is not one of its own',
  consequence:
    'a sentinel or client that connects there reaches its own machine: 0.0.0.0, :: and a loopback address are another one for each of them',
  explanation:
    'replica-announce-ip and sentinel announce-ip are addresses for others to connect to. 0.0.0.0 and :: stand for ' +
    '“every address of this machine” in bind, and connecting to them reaches the machine that connects; so does a ' +
    'loopback address. On one machine it seems to work.',
  remedy: ['announce the address at which the other machines reach the server, or nothing'],
  sources: [
    'replication.c: syncWithMaster (REPLCONF ip-address)',
    'sentinel.c: sentinelSendHello',
    'measured',
  ],
  causes: [
    'address-double',
    'address-shared',
    'nat-replica',
    'nat-sentinel',
    'nat-client',
    'ghost-replica',
    'replica-missing',
    'seen-down',
    'node-down',
    'node-unreachable',
  ],
  live(gathered) {
    const groups = groupsOf(gathered);
    if (groups.every(({ views }) => views.length === 0)) return silentSentinels(gathered);
    const servers = [...gathered.sentinels, ...gathered.nodes];
    const hasFar = servers.some((s) => isThere(s) && !reachesItself(s.endpoint.host));
    // A loopback address is wrong where the others know the server by it, and are not all on this machine.
    const isWrong = ({ announce }: GatheredNode | GatheredSentinel, host: string): boolean =>
      isWild(host) || (hasFar && isLoopback(host) && announce.host === host);
    const { values, missing } = readAll(gathered.sentinels, (s) => s.config);
    const sentinels = values.flatMap(({ server, value }): RawFinding[] => {
      const host = value['announce-ip'] ?? '';
      if (!isWrong(server, host)) return [];
      const own = isWild(server.endpoint.host) ? '""' : server.endpoint.host;
      const fix = [cli(server, `SENTINEL CONFIG SET announce-ip ${own}`)];
      return [{ ...said(server, 'sentinel announce-ip', host), fix }];
    });
    const nodes = groups.flatMap((group): RawFinding[] => {
      const read = readAll(group.nodes, (n) => n.config);
      missing.push(...read.missing);
      return read.values.flatMap(({ server, value }) => {
        const host = settingIn(value, 'replica-announce-ip', 'slave-announce-ip') ?? '';
        if (!isWrong(server, host)) return [];
        return [
          {
            ...said(server, 'replica-announce-ip', host),
            masterName: group.name,
            fix: announceOwn(group, server, host),
          },
        ];
      });
    });
    return judged([...nodes, ...sentinels], missing);
  },
  files: (project) =>
    judgeServerFiles(project, (server) => [
      ...announcedWild(server, project),
      ...announcedOthers(server, project),
      ...announcedUnknown(server, project),
    ]),
} satisfies Check;

const said = (
  server: { id: string },
  directive: string,
  host: string,
): Pick<RawFinding, 'subject' | 'brief' | 'message' | 'evidence'> => ({
  subject: server.id,
  brief: `${server.id} announces ${host}`,
  evidence: `${directive} ${host}: each machine that connects there reaches itself`,
  message: `${server.id} announces ${host} (${directive}): each machine that connects there reaches itself`,
});

/** A file's own line: a loopback address depends on the machines, and is looked for in running clusters. */
function announcedWild(server: FileServer, project: Project): RawFinding[] {
  const isSentinel = server.kind === 'sentinel';
  const line = isSentinel ? sentinelLine(server, 'announce-ip') : lastOf(server, 'replica-announce-ip');
  const host = line?.args[isSentinel ? 1 : 0] ?? '';
  if (line === undefined || !isWild(host)) return [];
  const directive = isSentinel ? 'sentinel announce-ip' : 'replica-announce-ip';
  return [
    {
      ...said(server, directive, host),
      fix: [announcing(line, ownAddress(server), project)],
      at: place(line),
    },
  ];
}

/** A container that announces the name or the address of another one. */
function announcedOthers(server: FileServer, project: Project): RawFinding[] {
  const { servers } = project;
  const isSentinel = server.kind === 'sentinel';
  const line = isSentinel ? sentinelLine(server, 'announce-ip') : lastOf(server, 'replica-announce-ip');
  const host = line?.args[isSentinel ? 1 : 0] ?? '';
  if (line === undefined || line.open === true || server.service === null || !isOwnHost(server)) return [];
  if (placesOf(server).includes(host)) return [];
  const other = servers.find(
    // Two of one kind are address-shared, where their ports are equal too.
    (s) => s.kind !== server.kind && isOwnHost(s) && placesOf(s).includes(host),
  );
  if (other === undefined) return [];
  const directive = isSentinel ? 'sentinel announce-ip' : 'replica-announce-ip';
  const whose = host === other.id ? 'another server' : other.id;
  return [
    {
      subject: server.id,
      brief: `${server.id} announces ${host}, which is ${whose}`,
      message: `${server.id} announces ${host} (${directive}), which is ${whose}: the others connect there, and not to it`,
      consequence: isSentinel
        ? 'no other sentinel reaches it, and it gets no vote: without a majority there is no failover'
        : 'the sentinels take another server for it: it is never promoted, and never told who the master is',
      fix: [
        announcing(
          line,
          isIp(host) ? (ownAddress(server) ?? server.service.name) : server.service.name,
          project,
        ),
      ],
      at: place(line),
    },
  ];
}

/** The address that others can connect to: a container's fixed one, or the first that it binds. */
function ownAddress({ service, directives }: FileServer): string | undefined {
  if (service !== null) return service.networks.find((n) => n.address !== null)?.address ?? undefined;
  const bound = directives.findLast((d) => d.name === 'bind')?.args ?? [];
  return bound.map((host) => host.replace(/^-/, '')).find((host) => isIp(host) && !reachesItself(host));
}

/** The replica says its address when its link begins; what the sentinels know already stays until RESET. */
function announceOwn({ name, master, views }: Group, node: GatheredNode, host: string): string[] {
  // Without one the master takes the address from which the replica connects.
  const own = isWild(node.endpoint.host) ? '' : node.endpoint.host;
  const listing = views.filter(
    ({ master: view }) => view.replicas.ok && view.replicas.value.some((r) => addressIn(r)?.host === host),
  );
  const isHealthy = views.every((view) => flagsOf(view.master.fields).join() === 'master');
  return [
    ...setConfig(node, 'replica-announce-ip', own),
    ...(master === null || master === node ? [] : [reconnectReplicas(master)]),
    ...(listing.length === 0
      ? []
      : isHealthy
        ? [
            '# one sentinel at a time, while the master is healthy:',
            ...listing.flatMap(({ sentinel }, i) => [
              ...(i === 0 ? [] : [`sleep ${RESETS_APART_MS / 1000}`]),
              cli(sentinel, `SENTINEL RESET ${name}`),
            ]),
          ]
        : [`# no RESET before ${name} has a healthy master again`]),
  ];
}
