import { isIp } from '../../model/address.js';
import type { Gathered } from '../../model/gathered.js';
import { cli } from '../../model/hints.js';
import { listed } from '../../model/words.js';
import type { Check, RawFinding } from '../check.js';
import type { MonitoredAt } from '../evidence.js';
import { byLocalhost } from '../files/by-localhost.js';
import type { Directive } from '../files/conf.js';
import { judgeSentinelFiles } from '../files/judge.js';
import { announcedOtherwise, nameToAnnounce, TWICE } from '../files/monitored-name.js';
import { type FileServer, nodeFiles, type Project } from '../files/project.js';
import { isYes, lastOf, monitorsOf, place, sentinelLine, settingOf } from '../files/settings.js';
import { judgeViews, sentinelIds } from '../sentinels.js';
import { isLeftOpen } from './conf-placeholder.js';

export default {
  id: 'hostname-mixed',
  needs: 'gathered',
  severity: 'warning',
  impact: 'risk',
  group: 'configuration',
  part: 'names',
  title: 'the nodes of one master are announced partly by name and partly by address',
  consequence:
    'one node has two addresses: clients and sentinels that compare them as text see a change where there is none, and a replica may be listed twice',
  explanation:
    'With announce-hostnames yes a sentinel announces a node by name where it knows the name, and by address ' +
    'where it learned the node from INFO or from a hello message. To use names everywhere, every sentinel ' +
    'needs announce-hostnames and announce-ip with a name, and every data node replica-announce-ip with a ' +
    'name.',
  remedy: [
    'addresses everywhere: SENTINEL CONFIG SET announce-hostnames no',
    'or names everywhere: announce-hostnames yes, announce-ip NAME at each sentinel, replica-announce-ip NAME at each data node',
  ],
  sources: [
    'sentinel.c: announceSentinelAddr',
    'https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/ (IP addresses and DNS names)',
  ],
  causes: ['ghost-replica', 'dynamic-ip', 'hostname-slow-dns'],
  live: (gathered) =>
    judgeViews(gathered, ({ name, views }) => {
      const hosts = [...new Set(views.flatMap(hostsIn))];
      const words = hosts.filter((host) => !isIp(host));
      const numbers = hosts.filter(isIp);
      if (words.length === 0 || numbers.length === 0) return [];
      const naming = views.filter((view) => hostsIn(view).some((host) => !isIp(host)));
      const both = numbers.flatMap((host) => namesFor(gathered, host).map((word) => `${word} is ${host}`));
      return [
        {
          subject: `${name} at ${sentinelIds(naming)}`,
          message: `names (${words.join(', ')}) and addresses (${numbers.join(', ')}) for members of ${name}${both.length > 0 ? `; ${both.join(', ')}` : ''}`,
          fix: naming.map(({ sentinel }) => cli(sentinel, 'SENTINEL CONFIG SET announce-hostnames no')),
        },
      ];
    }),
  files(project) {
    const mixed = judgeSentinelFiles(project, (sentinels) => {
      const otherwise = announcedOtherwise(project, sentinels);
      if (otherwise.length > 0) return otherwise;
      const announced = [
        ...sentinels.flatMap((s) => ({ server: s, line: sentinelLine(s, 'announce-ip'), host: 1 })),
        ...nodeFiles(project).flatMap((n) => ({
          server: n,
          line: lastOf(n, 'replica-announce-ip'),
          host: 0,
        })),
      ].flatMap(({ server, line, host }) => {
        const value = line?.args[host];
        // What only the running container knows may be either.
        return line === undefined || !value || line.open || isLeftOpen(line, project)
          ? []
          : [{ server, line, value }];
      });
      const byName = sentinels.some((s) => isYes(sentinelLine(s, 'announce-hostnames')?.args[1]));
      const names = announced.filter((a) => !isIp(a.value));
      const addresses = announced.filter((a) => isIp(a.value));
      // Names are announced by some only: the others are known by their addresses.
      const nodes = nodeFiles(project).filter((n) => !settingOf(n, 'replica-announce-ip'));
      if (names.length > 0 && addresses.length > 0) {
        const [first] = addresses;
        if (first === undefined) return [];
        return [
          {
            subject: addresses.map((a) => a.server.id).join(', '),
            message: `${names[0]?.value} is announced by name, ${first.value} by address`,
            fix: addresses.map((a) => `${a.server.id}: announce its name instead of ${a.value}`),
            at: place(first.line),
          },
        ];
      }
      const named = names.filter((a) => a.server.kind === 'redis');
      if (names.length > 0 && !byName) return [withoutLines(sentinels, named.length > 0 ? named : names)];
      if (!byName || nodes.length === 0) return [];
      return [withoutNames(nodes, sentinels, project)];
    });
    return Array.isArray(mixed) ? [...mixed, ...byLocalhost(project)] : mixed;
  },
} satisfies Check;

/** The lines that belong together, where the data nodes announce names and the sentinels do not keep them. */
function withoutLines(
  sentinels: FileServer[],
  names: { server: FileServer; line: Directive; value: string }[],
): RawFinding {
  const lacks = (what: string): boolean => sentinels.some((s) => !isYes(sentinelLine(s, what)?.args[1]));
  const unnamed = sentinels.filter((s) => sentinelLine(s, 'announce-ip') === undefined);
  const missing = [
    ...(lacks('resolve-hostnames') ? ['sentinel resolve-hostnames yes'] : []),
    'sentinel announce-hostnames yes',
  ];
  return {
    subject: sentinels.map((s) => s.id).join(', '),
    message: `${listed([...new Set(names.map((n) => n.value))])} are announced by name, but "${missing.join('" and "')}" is missing at the sentinels: they tell clients addresses`,
    fix: [...missing, ...unnamed.map((s) => `${s.id}: sentinel announce-ip ${nameOf(s)}`)],
    at: sentinels[0]?.at ?? { file: '', line: 1 },
  };
}

/** The data nodes that announce nothing, where the sentinels announce names. */
function withoutNames(nodes: FileServer[], sentinels: readonly FileServer[], project: Project): RawFinding {
  const isOne = nodes.length === 1;
  const byName = sentinels.flatMap(monitorsOf).some(({ host }) => !isIp(host));
  return {
    subject: nodes.map((n) => n.id).join(', '),
    message: `announce-hostnames is on, but ${isOne ? 'this node has' : 'these nodes have'} no replica-announce-ip: sentinels know ${isOne ? 'it by its address' : 'them by their addresses'}`,
    fix: nodes.map(
      (n) =>
        `${isOne ? '' : `${n.id}: `}replica-announce-ip ${nameToAnnounce(n, project) ?? '<its host name>'}`,
    ),
    ...(byName && { consequence: TWICE }),
    at: nodes[0]?.at ?? { file: '', line: 1 },
  };
}

const nameOf = ({ service }: FileServer): string =>
  service?.otherNames.at(-1) ?? service?.name ?? '<its host name>';

/** The hosts by which a sentinel speaks of a group's members: the master's, its replicas', the other sentinels'. */
function hostsIn({ master }: MonitoredAt): string[] {
  const records = [master.fields, ...(master.replicas.ok ? master.replicas.value : [])];
  const peers = master.sentinels.ok ? master.sentinels.value : [];
  // An unresolvable replica has an empty host (sentinel.c, announceSentinelAddr).
  return [...records, ...peers].flatMap((r) => (r.ip ? [r.ip] : []));
}

/** The names that a lookup resolved to this address. */
function namesFor(gathered: Gathered, address: string): string[] {
  return gathered.lookups.flatMap(({ name, result }) =>
    !isIp(name) && result.ok && result.value.addresses.includes(address) ? [name] : [],
  );
}
