import type { Address } from '../../model/address.js';
import { isAt, type MasterFacts, type SnapshotFacts } from '../../model/facts.js';
import { cli, cliSecret, givenWords, typedTls } from '../../model/hints.js';
import { ifSet, knownSecret, ownSecret, passwordLines, sharesLogin, userOf } from '../../model/secrets.js';
import { isLocked, type NodeState, type SentinelState } from '../../model/snapshot.js';
import { listed } from '../../model/words.js';
import type { RawFinding, SnapshotCheck } from '../check.js';
import { judged } from '../group.js';
import { isDown, nameOf, unanswered } from '../snapshot.js';
import { deniedIn, withoutRight } from './lacks-right.js';
import { givenUpMaster } from './lost-master.js';

export default {
  id: 'auth',
  needs: 'snapshot',
  severity: 'critical',
  impact: 'unknown',
  group: 'live',
  part: 'addresses',
  title: 'a server does not let sentinelctl in: a password, a right or TLS is missing or wrong',
  consequence: 'the role and the state of the server are not known',
  explanation:
    'The server answers every command with NOAUTH, rejected the password, or denies the user a command (NOPERM). For a cluster that sentinelctl ' +
    'created it uses the cluster’s own password; for an attached cluster it uses the given one. Or it does not take ' +
    'the connection: it speaks only TLS, or none, or its certificate is not the expected one.',
  remedy: [
    'give the password of the data nodes: --password-file FILE, SENTINELCTL_PASSWORD or REDISCLI_AUTH; with --username where it is not the default user’s',
    'give the sentinels’ own: --sentinel-password-file FILE or SENTINELCTL_SENTINEL_PASSWORD, and --sentinel-username',
    "give the user the right that the message names, as a user that may: ACL SETUSER USER '+info'",
    'give what TLS needs: --tls, --ca FILE, --cert FILE with --key FILE, --server-name NAME',
    'if sentinelctl created the cluster: set requirepass of this node to the cluster’s password again',
  ],
  sources: ['acl.c: ACLAuthenticateUser', 'measured'],
  causes: ['no-good-slave', 'seen-down', 'masterauth-missing'],
  live({ snapshot, masters, expectation, hints }) {
    const servers = [...snapshot.sentinels, ...new Set(masters.flatMap((m) => m.nodes))];
    const locked = servers.filter((s) => refusalOf(s) !== null);
    const found = locked.map((server) => {
      const isSentinel = snapshot.sentinels.some((s) => s.id === server.id);
      const said = refusalOf(server) ?? '';
      // The password of the data nodes is tried at the sentinels too, where these are given none of their own; a data node
      // without a password is asked without it.
      const mayShare =
        isSentinel && (hasNoPassword(said) || sharesLogin()) && masters.every((m) => m.answered.length === 0);
      // A password without a user may be right at the data nodes alone, or wrong at both: either is typed once.
      const isEither = mayShare && isWrong(said) !== null && userOf('redis') === null;
      const option = isEither ? BOTH_FILES : optionFor(said, isSentinel && !mayShare);
      const typed = `${isSentinel ? '' : keptBySentinels(snapshot.sentinels)}${option}`;
      if (server.silence?.kind === 'tls') return withoutTls(server, said, { expectation, hints });
      const apart = masters.find((master) => differsFromMaster(master, server));
      if (expectation.own && /password/.test(said))
        return {
          subject: server.id,
          ...unlikeTheCluster(server, said, isSentinel),
          ...(apart !== undefined && calledDown(apart)),
          fix: reset(server, said, isSentinel, apart?.master ?? null),
        };
      if (expectation.own) return denied(server, said);
      const lacking = deniedIn(said);
      if (lacking !== null) return withoutRight(server, isSentinel ? 'sentinel' : 'redis', lacking, said);
      if (apart !== undefined) return otherPassword(apart, server, said);
      const headless = masters.find(
        (master) => isCalledDown(master, server) && givenUpMaster(master) !== null,
      );
      return headless !== undefined
        ? besideDeadMaster(headless, server, typed)
        : {
            subject: server.id,
            brief: `${server.id} ${wantOf(said, option)}`,
            evidence: isWrong(said),
            message: `${nameOf(server)} ${wantOf(said, option)}`,
            fix: [hints.again(typed), ...(isEither ? [ONE_FILE] : mayShare ? [APART] : [])],
          };
    });
    return judged(found, unanswered(servers));
  },
} satisfies SnapshotCheck;

/** The password that only the sentinels accept is given to them, where the data nodes want another one. */
function keptBySentinels(sentinels: readonly SentinelState[]): string {
  const typed = givenWords('--password-file');
  const isTheirs =
    sharesLogin() && userOf('redis') === null && sentinels.some(({ answer }) => answer !== null);
  return typed !== undefined && isTheirs ? `--sentinel-${typed.slice(2)} ` : '';
}

const BOTH_FILES = '--password-file FILE --sentinel-password-file FILE';
const ONE_FILE = '# the same file twice where sentinels and data nodes have one password';
const APART = '# where the sentinels have a password of their own: --sentinel-password-file FILE as well';

/** What it refused this command with; also one that answers other questions, and does not allow who it is (`doctor`). */
function refusalOf({ silence, withheld = '' }: NodeState | SentinelState): string | null {
  if (isLocked(silence)) return silence?.message ?? '';
  return silence === null && withheld.startsWith('NOPERM') ? `denies the command: ${withheld}` : null;
}

/** The rights of a server of sentinelctl's own were changed: no option of this command gives them back. */
const denied = (server: NodeState | SentinelState, said: string): RawFinding => ({
  subject: server.id,
  brief: `${server.id} denies a command to sentinelctl`,
  message: `${nameOf(server)} ${said}`,
  fix: [`# as a user that may do it: ${cli(server, "ACL SETUSER default on '~*' '&*' +@all")}`],
});

/** What it lacks is an option, which its words name. */
const withoutTls = (
  server: NodeState | SentinelState,
  said: string,
  facts: Pick<SnapshotFacts, 'expectation' | 'hints'>,
): RawFinding => {
  const typed = typedTls();
  // Any of the options of TLS means TLS.
  const words = typed.length === 0 ? said : said.replace(LEAVE_OUT, `leave ${listed(typed)} out`);
  return {
    subject: server.id,
    brief: `${server.id} ${words}`,
    evidence: null,
    message: `${nameOf(server)} ${words}`,
    fix: tlsFix(server, said, facts),
  };
};

const LEAVE_OUT = 'leave --tls out';

const TLS_OPTIONS = ['--tls --ca FILE', '--ca FILE', '--cert FILE --key FILE', '--server-name'] as const;

function tlsFix(
  server: NodeState | SentinelState,
  said: string,
  { expectation: { cluster, own }, hints }: Pick<SnapshotFacts, 'expectation' | 'hints'>,
): string[] {
  if (said.includes(LEAVE_OUT))
    return !own && (cluster.includes(':') || typedTls().length > 0)
      ? [hints.plain()]
      : [
          '# TLS is not in the command: leave it out where the cluster was attached, in the settings file or in the variables',
        ];
  if (/has expired/.test(said))
    return [
      `renew the certificate of ${server.id} on its machine (tls-cert-file), or that of its authority where that one has expired`,
    ];
  if (/is for every server/.test(said))
    return [
      `# attach the cluster without --server-name, and with --map ADDRESS=NAME for each server: NAME is what its certificate is for, and must resolve here`,
    ];
  const option = TLS_OPTIONS.find((one) => said.includes(one));
  return option === undefined
    ? ['# give what it wants: --tls, --ca FILE, --cert FILE with --key FILE, --server-name NAME']
    : [hints.again(option === '--server-name' ? '--server-name NAME' : option)];
}

/**
 * Whether a data node refuses what its master accepts, and the sentinels, which have one password for all data nodes of
 * a name, call it down for the same reason. Until they log in again their open connections say nothing of it.
 */
function differsFromMaster(facts: MasterFacts, server: NodeState | SentinelState): boolean {
  const { answered, master, refOf } = facts;
  const accepts = answered.some((n) => master !== null && n.id === refOf(master).id);
  return accepts && isCalledDown(facts, server);
}

/** Whether every sentinel calls a replica down that answers here, with the lack of a password. */
function isCalledDown({ nodes, sentinelViews }: MasterFacts, server: NodeState | SentinelState): boolean {
  if (!nodes.some((n) => n.id === server.id)) return false;
  if (!/^(rejects|requires)/.test(server.silence?.message ?? '')) return false;
  const entries = sentinelViews.flatMap(({ view }) => view.replicas.filter((r) => isAt(server, r.address)));
  return entries.length > 0 && entries.every(({ flags }) => isDown(flags));
}

/** What a node means for its cluster that the sentinels cannot log in to either. */
function calledDown(facts: MasterFacts): Pick<RawFinding, 'masterName' | 'impact' | 'consequence'> {
  const isOnly = !facts.answered.some((n) => n.answer.role === 'replica');
  return {
    masterName: facts.name,
    impact: isOnly ? 'no-failover' : 'degraded',
    consequence:
      'the sentinels cannot log in there and call it down: it is never promoted, and after a failover no other node can replicate from it',
  };
}

function otherPassword(facts: MasterFacts, server: NodeState | SentinelState, said: string): RawFinding {
  const isBare = hasNoPassword(said);
  const words = isBare
    ? 'wants a password that the master does not want'
    : 'wants another password than the master';
  const accepted = isBare ? 'the master wants no password' : 'the master accepts the given password';
  return {
    subject: server.id,
    ...calledDown(facts),
    brief: `${server.id} ${words}`,
    message: `${nameOf(server)} ${words}: it ${said.replace(/: .*/, '')}, and the sentinels call it down`,
    evidence: `${accepted}; the sentinels use one password for all nodes and call ${server.id} down`,
    fix: [
      ...(isBare ? reset(server, said, false, facts.master) : []),
      `# on the machine of ${server.id}: requirepass and masterauth as in the configuration file of the master, then restart it`,
      '# or is it another server, which has taken over this address? Then give each its own address',
    ],
  };
}

/** The master is down, and the sentinels, which have its password, cannot log in to this replica: they promote none. */
function besideDeadMaster(facts: MasterFacts, server: NodeState | SentinelState, typed: string): RawFinding {
  const { hints } = facts;
  const lost = givenUpMaster(facts);
  const said = (server.silence?.message ?? '').replace(/: .*/, '');
  const words = `${said}, and the sentinels call it down although it answers`;
  return {
    subject: server.id,
    ...calledDown(facts),
    brief: `${server.id} ${words}`,
    evidence: null,
    message: `${nameOf(server)} ${words}`,
    fix: [
      ...(lost === null ? [] : [hints.revive(lost, lost.silence)]),
      `# and on the machine of ${server.id}: requirepass and masterauth as in the configuration file of the master, then restart it`,
      '# if the master cannot be started, that alone makes a replica eligible: the sentinels use one password for all nodes',
      `# with the password that ${server.id} has now, this shows its state: ${hints.again(typed)}`,
    ],
  };
}

/** A server that requires a password got none from sentinelctl, so its cluster has none. */
const hasNoPassword = (said: string): boolean => said.startsWith('requires');

function unlikeTheCluster(
  server: NodeState | SentinelState,
  said: string,
  isSentinel: boolean,
): Omit<RawFinding, 'subject' | 'fix'> {
  const vain = '--password-file changes nothing';
  if (hasNoPassword(said)) {
    const wants = 'wants a password, but the cluster has none';
    return {
      brief: `${server.id} ${wants}`,
      evidence: vain,
      message: `${nameOf(server)} ${wants}: ${vain}`,
    };
  }
  if (said.startsWith('rejects this user')) {
    const user = userOf(isSentinel ? 'sentinel' : 'redis') ?? 'default';
    return {
      brief: `${server.id} rejects the user ${user} of the cluster`,
      evidence: `sentinelctl uses the cluster's own password of ${user} already: ${vain}`,
      message: `${nameOf(server)} rejects the user ${user}, which sentinelctl logs in as with the cluster's own password: ${vain}`,
    };
  }
  return {
    brief: `${server.id} wants another password than the cluster's own`,
    evidence: `sentinelctl uses the cluster's own password already: ${vain}`,
    message: `${nameOf(server)} wants a password other than the cluster's own, which sentinelctl uses: ${vain}`,
  };
}

/**
 * Gives it the cluster's own password again, or none. A sentinel has no CONFIG (sentinel.c, sentinelcmds). `master`: what a
 * node must follow before clients can write to it again, because it may have been the master itself.
 */
function reset(
  server: NodeState | SentinelState,
  said: string,
  isSentinel: boolean,
  master: Address | null,
): string[] {
  const user = userOf(isSentinel ? 'sentinel' : 'redis');
  const as = user === null ? '' : '--user ADMIN ';
  const follow = master === null ? '' : `${cli(server, `${as}REPLICAOF ${master.host} ${master.port}`)} && `;
  if (user !== null)
    return [
      ...ownSecret('CLUSTER_PASSWORD', `the password of ${user}`, isSentinel ? 'sentinel' : 'redis'),
      ...passwordLines('the password of ADMIN, a user that may change users there'),
      follow + cliSecret(server, `${as}ACL SETUSER ${user} on resetpass`, 'CLUSTER_PASSWORD', '>'),
    ];
  const login = passwordLines(`the password that ${server.id} wants now`);
  if (hasNoPassword(said))
    return [
      ...login,
      ifSet(
        'REDISCLI_AUTH',
        follow + cli(server, isSentinel ? 'ACL SETUSER default nopass' : "CONFIG SET requirepass ''"),
      ),
    ];
  return [
    ...knownSecret(
      'CLUSTER_PASSWORD',
      'the password of the cluster itself',
      isSentinel ? 'sentinel' : 'redis',
    ),
    ...login,
    isSentinel
      ? cliSecret(server, 'ACL SETUSER default resetpass', 'CLUSTER_PASSWORD', '>')
      : follow + cliSecret(server, 'CONFIG SET requirepass', 'CLUSTER_PASSWORD'),
  ];
}

/** What its words leave open. */
function isWrong(said: string): string | null {
  if (said.startsWith('rejects this user')) return 'the password or the user name is wrong';
  return said.startsWith('rejects') ? 'the password is wrong' : null;
}

/** What to give so that it answers. */
const wantOf = (said: string, option: string): string =>
  `${said.startsWith('requires a password') ? 'wants a password' : said}: ${option}`;

/** Both, where the server does not say which of them is wrong: neither wrong one stays on the line. */
function optionFor(said: string, isOwn: boolean): string {
  const start = isOwn ? '--sentinel-' : '--';
  const user = said.startsWith('rejects this user') ? `${start}username USER ` : '';
  return `${user}${start}password-file FILE`;
}
