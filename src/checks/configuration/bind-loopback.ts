import { isIp, isLoopback, reachesItself, sameAddress } from '../../model/address.js';
import type { Gathered, GatheredNode, GatheredSentinel } from '../../model/gathered.js';
import type { GatheredCheck, RawFinding } from '../check.js';
import { changeFile, setConfig, withLine } from '../fixes.js';
import { idsOf, isThere, judged, shown } from '../group.js';
import { settingAt } from '../sentinels.js';

/** The addresses that it listens on; undefined where unknown, empty for all of them (config.c, server.bindaddr). */
function boundTo(server: GatheredNode | GatheredSentinel): string[] | undefined {
  const bind = settingAt(server, 'bind');
  return bind === null ? undefined : (bind ?? '').split(/\s+/).filter((word) => word !== '');
}

/** `-::1` is an address that may be missing. */
const onlyLoopback = (addresses: string[]): boolean =>
  addresses.length > 0 && addresses.every((a) => isLoopback(a.replace(/^-/, '')));

/** Whether a server's name means this machine: it is looked up as a loopback address, or leads to a server that has no other one. */
function isNameOfHere({ lookups }: Gathered, server: GatheredNode | GatheredSentinel): boolean {
  const { announce, endpoint, silence } = server;
  if (isIp(announce.host)) return false;
  const found = lookups.find(({ name }) => name === announce.host)?.result;
  if (found?.ok === true && found.value.addresses.length > 0) return found.value.addresses.every(isLoopback);
  return silence === null && sameAddress(announce, endpoint) && onlyLoopback(boundTo(server) ?? []);
}

export default {
  id: 'bind-loopback',
  needs: 'gathered',
  severity: 'critical',
  impact: 'at-risk',
  group: 'configuration',
  part: 'names',
  title: 'a server listens on loopback only, but the cluster has several hosts',
  consequence:
    'other machines cannot reach it: to them it is down from the start, and it can neither vote nor be promoted',
  explanation:
    'The redis.conf that ships with Redis has bind 127.0.0.1 -::1, which is right for one machine. Where the ' +
    'cluster has several hosts, each server must also listen on an address that the others can reach. Before Redis ' +
    '7.0 a sentinel also connects from the first address of bind: with 127.0.0.1 there it reaches no other machine.',
  remedy: ['bind ITS-ADDRESS 127.0.0.1 at every server, protected by a password or a firewall'],
  sources: [
    'redis.conf: bind',
    'https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/ (deploying)',
  ],
  causes: [
    'link-down',
    'no-master',
    'no-quorum',
    'nat-replica',
    'nat-sentinel',
    'master-frozen',
    'protected-mode',
    'node-down',
    'node-unreachable',
    'sentinel-unreachable',
    'master-down',
    'seen-down',
  ],
  live(gathered) {
    const servers = [...gathered.nodes, ...gathered.sentinels];
    // An address where no server answers may be a wrong announcement, and no second machine.
    const far = servers.filter((s) => !reachesItself(s.announce.host) && !isNameOfHere(gathered, s));
    const away = far.filter(isThere);
    const missing = far
      .filter((s) => !isThere(s))
      .map((s) => `${s.id}: ${s.silence?.message ?? 'no answer'}`);
    if (away.length === 0) return judged([], missing);
    const seen = servers.flatMap((server): RawFinding[] => {
      const bound = boundTo(server);
      if (bound === undefined) missing.push(`${server.id}: ${server.conf.ok ? '' : server.conf.why}`);
      if (bound === undefined || !onlyLoopback(bound)) return [];
      const others = away.filter((s) => s !== server);
      if (others.length === 0) return [];
      const own = isLoopback(server.announce.host) ? `<the address of ${server.id}>` : server.announce.host;
      const value = `${own} 127.0.0.1`;
      return [
        {
          subject: server.id,
          message: `${shown(server)} listens on ${bound.join(' ')} only, where other machines do not reach it; ${idsOf(others)} ${others.length === 1 ? 'has another address' : 'have other addresses'}`,
          fix:
            'role' in server
              ? setConfig(server, 'bind', value)
              : changeFile(gathered, server, [withLine(`bind ${value}`)]),
        },
      ];
    });
    return judged(seen, missing);
  },
} satisfies GatheredCheck;
