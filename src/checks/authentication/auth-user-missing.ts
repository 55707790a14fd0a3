import { noSuchUser } from '../../model/acl-rules.js';
import type { GatheredNode } from '../../model/gathered.js';
import { cli, cliSecret } from '../../model/hints.js';
import { secretLines, shellWord } from '../../model/secrets.js';
import { listed } from '../../model/words.js';
import type { Check, RawFinding } from '../check.js';
import { type MonitoredAt, silentSentinels } from '../evidence.js';
import type { FileGroup } from '../files/groups.js';
import { judgeMonitoredGroups, noNodeFile } from '../files/judge.js';
import { isThere, sentinelsUser } from '../files/logins.js';
import { place, sentinelLine, sentinelLines } from '../files/settings.js';
import { RIGHTS, savedUser } from '../fixes.js';
import { groupsOf, idsOf, judged } from '../group.js';
import { linesOf } from '../sentinels.js';

export default {
  id: 'auth-user-missing',
  needs: 'gathered',
  severity: 'critical',
  impact: 'at-risk',
  group: 'authentication',
  title: 'the sentinels’ user does not exist at a data node',
  consequence:
    'the sentinels cannot log in there and call the node down: a replica without the user is never promoted, and a failover needs one',
  explanation:
    'Sentinel logs in to the master and to all of its replicas as the one auth-user of the name. ACL rules are not ' +
    'replicated: a user that was created at the master exists at the master alone, and each node needs the same ' +
    'line or the same aclfile.',
  remedy: [
    'ACL SETUSER with the same rules and password at every data node, then ACL SAVE or CONFIG REWRITE',
    'then SENTINEL SET NAME auth-user USER once more at each sentinel, which connects again then (before Redis 7.0: restart it): they log in only when they connect',
    'or the same user line or aclfile at every data node',
  ],
  sources: [
    'sentinel.c: sentinelSendAuthIfNeeded (a replica takes auth-user of its master), sentinelPingReplyCallback',
    'https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/',
    'measured',
  ],
  causes: [
    'auth-pass-missing',
    'acl-short',
    'acl-channel',
    'no-good-slave',
    'no-quorum',
    'no-master',
    'master-down',
    'seen-down',
    'nat-replica',
    'ghost-replica',
    'failover-stuck',
  ],
  live(gathered) {
    const groups = groupsOf(gathered);
    if (groups.length === 0) return silentSentinels(gathered);
    const missing: string[] = [];
    const seen = groups.flatMap(({ name, nodes, replicas, views }): RawFinding[] => {
      const without = nodes.filter((node) => lacksUser(node) === true);
      const unknown = nodes.filter((node) => lacksUser(node) === undefined);
      missing.push(...unknown.map((n) => `${n.id}: ${n.dryrun.ok ? 'no answer' : n.dryrun.why}`));
      const [first] = without;
      if (first === undefined) return [];
      const user = first.sentinelsUser ?? '';
      const model = nodes.find((node) => lacksUser(node) === false);
      const noneLeft = replicas.length > 0 && replicas.every((node) => without.includes(node));
      const elsewhere = model === undefined ? '' : ` exists at ${model.id}, and ACL rules are not replicated`;
      return [
        {
          subject: idsOf(without),
          masterName: name,
          ...(noneLeft && { impact: 'no-failover' }),
          brief: `the sentinels' user "${user}" does not exist at ${idsOf(without)}`,
          message: `the user "${user}", which the sentinels of ${name} log in as (auth-user), does not exist at ${idsOf(without)}${elsewhere && `; it${elsewhere}`}`,
          evidence: elsewhere === '' ? null : `the user "${user}"${elsewhere}`,
          fix: [
            ...without.flatMap((node) => [
              ...(model === undefined
                ? secretLines('USER_PASSWORD', "that user's password, the sentinels' auth-pass")
                : []),
              model === undefined
                ? cliSecret(node, `ACL SETUSER ${user} on allchannels ${RIGHTS}`, 'USER_PASSWORD', '>')
                : `${cli(model, 'ACL LIST')} | sed -n 's/^user ${user} /${user} /p' | xargs ${cli(node, 'ACL SETUSER')}`,
              ...savedUser(node),
            ]),
            ...loginAgain(views, name, user),
          ],
        },
      ];
    });
    return judged(seen, missing);
  },
  files: (project) =>
    judgeMonitoredGroups(project, (groups) =>
      groups.some((g) => g.nodes.length > 0) ? groups.flatMap(refusedInFiles) : { ...noNodeFile },
    ),
} satisfies Check;

/** Sentinels whose user has no line at the data nodes, or one that leaves it off. */
function refusedInFiles(group: FileGroup): RawFinding[] {
  const { nodes, monitors, name } = group;
  return monitors.flatMap(({ server, at }): RawFinding[] => {
    const line = sentinelLine(server, 'auth-user', name ?? undefined);
    const user = line?.args[2] ?? 'default';
    const without = nodes.filter((node) => isThere(node, user) === false);
    if (!server.seen || line?.open === true || without.length === 0) return [];
    const meant = sentinelsUser(group, server);
    const where =
      without.length === nodes.length
        ? 'no data node lets in'
        : `${listed(without.map((n) => n.id))} ${without.length === 1 ? 'does' : 'do'} not let in`;
    return [
      {
        subject: server.id,
        message: `the sentinels log in as the user "${user}"${line === undefined ? ' (no auth-user)' : ' (auth-user)'}, which ${where}`,
        fix:
          meant === user
            ? without.map(
                (n) => `${n.id}: user ${user} on ><its password> allchannels ${RIGHTS.replaceAll("'", '')}`,
              )
            : [`sentinel auth-user ${name} ${meant}`],
        at: line === undefined ? at : place(line),
      },
    ];
  });
}

/**
 * The sentinels log in when they connect, and each reply renews a link, -NOAUTH too (sentinel.c, sentinelPingReplyCallback:
 * last_pong_time): with down-after 5 s they were still refused after 25 s (measured). At the data node such a link looks as
 * that of an application does. From Redis 7.0 on SENTINEL SET auth-user ends the links of the sentinel itself, and no other
 * (sentinel.c, dropInstanceConnections; measured).
 */
function loginAgain(views: readonly MonitoredAt[], name: string, user: string): string[] {
  // One that is known to log in as another user keeps it.
  const same = views.filter(({ sentinel }) => (userIn(sentinel, name) ?? user) === user);
  const old = same.filter(({ sentinel: { info } }) => !info.ok || majorOf(info.value.redis_version) < 7);
  return [
    '# the sentinels log in only when they connect; this makes them connect again:',
    ...same
      .filter((view) => !old.includes(view))
      .map(({ sentinel }) => cli(sentinel, `SENTINEL SET ${name} auth-user ${shellWord(user)}`)),
    ...old.map(({ sentinel }) => `# restart ${sentinel.id}: before Redis 7.0 nothing else does`),
  ];
}

const majorOf = (version = ''): number => Number.parseInt(version, 10) || 0;

/** The auth-user in a sentinel's file; undefined where it has none, or was not read. */
function userIn(sentinel: MonitoredAt['sentinel'], name: string): string | undefined {
  const lines = linesOf(sentinel);
  return lines === null
    ? undefined
    : sentinelLines(lines, 'auth-user').findLast(({ args }) => args[1] === name)?.args[2];
}

/** undefined where a node did not say it. */
function lacksUser({ dryrun, channels }: GatheredNode): boolean | undefined {
  if (dryrun.ok || channels.ok) return false;
  return noSuchUser(dryrun.why) || noSuchUser(channels.why) ? true : undefined;
}
