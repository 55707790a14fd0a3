import { reachesItself } from '../../model/address.js';
import type { GatheredNode, GatheredSentinel } from '../../model/gathered.js';
import type { GatheredCheck, RawFinding } from '../check.js';
import { changeFile, setConfig, withLine } from '../fixes.js';
import { dataNodes, idsOf, judged, shown } from '../group.js';
import { sentinelWantsPassword, wantsPassword } from '../passwords.js';
import { membersOf, settingAt } from '../sentinels.js';

/** The only two addresses that protected mode lets in; the rest of 127.0.0.0/8 is foreign to it. */
const LOCAL = ['127.0.0.1', '::1', 'localhost'];

/**
 * Whether a server's connections come from another address. One that is announced as 127.0.0.77 lives on this
 * machine, which connects from 127.0.0.1 all the same unless it is configured otherwise.
 */
function foreign(server: GatheredNode | GatheredSentinel): boolean {
  const { host } = server.announce;
  return !LOCAL.includes(reachesItself(host) ? (sourceOf(server) ?? '127.0.0.1') : host);
}

/** The source address that a server is configured with: bind-source-addr since 7.0, before that the first address of bind. */
function sourceOf(server: GatheredNode | GatheredSentinel): string | undefined {
  const old = server.info.ok && Number.parseInt(server.info.value.redis_version ?? '', 10) < 7;
  const [first] = (settingAt(server, 'bind') ?? '').split(' ');
  return settingAt(server, 'bind-source-addr') || (old ? first?.replace(/^-/, '') : undefined);
}

/** Whether the mode is on and has an effect; undefined where unknown. On by default at a data node, off at a sentinel. */
function isProtected(server: GatheredNode | GatheredSentinel): boolean | undefined {
  if (server.silence !== null && /protected mode/.test(server.silence.message)) return true;
  const isNode = 'role' in server;
  const locked = isNode ? wantsPassword(server) : sentinelWantsPassword(server);
  if (locked === true) return false;
  const mode = settingAt(server, 'protected-mode');
  if (mode === null) return isNode ? undefined : false;
  return (mode ?? (isNode ? 'yes' : 'no')) === 'yes';
}

export default {
  id: 'protected-mode',
  needs: 'gathered',
  severity: 'critical',
  impact: 'at-risk',
  group: 'authentication',
  title: 'protected mode rejects connections from other machines',
  consequence:
    'sentinels and replicas on other machines get -DENIED: to them the server is down, and no failover can use it',
  explanation:
    'Without a password for the default user Redis accepts connections from 127.0.0.1 and ::1 only, whatever ' +
    'it is bound to; since 7.0 also when bind is set. From the machine itself everything looks healthy.',
  remedy: [
    'set a password: requirepass and masterauth at every data node, auth-pass at every sentinel',
    'or CONFIG SET protected-mode no, behind a firewall',
  ],
  sources: ['networking.c: clientAcceptHandler, islocalClient', 'redis.conf: protected-mode'],
  causes: [
    'node-down',
    'node-unreachable',
    'sentinel-unreachable',
    'no-sentinel',
    'no-master',
    'link-down',
    'no-quorum',
    'nat-replica',
    'nat-sentinel',
    'no-good-slave',
    'replica-orphan',
    'ghost-replica',
    'ghost-sentinel',
    'master-frozen',
    'master-down',
    'seen-down',
    'replica-missing',
    'sentinel-isolated',
  ],
  live(gathered) {
    const servers = [...dataNodes(gathered), ...gathered.sentinels];
    const missing: string[] = [];
    // A typed address that no sentinel knows connects to nothing here.
    const members = membersOf(gathered).filter(foreign);
    const nodes = dataNodes(gathered).filter(foreign);
    const seen = servers.flatMap((server): RawFinding[] => {
      const on = isProtected(server);
      if (on === undefined) missing.push(`${server.id}: ${server.conf.ok ? '' : server.conf.why}`);
      const denied = server.silence !== null;
      if (on !== true) return [];
      // A data node connects to those of its own groups, and to no sentinel.
      const own = 'role' in server ? nodes.filter((n) => shareGroup(n, server)) : [];
      const others = [...own, ...members].filter((s) => s !== server);
      if (others.length === 0 && !denied) return [];
      return [
        {
          subject: server.id,
          message: `${shown(server)} is in protected mode and has no password${others.length > 0 ? `; it rejects ${idsOf(others)}` : '; it rejects this machine'}`,
          fix: [
            ...(denied || foreign(server) ? [`# on the machine of ${server.id}:`] : []),
            ...('role' in server
              ? setConfig(there(server), 'protected-mode', 'no')
              : changeFile(gathered, there(server), [withLine('protected-mode no')])),
          ],
        },
      ];
    });
    return judged(seen, missing);
  },
} satisfies GatheredCheck;

const shareGroup = (a: GatheredNode, b: GatheredNode): boolean =>
  a.masterNames.some((name) => b.masterNames.includes(name));

/** One that turns this machine away, as commands on its own machine reach it: it runs, and takes 127.0.0.1. */
const there = <S extends GatheredNode | GatheredSentinel>(server: S): S =>
  server.silence === null
    ? server
    : { ...server, silence: null, endpoint: { ...server.endpoint, host: '127.0.0.1' } };
