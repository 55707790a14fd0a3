import { allowsCommand } from '../../model/acl-rules.js';
import { isAt } from '../../model/facts.js';
import type { Fields, GatheredNode, Got } from '../../model/gathered.js';
import { cli } from '../../model/hints.js';
import { SENTINEL_COMMANDS } from '../../model/users.js';
import { listed } from '../../model/words.js';
import type { Check, RawFinding, Skip } from '../check.js';
import type { Directive } from '../files/conf.js';
import { judgeMonitoredGroups } from '../files/judge.js';
import { sentinelsUser } from '../files/logins.js';
import type { Project } from '../files/project.js';
import { place, settingOf } from '../files/settings.js';
import { savedUser, setUser } from '../fixes.js';
import { attachedIn, dataNodes, judged, num, readAll } from '../group.js';
import { grouped } from '../snapshot.js';

const RIGHTS = SENTINEL_COMMANDS.map((command) => `+${command}`).join(' ');

/** What a replica runs at its master (replication.c, syncWithMaster); the user of masterauth needs PING besides. */
const SENT_BY_REPLICA = ['psync', 'sync', 'replconf'];
/** What did not repeat for longer than this has ended, in seconds: a replica tries again each second. */
const RECENT_S = 60;

/** A renamed command is not known by its name, and a channel that is not allowed is not a command: other findings. */
const OTHERS = /not found|permissions to access .*channel/;
/** What no promotion needs: ROLE is not sent, SCRIPT KILL only to a server that answers BUSY (sentinelPingReplyCallback). */
const SPARE: ReadonlySet<string> = new Set(['role', 'script kill', 'client setname']);

export default {
  id: 'acl-short',
  needs: 'gathered',
  severity: 'critical',
  impact: 'at-risk',
  group: 'authentication',
  title: 'the sentinels’ user lacks commands that a failover needs',
  consequence:
    'no promotion succeeds: every failover ends with -failover-abort-slave-timeout (measured), and nothing shows it before the first failover',
  explanation:
    'Sentinel promotes and repoints with MULTI, SLAVEOF, CONFIG REWRITE, CLIENT KILL and EXEC, and does not ' +
    'check the replies. A user that may run PING and INFO is enough for everything to look healthy until the ' +
    'first failover.',
  remedy: [`ACL SETUSER NAME ${RIGHTS}, at every data node`],
  sources: [
    'https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/ (Redis Access Control List authentication)',
    'sentinel.c: sentinelSendSlaveOf',
    'measured',
  ],
  causes: [
    'failover-stuck',
    'no-master',
    'auth-pass-missing',
    'no-quorum',
    'master-down',
    'seen-down',
    'writes-refused',
    'no-replica',
    'link-down',
    'no-good-slave',
    'replica-missing',
    'resync-loop',
  ],
  live(gathered) {
    const nodes = dataNodes(gathered);
    const outside = nodes.flatMap((node) => replicasRefused(node, nodes));
    const { values, missing } = readAll(nodes, (n) => n.dryrun);
    const lacking = values.flatMap(({ server, value }) => {
      const said = [...Object.entries(value), ...byOtherNames(server, Object.keys(value))];
      const refused = said.filter(([, verdict]) => verdict !== 'OK' && !OTHERS.test(verdict));
      const denied = [...new Set(refused.map(([name]) => name))];
      return denied.length === 0 ? [] : [{ server, denied }];
    });
    const isMaster = ({ role }: GatheredNode): boolean => role.ok && role.value.role === 'master';
    const isSpare = ({ denied }: { denied: string[] }): boolean => denied.every((name) => SPARE.has(name));
    // One that can be promoted is enough, if it is chosen.
    const stuck = lacking.filter((one) => !isSpare(one));
    const others = nodes.filter((n) => !isMaster(n) && !stuck.some(({ server }) => server === n));
    const seen = lacking.map(({ server, denied }): RawFinding => {
      const user = server.sentinelsUser ?? "<the sentinels' user>";
      return {
        subject: server.id,
        message: `the user ${user} may not run ${listed(denied)}`,
        ...(isSpare({ denied })
          ? { severity: 'info', impact: 'none', consequence: SPARED }
          : others.length === 0
            ? { impact: 'no-failover' }
            : { consequence: consequenceOf(server, isMaster(server), others, denied) }),
        fix: setUser(
          server,
          denied.map((name) => `+${name.replace(' ', '|')}`),
        ),
      };
    });
    return judged([...outside, ...seen], missing);
  },
  files: (project) =>
    judgeUserLines(project, (_line, rules) => {
      const missing = SENTINEL_COMMANDS.filter((command) => allowsCommand(command, rules) === false);
      return missing.length === 0
        ? null
        : { says: `may not ${missing.join(', ')}`, lacks: missing.map((command) => `+${command}`) };
    }),
} satisfies Check;

/** What it says of commands by other names: rules have the real one (acl.c, ACLLookupCommand). */
const byOtherNames = ({ renamed = [] }: GatheredNode, asked: readonly string[]): [string, string][] =>
  renamed.flatMap(({ command, verdict }) => {
    const real = asked.find((name) => name.split(' ')[0]?.toUpperCase() === command);
    return real === undefined ? [] : [[real, verdict]];
  });

const SPARED =
  'no failover needs it; without SCRIPT KILL a server that a script keeps busy stays down until the script ends, and without CLIENT SETNAME its connections have no name';

/** Where another replica can be promoted. */
const consequenceOf = (
  { id }: GatheredNode,
  isMaster: boolean,
  others: readonly GatheredNode[],
  denied: readonly string[],
): string =>
  denied.includes('ping')
    ? isMaster
      ? `the sentinels call ${id} down after down-after, although it works, and replace it once a replica can be promoted: writes to it in the meantime are lost`
      : `the sentinels call ${id} down after down-after, although it works, and do not promote it`
    : isMaster
      ? `after a failover, or when ${id} returns after one, the sentinels cannot make it a replica of the new master`
      : `a failover that chooses ${id} ends with -failover-abort-slave-timeout (measured); one that chooses ${listed(others.map((n) => n.id))} succeeds, and ${id} does not follow the new master`;

/** A replica of this node that has no link to it. */
const isCutFrom = ({ role, info }: GatheredNode, master: GatheredNode): boolean =>
  role.ok &&
  role.value.follows !== null &&
  isAt(master, role.value.follows) &&
  info.ok &&
  info.value.master_link_status === 'down';

/**
 * Replicas that this node refuses, by its ACL LOG: they are in no list, neither the node's nor a sentinel's, so that
 * nothing else shows them. `reason` command, `object` the command (acl.c, addACLLogEntry).
 */
function replicasRefused(server: GatheredNode, nodes: readonly GatheredNode[]): RawFinding[] {
  const isAlone = nodes.length === 1;
  // What was refused a moment ago, and is linked by now, was cured.
  if (!isAlone && server.info.ok && attachedIn(server.info.value).length >= nodes.length - 1) return [];
  const log: Got<Fields[]> = server.aclLog ?? { ok: true, value: [] };
  const entries = (log.ok ? log.value : []).filter(
    (entry) =>
      entry.reason === 'command' &&
      SENT_BY_REPLICA.includes(entry.object ?? '') &&
      (num(entry, 'age-seconds') ?? RECENT_S) < RECENT_S,
  );
  return grouped(entries, (entry) => entry.username ?? '').map((same) => {
    const user = same[0]?.username ?? '';
    const denied = [...new Set(same.map((entry) => entry.object ?? ''))].filter((c) => c !== 'sync').sort();
    const from = /\baddr=(\S+)/.exec(same[0]?.['client-info'] ?? '')?.[1];
    const words = `the user ${user} may not run ${listed(denied)}: replicas that log in as it get no data`;
    return {
      subject: server.id,
      // Why they have no link.
      servers: nodes.filter((node) => isCutFrom(node, server)).map((node) => node.id),
      impact: isAlone ? 'no-failover' : 'degraded',
      brief: `at ${server.id} ${words}`,
      message: words,
      evidence: `the ACL LOG of ${server.id} says so${from === undefined ? '' : `, last from ${from}`}`,
      consequence: isAlone
        ? 'such a replica never gets the data, the master does not count it, and no sentinel knows it: there is nothing to promote'
        : 'such a replica falls behind, the master does not count it, and after 10 x down-after without a link it cannot be promoted',
      fix: [
        cli(server, `ACL SETUSER ${user} +psync +replconf +ping`),
        ...savedUser(server),
        cli(server, 'ACL LOG RESET'),
      ],
    };
  });
}

/** A rule as it is shown: without its password. */
export const hidden = (rule: string): string => rule.replace(/^([><#!]).*$/, '$1<its password>');

/** The `user` lines of the users that sentinels log in as; a user that no file has cannot be judged. */
export const judgeUserLines = (
  project: Project,
  wrong: (
    line: Directive,
    rules: string[],
    pubsubDefault: string,
  ) => { says: string; lacks: string[] } | null,
): RawFinding[] | Skip =>
  judgeMonitoredGroups(project, (groups) => {
    const asked = groups.flatMap((group) =>
      group.monitors.flatMap(({ server }) => {
        const user = sentinelsUser(group, server);
        return group.nodes.flatMap((node) => {
          const lines = node.directives.filter((d) => d.name === 'user' && d.args[0] === user);
          return lines.length === 0 ? [] : [{ node, lines }];
        });
      }),
    );
    if (asked.length === 0)
      return { skip: 'the files have no "user" line of the user that sentinels log in as', applies: false };
    return asked.flatMap(({ node, lines }): RawFinding[] => {
      const [last] = lines.slice(-1);
      const rules = lines.flatMap((line) => line.args.slice(1));
      const why = last && wrong(last, rules, settingOf(node, 'acl-pubsub-default') ?? 'resetchannels');
      if (!last || !why) return [];
      return [
        {
          subject: node.id,
          message: `user ${last.args[0]} ${why.says}`,
          fix: [`user ${[last.args[0], ...rules.map(hidden), ...why.lacks].join(' ')}`],
          at: place(last),
        },
      ];
    });
  });
