import type { Gathered, GatheredNode } from '../../model/gathered.js';
import { ifSet } from '../../model/secrets.js';
import type { GatheredCheck, RawFinding } from '../check.js';
import { silentSentinels } from '../evidence.js';
import { setConfig, setSecret } from '../fixes.js';
import { type Group, groupsOf, idsOf, judged, readAll, settingIn } from '../group.js';
import { areUnlinked, fixAll, refusedLogins, repairsFor, withoutLink } from '../logins.js';
import { putRightFirst, wantsPassword } from '../passwords.js';

export default {
  id: 'masterauth-missing',
  needs: 'gathered',
  severity: 'critical',
  impact: 'at-risk',
  group: 'authentication',
  title: 'a data node has no password for its master, or a wrong one',
  consequence:
    'it gets no link to a master that needs a password: a replica gets no data, and a replaced master never rejoins (measured)',
  explanation:
    'requirepass is the password that a node asks of clients; masterauth is the password that it sends to its own ' +
    'master. Every node needs both, the current master too: after a failover it is a replica. Without masterauth ' +
    'the log has NOAUTH Authentication required, or Unable to AUTH to MASTER. The same happens with masterauth ' +
    'when the master has no password: the master answers AUTH with an error, and the replica gives up. If only ' +
    'one replica has requirepass, the others lose their link when it becomes the master. ' +
    'A wrong masterauth shows only at the next login: a link that is up stays up until the next restart or ' +
    'failover. So masterauth and masteruser of each data node are compared with the users of each other one; only ' +
    'hashes of passwords are compared, and no password is sent.',
  remedy: [
    'CONFIG SET masterauth PASSWORD and CONFIG REWRITE at every data node; of a cluster that sentinelctl created: doctor --fix --only masterauth-missing',
    'use one password for requirepass and masterauth at every data node, or none',
  ],
  sources: [
    'https://redis.io/docs/latest/operate/oss_and_stack/management/replication/ (Setting a replica to authenticate to a master)',
    'replication.c: syncWithMaster (REPL_STATE_RECEIVE_AUTH_REPLY)',
    'measured',
  ],
  causes: [
    'client-refused',
    'writes-refused',
    'link-down',
    'replica-orphan',
    'no-good-slave',
    'lag',
    'failover-stuck',
  ],
  live(gathered) {
    const groups = groupsOf(gathered);
    if (groups.length === 0) return silentSentinels(gathered);
    const missing: string[] = [];
    const seen = groups.flatMap((group): RawFinding[] => {
      const { name, nodes } = group;
      const wrong = refusedLogins(gathered, group);
      const { values, missing: unread } = readAll(nodes, (n) => n.config);
      missing.push(...unread);
      const wanting = nodes.filter((n) => wantsPassword(n) === true);
      if (wanting.length === 0) return either(unwanted(gathered, group), wrong);
      const only = alone(group, wanting);
      if (only !== null) return [...unwanted(gathered, group), only];
      missing.push(...unreadLogins(nodes));
      const without = values
        .filter(({ server, value }) => {
          const others = wanting.some((n) => n !== server);
          return others && !settingIn(value, 'masterauth', 'primaryauth');
        })
        .map(({ server }) => server);
      if (without.length === 0) return wrong;
      const verb = wanting.length === 1 ? 'needs' : 'need';
      const why = `${idsOf(wanting)} of ${name} ${verb} a password, but masterauth is not set at ${idsOf(without)}`;
      const locked = wanting.filter((n) => n.silence?.kind === 'auth');
      const repairs = locked.length === 0 ? repairsFor(gathered, 'none-sent', without) : [];
      return [
        ...wrong,
        {
          subject: idsOf(without),
          message: why,
          ...(areUnlinked(without, group.master) && withoutLink(without, why)),
          fix: fixFor(gathered, without, locked, repairs.length > 0),
          // One that differs from the cluster that was created is the cause: `auth` says so, and what to do about it.
          ...(gathered.own && locked.length > 0 && { servers: locked.map(({ id }) => id) }),
          ...(repairs.length > 0 && { repairs }),
        },
      ];
    });
    return judged(seen, missing);
  },
} satisfies GatheredCheck;

/** Of a cluster that was created without a password, the node that has one now is put right, and not the others. */
function fixFor(
  gathered: Gathered,
  without: readonly GatheredNode[],
  locked: readonly GatheredNode[],
  canRepair: boolean,
): string[] {
  if (canRepair && gathered.own) return [fixAll(gathered)];
  return gathered.own && locked.length > 0 ? putRightFirst(locked) : setSecret(without, 'masterauth');
}

/** A link that is down already says more than a login that will be refused. */
const either = (down: RawFinding[], wrong: RawFinding[]): RawFinding[] => [
  ...down,
  ...wrong.filter(({ subject }) => !down.some((d) => subject.split(', ').includes(d.subject))),
];

/** Nodes whose settings were read and whose accepted logins were not. */
const unreadLogins = (nodes: readonly GatheredNode[]): string[] =>
  nodes.flatMap(({ id, config, login }) => (config.ok && login?.ok === false ? [`${id}: ${login.why}`] : []));

/** A replica that is the only node with a password; null in any other case. */
function alone({ name, master, nodes }: Group, wanting: readonly GatheredNode[]): RawFinding | null {
  const [node] = wanting;
  if (node === undefined || wanting.length > 1 || node === master) return null;
  if (nodes.some((n) => n !== node && wantsPassword(n) !== false)) return null;
  return {
    subject: node.id,
    // That it refuses this command is known, and what it means for the cluster is not: auth says what the sentinels see.
    ...(node.silence?.kind === 'auth' && { impact: 'unknown', severity: 'warning' }),
    message: `the passwords of ${name} differ: only ${node.id} has one, its master and the others do not`,
    consequence: 'once it is the master, no other node has its password, and the sentinels may not have it',
    // One that refused this command refuses redis-cli too, until its password is exported.
    fix: setConfig(node, 'requirepass', '""').map((line) =>
      node.silence?.kind === 'auth' && !line.startsWith('#') ? ifSet('REDISCLI_AUTH', line) : line,
    ),
  };
}

/** Replicas without a link, because their master has no password and rejects their masterauth. */
function unwanted(gathered: Gathered, { master, replicas }: Group): RawFinding[] {
  if (master === null || !master.config.ok || wantsPassword(master) !== false) return [];
  return replicas.flatMap((node): RawFinding[] => {
    if (!node.config.ok || !node.info.ok || node.info.value.master_link_status !== 'down') return [];
    const has = (...names: string[]): boolean =>
      node.config.ok && Boolean(settingIn(node.config.value, ...names));
    // With a user's name AUTH may well be right: a user of the ACL needs no requirepass.
    if (!has('masterauth', 'primaryauth') || has('masteruser', 'primaryuser')) return [];
    const repairs = repairsFor(gathered, 'none-wanted', [node]);
    const why = `masterauth is set, but ${master.id} has no password, and answers AUTH with an error`;
    return [
      {
        subject: node.id,
        ...withoutLink([node], why),
        evidence: `its master ${master.id} answers -ERR AUTH … without any password configured`,
        message: `masterauth is set, but its master ${master.id} has no password: it answers -ERR AUTH … without any password configured, and the link stays down`,
        consequence:
          'it gets no data, and cannot be promoted after it was without its master for longer than 10 x down-after',
        fix: repairs.length > 0 ? [fixAll(gathered)] : setConfig(node, 'masterauth', '""'),
        ...(repairs.length > 0 && { repairs }),
      },
    ];
  });
}
