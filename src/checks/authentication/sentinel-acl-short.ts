import { allowsCommand, allowsHello, noSuchUser } from '../../model/acl-rules.js';
import type { Gathered, GatheredSentinel } from '../../model/gathered.js';
import { cli, cliSecret } from '../../model/hints.js';
import { secretLines } from '../../model/secrets.js';
import { votesNeeded } from '../../model/sentinel-timing.js';
import { HELLO_CHANNEL } from '../../model/users.js';
import { count, listed } from '../../model/words.js';
import type { Check, RawFinding } from '../check.js';
import { silentSentinels } from '../evidence.js';
import type { Directive } from '../files/conf.js';
import { judgeMonitoredGroups } from '../files/judge.js';
import { type FileServer, sentinelFiles } from '../files/project.js';
import { lastOf, place, sentinelLine, settingOf } from '../files/settings.js';
import { groupsOf, idsOf, judged, num } from '../group.js';
import { deniedAt, peerUser } from '../peer-users.js';
import { linesOf } from '../sentinels.js';
import { grouped } from '../snapshot.js';
import { hidden } from './acl-short.js';

/** What one sentinel does not allow one of its peers' users. */
interface Denial {
  sentinel: GatheredSentinel;
  user: string;
  /** Without one: the user does not exist there. */
  denied: string[];
}

export default {
  id: 'sentinel-acl-short',
  needs: 'gathered',
  severity: 'critical',
  impact: 'at-risk',
  group: 'authentication',
  title: 'the user that the sentinels log in to each other as lacks commands',
  consequence:
    'a sentinel never learns that the others see the master down too: +odown and a failover never come (measured), and CKQUORUM says OK all the same',
  explanation:
    'With sentinel-user each sentinel logs in to its peers as that user. It asks them for their opinion and their ' +
    'vote with SENTINEL IS-MASTER-DOWN-BY-ADDR, and ignores an error as an answer. CKQUORUM counts the peers that ' +
    'are not down, and asks none of them. Without sentinel-user and sentinel-pass it is the default user: where that ' +
    'one is restricted, the sentinels need a user of their own.',
  remedy: [
    "ACL SETUSER NAME +ping '+sentinel|is-master-down-by-addr', at every sentinel",
    'SENTINEL FLUSHCONFIG writes it to the file of the sentinel, ACL SAVE to its aclfile where it has one',
    'where they log in as the default user: SENTINEL CONFIG SET sentinel-user and sentinel-pass of such a user, at every sentinel',
  ],
  sources: [
    'sentinel.c: sentinelAskMasterStateToOtherSentinels, sentinelReceiveIsMasterDownReply',
    'https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/ (Redis Access Control List authentication)',
    'measured',
  ],
  causes: [
    'no-master',
    'no-quorum',
    'failover-stuck',
    'master-down',
    'seen-down',
    'node-down',
    'sentinel-isolated',
  ],
  live(gathered) {
    if (!gathered.sentinels.some((s) => s.silence === null)) return silentSentinels(gathered);
    const missing: string[] = [];
    const denials = gathered.sentinels.flatMap((sentinel) => {
      const { config, id, silence } = sentinel;
      if (silence === null && !config.ok && peerUser(sentinel) === undefined)
        missing.push(`${id}: ${config.why}`);
      return Object.entries(sentinel.peerRights ?? {}).flatMap(([user, rights]): Denial[] => {
        if (!rights.ok && noSuchUser(rights.why)) return [{ sentinel, user, denied: [] }];
        if (!rights.ok) missing.push(`${id}: ${rights.why}`);
        const denied = deniedAt(sentinel, user);
        return denied.length === 0 ? [] : [{ sentinel, user, denied }];
      });
    });
    return judged(
      grouped(denials, ({ user, denied }) => [user, ...denied].join(' ')).flatMap((same) =>
        short(gathered, same),
      ),
      missing,
    );
  },
  files: (project) => {
    const users = (server: FileServer): Directive[] => server.directives.filter((d) => d.name === 'user');
    const sentinels = sentinelFiles(project).filter((s) => s.seen);
    if (!sentinels.some((server) => users(server).length > 0))
      return { skip: 'no sentinel’s file has a line "user"', applies: false };
    return judgeMonitoredGroups(project, (groups) =>
      groups.flatMap(({ monitors }) =>
        monitors.flatMap(({ server }) =>
          shortInFile(
            server,
            monitors.map((m) => m.server),
            users(server),
          ),
        ),
      ),
    );
  },
} satisfies Check;

/** What sentinels send to each other that a failover needs, as rules name it. */
const NEEDED = ['ping', 'sentinel|is-master-down-by-addr'];

/** Each sentinel also sends its hello to its peers directly (sentinel.c, sentinelSendHello). */
const HELLO = 'publish';

/** No failover needs it: the same hello goes through the data nodes. */
const MUTE: Pick<RawFinding, 'severity' | 'impact' | 'consequence'> = {
  severity: 'warning',
  impact: 'risk',
  consequence:
    'each hello from one sentinel to another is refused, about one a second in ACL LOG (measured): a sentinel that reaches no data node does not hear of a failover',
};

/** What the lines `user` of a sentinel do not allow the user that each of the others logs in as. */
function shortInFile(
  server: FileServer,
  monitors: readonly FileServer[],
  users: readonly Directive[],
): RawFinding[] {
  const others = monitors.filter((other) => other !== server && other.seen);
  // Without sentinel-pass no user's name is sent (sentinel.c, sentinelSendAuthIfNeeded).
  const names = others.map((other) =>
    sentinelLine(other, 'sentinel-pass') === undefined
      ? 'default'
      : (sentinelLine(other, 'sentinel-user')?.args[1] ?? 'default'),
  );
  return [...new Set(names)].flatMap((user): RawFinding[] => {
    const lines = users.filter((line) => line.args[0] === user);
    const last = lines.at(-1);
    if (last === undefined) return [];
    const rules = lines.flatMap((line) => line.args.slice(1));
    const denied = NEEDED.filter((command) => allowsCommand(command, rules) === false);
    const isOpen = allowsHello(rules, settingOf(server, 'acl-pubsub-default') ?? 'resetchannels');
    const mute = [
      ...(allowsCommand(HELLO, rules) === false ? [`+${HELLO}`] : []),
      ...(isOpen ? [] : [`&${HELLO_CHANNEL}`]),
    ];
    if (denied.length + mute.length === 0) return [];
    const lacking = [...denied.map((command) => `+${command}`), ...mute];
    return [
      {
        subject: server.id,
        ...(denied.length === 0 && MUTE),
        message: `the other sentinels log in as the user ${user}, which ${denied.length === 0 ? `may not publish to ${HELLO_CHANNEL}` : `may not run ${listed(denied)}`}`,
        fix: [`user ${[user, ...rules.map(hidden), ...lacking].join(' ')}`],
        at: place(last),
      },
    ];
  });
}

function short(gathered: Gathered, denials: readonly Denial[]): RawFinding[] {
  const [first] = denials;
  if (first === undefined) return [];
  const { user } = first;
  const isMute = first.denied.join() === HELLO;
  const denied = isMute ? first.denied : first.denied.filter((name) => name !== HELLO);
  const at = denials.map(({ sentinel }) => sentinel);
  const words = listed(
    denied.map((name) => name.replace(/^(?:sentinel|ping|publish)/, (word) => word.toUpperCase())),
  );
  const what = denied.length === 0 ? 'does not exist' : `may not run ${words}`;
  const isDefault = user === 'default';
  return [
    {
      subject: idsOf(at),
      ...(isMute ? MUTE : isHopeless(gathered, at) && { impact: 'no-failover' }),
      ...(denied.includes('ping') && {
        consequence:
          'the sentinels call each other down and get no vote: CKQUORUM says NOQUORUM, and a failover never comes (measured)',
      }),
      brief: isDefault
        ? `the sentinels log in to each other as "default" (no sentinel-user), which ${what} at ${count(at.length, 'sentinel')}`
        : `the sentinels' user "${user}" ${what} at ${count(at.length, 'sentinel')}`,
      evidence: isDefault
        ? `at ${idsOf(at)}, by its ACL rules`
        : `the other sentinels log in as this user (sentinel-user) at ${idsOf(at)}`,
      message: isDefault
        ? `the sentinels log in to each other as "default" (no sentinel-user), which ${what} at ${idsOf(at)}`
        : `the user "${user}", which the other sentinels log in as (sentinel-user), ${what} at ${idsOf(at)}`,
      fix: isMute
        ? at.flatMap((sentinel) => speaking(sentinel, user))
        : isDefault
          ? asPeers(gathered)
          : denied.length === 0
            ? withUser(at, user, "that user's password, the others' sentinel-pass")
            : at.flatMap((sentinel) => [
                cli(sentinel, `ACL SETUSER ${user} ${first.denied.map(ruleOf).join(' ')}`),
                ...savedPeers(sentinel),
              ]),
    },
  ];
}

const ruleOf = (name: string): string => `'+${name.replace(' ', '|')}'`;

/** Lets its peers send their hellos; a channel after allchannels is an error (acl.c, ACLSetUser). */
function speaking(sentinel: GatheredSentinel, user: string): string[] {
  const rights = sentinel.peerRights?.[user];
  const isChannel = rights?.ok === true && /channel/i.test(rights.value[HELLO] ?? '');
  const channel = cli(sentinel, `ACL SETUSER ${user} '&${HELLO_CHANNEL}'`);
  return [
    ...(isChannel
      ? [channel]
      : [cli(sentinel, `ACL SETUSER ${user} '+${HELLO}'`), `# unless the user has allchannels: ${channel}`]),
    ...savedPeers(sentinel),
  ];
}

/** Gives sentinels a user with what sentinels send to each other. */
const withUser = (at: readonly GatheredSentinel[], user: string, whose: string): string[] => [
  ...secretLines('USER_PASSWORD', whose),
  ...at.flatMap((sentinel) => [
    cliSecret(
      sentinel,
      `ACL SETUSER ${user} on allchannels +ping +publish '+client|setname' '+sentinel|is-master-down-by-addr'`,
      'USER_PASSWORD',
      '>',
    ),
    ...savedPeers(sentinel),
  ]),
];

/** What keeps a sentinel's users over a restart: its file, or its aclfile where it has one (config.c, rewriteConfigUserOption). */
function savedPeers(sentinel: GatheredSentinel): string[] {
  const [lines, save] = [linesOf(sentinel), cli(sentinel, 'ACL SAVE')];
  if (lines !== null && lastOf(lines, 'aclfile') !== undefined) return [save];
  const flush = cli(sentinel, 'SENTINEL FLUSHCONFIG');
  return lines === null ? [flush, `# where it has an aclfile: ${save}`] : [flush];
}

/** The user that is made for sentinels which have none of their own. */
const PEERS = 'sentinel-peers';

/** Makes every sentinel log in to the others as a user of their own: first the user everywhere, then the logins. */
function asPeers({ sentinels }: Gathered): string[] {
  const answering = sentinels.filter((s) => s.silence === null);
  return [
    ...withUser(answering, PEERS, `a new password, for the user ${PEERS}`),
    ...answering
      .filter((sentinel) => peerUser(sentinel) === 'default')
      .flatMap((sentinel) => [
        cli(sentinel, `SENTINEL CONFIG SET sentinel-user ${PEERS}`),
        cliSecret(sentinel, 'SENTINEL CONFIG SET sentinel-pass', 'USER_PASSWORD'),
      ]),
  ];
}

/** Whether no sentinel is left that gets enough answers: its own, and those of the peers that it may ask. */
function isHopeless(gathered: Gathered, silent: readonly GatheredSentinel[]): boolean {
  return groupsOf(gathered).some(({ views }) => {
    const deaf = views.filter(({ sentinel }) => silent.includes(sentinel)).length;
    const quorums = views.flatMap(({ master }) => num(master.fields, 'quorum') ?? []);
    const needed = votesNeeded(views.length, Math.max(0, ...quorums));
    return deaf > 0 && views.length - deaf + 1 < needed;
  });
}
