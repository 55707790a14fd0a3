import type { GatheredServer } from '../../model/gathered.js';
import { ctl } from '../../model/hints.js';
import type { Check, RawFinding } from '../check.js';
import { judgeServerFiles } from '../files/judge.js';
import { lastOf, place, settingOf } from '../files/settings.js';
import { judged, serversOf } from '../group.js';

const isLocal = ({ endpoint, life }: GatheredServer): boolean =>
  life.ok || endpoint.host.startsWith('127.') || endpoint.host === '::1' || endpoint.host === 'localhost';

export default {
  id: 'ephemeral-port',
  needs: 'gathered',
  severity: 'warning',
  impact: 'risk',
  group: 'network',
  title: 'a server listens on a port that the system assigns to outgoing connections',
  consequence:
    'while it is down any outgoing connection may take its port, and then it cannot start: Address already in use',
  explanation:
    'Ports of ip_local_port_range (on Linux 32768 to 60999) are assigned to outgoing connections. A server that ' +
    'listens there can start only while no connection uses its port; right after a crash its clients and peers ' +
    'open many connections.',
  remedy: [
    'listen below the range',
    'or reserve the port: sysctl -w net.ipv4.ip_local_reserved_ports=PORT,…',
  ],
  sources: [
    'https://www.kernel.org/doc/html/latest/networking/ip-sysctl.html (ip_local_port_range)',
    'measured',
  ],
  live(gathered) {
    const range = gathered.host.ephemeralPorts;
    if (!range.ok) return { skip: `this machine's ip_local_port_range is not known: ${range.why}` };
    const [low, high] = range.value;
    const missing: string[] = [];
    const seen: RawFinding[] = [];
    for (const server of serversOf(gathered)) {
      if (!isLocal(server)) {
        missing.push(`${server.id}: the range of its machine cannot be read from here`);
        continue;
      }
      const { port } = server.endpoint;
      if (port < low || port > high) continue;
      seen.push({
        subject: server.id,
        message: `port ${port} is in ${low} to ${high}, the range of this machine for outgoing connections`,
        fix: gathered.own
          ? [
              `${ctl(gathered, 'down')} and ${ctl(gathered, 'up --port auto --sentinel-port auto')}, which recreates the cluster without its data`,
              `or: sysctl -w net.ipv4.ip_local_reserved_ports=${port}`,
            ]
          : [
              `give ${server.id} a port below ${low}`,
              `or: sysctl -w net.ipv4.ip_local_reserved_ports=${port}`,
            ],
      });
    }
    return judged(seen, missing);
  },
  files(project) {
    return judgeServerFiles(
      project,
      (server) => {
        const { service } = server;
        const line = lastOf(server, 'port');
        // A container's own port is alone in its network; what is published is the machine's.
        const published = service?.ports.find((p) => p.host !== null && isEphemeral(p.host));
        const own =
          service === null || service.networkMode === 'host' ? Number(settingOf(server, 'port')) : Number.NaN;
        const port = published?.host ?? (isEphemeral(own) ? own : null);
        if (port === null) return [];
        return [
          {
            subject: server.id,
            message: `port ${port} is one that the system gives to outgoing connections (${EPHEMERAL.join('–')}): it may be taken when the server starts`,
            fix: [
              published === undefined
                ? `port ${server.kind === 'sentinel' ? 26379 : 6379}`
                : `${server.id}: publish it as a port below ${EPHEMERAL[0]}`,
            ],
            at:
              published === undefined && line
                ? place(line)
                : { file: server.at.file, line: published?.line ?? server.at.line },
          },
        ];
      },
      // What a service publishes is in the compose file.
      () => true,
    );
  },
} satisfies Check;

/** Linux's own range for outgoing connections (ip_local_port_range by default). */
const EPHEMERAL = [32_768, 60_999] as const;
const isEphemeral = (port: number): boolean => port >= EPHEMERAL[0] && port <= EPHEMERAL[1];
