import { isIp } from '../../model/address.js';
import type { Gathered, GatheredSentinel } from '../../model/gathered.js';
import { cli } from '../../model/hints.js';
import type { Check } from '../check.js';
import { judgeSentinelFiles } from '../files/judge.js';
import { isBeforeNames } from '../files/monitor-lines.js';
import { nameToAnnounce } from '../files/monitored-name.js';
import { type FileServer, looseNodes, type Project, serviceAt } from '../files/project.js';
import { isOwnAddress, isYes, lastOf, monitorsOf, sentinelLine } from '../files/settings.js';
import { changeFile, withLine } from '../fixes.js';
import { judged } from '../group.js';
import { linesOf, monitoredHosts } from '../sentinels.js';
import { isLeftOpen } from './conf-placeholder.js';

/** The monitored hosts that are names, by its file and by what it says. */
function namesOf(sentinel: GatheredSentinel): string[] {
  return monitoredHosts(sentinel).filter((host) => host !== '' && !isIp(host));
}

/** Whether it resolves names; undefined where neither it nor its file says. */
function resolves(sentinel: GatheredSentinel): boolean | undefined {
  if (sentinel.config.ok) return sentinel.config.value['resolve-hostnames'] === 'yes';
  const lines = linesOf(sentinel);
  return lines === null ? undefined : sentinelLine(lines, 'resolve-hostnames')?.args[1] === 'yes';
}

function fixOf(gathered: Gathered, sentinel: GatheredSentinel): string[] {
  return sentinel.silence === null
    ? [cli(sentinel, 'SENTINEL CONFIG SET resolve-hostnames yes')]
    : changeFile(gathered, sentinel, [withLine('sentinel resolve-hostnames yes')]);
}

export default {
  id: 'hostname-noresolve',
  needs: 'gathered',
  severity: 'critical',
  impact: 'at-risk',
  group: 'configuration',
  part: 'names',
  title: 'a sentinel monitors a host name but does not resolve names',
  consequence: 'it exits at start: Can’t resolve instance hostname (measured on 6.2 and later)',
  explanation:
    'Since 6.2 Sentinel accepts host names only with sentinel resolve-hostnames yes; without it, it rejects a ' +
    'sentinel monitor line that has one. The usual line for containers, sentinel monitor mymaster ' +
    'redis-master 6379 2, fails this way. A name lookup blocks the sentinel, so use addresses where they are ' +
    'fixed.',
  remedy: ['set sentinel resolve-hostnames yes in its file, or use an address in the sentinel monitor line'],
  sources: ['sentinel.c: createSentinelAddr', 'sentinel.conf: resolve-hostnames', 'measured'],
  causes: [
    'node-down',
    'node-unreachable',
    'sentinel-unreachable',
    'no-sentinel',
    'no-quorum',
    'sentinels-few',
    'ghost-sentinel',
    'sentinels-even',
    'master-down',
    'seen-down',
  ],
  live(gathered) {
    const missing: string[] = [];
    const seen = gathered.sentinels.flatMap((sentinel) => {
      const does = resolves(sentinel);
      if (does === undefined) missing.push(`${sentinel.id}: ${sentinel.conf.ok ? '' : sentinel.conf.why}`);
      const names = namesOf(sentinel);
      if (does !== false || names.length === 0) return [];
      const state = sentinel.silence === null ? 'is running, but cannot start again' : 'does not run';
      return [
        {
          subject: sentinel.id,
          message: `monitors ${names.join(', ')} with resolve-hostnames no; it ${state}`,
          fix: fixOf(gathered, sentinel),
        },
      ];
    });
    return judged(seen, missing);
  },
  files(project) {
    return judgeSentinelFiles(project, (sentinels) => {
      const named = sentinels
        .filter((s) => !isBeforeNames(s) && !isYes(sentinelLine(s, 'resolve-hostnames')?.args[1]))
        .flatMap(monitorsOf)
        .filter((m) => !isIp(m.host) && !isOwnAddress(m.host))
        // What a variable stands for may be an address: conf-placeholder says that nothing replaces it.
        .filter(({ server, name }) => {
          const line = sentinelLine(server, 'monitor', name);
          return line === undefined || !isLeftOpen(line, project);
        });
      return named.map(({ server, name, host, port, quorum, at }) => {
        const service = serviceAt(project, host);
        const known = project.compose === null || service !== undefined;
        const pinned = service?.pinned ?? null;
        return {
          subject: server.id,
          message: `"sentinel monitor ${name} ${host} ${port} ${quorum}" names a host${known ? '' : ' that is not a service of this file'}, but resolve-hostnames is not on: the sentinel exits at start`,
          fix:
            pinned === null
              ? resolvingFix(project, server)
              : [`sentinel monitor ${name} ${pinned} ${port} ${quorum}`],
          at,
        };
      });
    });
  },
} satisfies Check;

/**
 * What makes it resolve names. In a compose file without fixed addresses it has to keep the names as well (an address
 * that was looked up once goes stale), and then the data nodes have to be announced by theirs.
 */
function resolvingFix(project: Project, server: FileServer): string[] {
  const resolve = 'sentinel resolve-hostnames yes';
  const loose = looseNodes(project);
  const unannounced = loose.filter((n) => lastOf(n, 'replica-announce-ip') === undefined);
  const keeps = isYes(sentinelLine(server, 'announce-hostnames')?.args[1]);
  if (keeps || loose.length === 0) return [resolve];
  if (server.service?.pod !== undefined)
    return [resolve, 'sentinel announce-hostnames yes', ...inPods(unannounced, project)];
  return [
    resolve,
    'sentinel announce-hostnames yes',
    ...unannounced.map((n) => `${n.id}: replica-announce-ip ${nameToAnnounce(n, project) ?? n.id}`),
    `or instead: ipv4_address for ${loose.map((n) => n.id).join(', ')}, and the master's in the sentinel monitor line`,
  ];
}

/** The names that pods announce: those of a StatefulSet keep theirs. */
const inPods = (nodes: readonly FileServer[], project: Project): string[] =>
  nodes.map((n) =>
    n.copies > 1 || n.service?.pod?.workload.startsWith('Deployment ')
      ? `# ${n.service?.pod?.workload ?? n.id}: a StatefulSet with a headless Service, so that its pods have names that stay`
      : `${n.id}: replica-announce-ip ${nameToAnnounce(n, project) ?? n.id}`,
  );
