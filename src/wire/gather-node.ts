import type { Address } from '../model/address.js';
import type { Fields, GatheredNode, Got, RenamedCommand } from '../model/gathered.js';
import { nodeAnswerIn } from '../model/records.js';
import type { Silence } from '../model/snapshot.js';
import type { ConnectionOptions } from './client.js';
import {
  type Asked,
  askCommon,
  got,
  no,
  type Questions,
  silentServer,
  visit,
  type Wired,
} from './gather-ask.js';
import { loginOf, parseConfig, parseUsers } from './gather-login.js';
import { parseChannels, parseFieldsList, parseLatency, parseSlowlog, parseTimeMs } from './gather-parse.js';
import { askByName, askRights } from './gather-rights.js';
import { isSentinel } from './info.js';
import { parseRole } from './replies.js';

/** Redis keeps 128 by default: one slow command may lie under many that are only a little slow. */
const SLOWLOG_HEAD = 128;
/** The newest come first. */
const ACL_LOG_HEAD = 16;

/** What Sentinel sends to a data node (sentinel.c), with arguments of the right number: ACL DRYRUN counts them. */
const SENT_BY_SENTINEL: readonly (readonly string[])[] = [
  ['ping'],
  ['info'],
  ['role'],
  ['publish', '__sentinel__:hello', ''],
  ['subscribe', '__sentinel__:hello'],
  ['multi'],
  ['exec'],
  ['slaveof', 'no', 'one'],
  ['config', 'rewrite'],
  ['client', 'kill', 'type', 'normal'],
  ['script', 'kill'],
];
/**
 * Asks a data node everything that checks look at. Takes at most about three deadlines, some round trips where it
 * answers. What it does not answer is in the result with the reason. It is asked once more where it closes the connection,
 * as Sentinel makes it do to every client when it is promoted or repointed (sentinel.c, sentinelSendSlaveOf: CLIENT KILL
 * TYPE normal). Throws only the signal's reason.
 */
export async function gatherNode(server: Asked, options: ConnectionOptions): Promise<Wired<GatheredNode>> {
  const node = await gatherOnce(server, options);
  return isCutOff(node) ? gatherOnce(server, options) : node;
}

const CLOSED = /^(closed the connection|was not asked: the connection is closed)/;

/** Whether the connection ended before everything was answered. */
const isCutOff = (node: Wired<GatheredNode>): boolean =>
  node.silence?.kind === 'closed' ||
  Object.values(node).some((part: unknown) => CLOSED.test(String((part as { why?: unknown } | null)?.why)));

async function gatherOnce(server: Asked, options: ConnectionOptions): Promise<Wired<GatheredNode>> {
  const visited = await visit(server.endpoint, options, (q) => askNode(server, q, options));
  return 'value' in visited ? visited.value : silentNode(server, visited.silence);
}

async function askNode(
  server: Asked,
  q: Questions,
  { clock }: ConnectionOptions,
): Promise<Wired<GatheredNode>> {
  const askedAtMs = clock.wallMs();
  const [time, common, role, read, users, latency, slowlog, aclLog] = await Promise.all([
    q.ask(['TIME'], (reply) => ({ askedAtMs, serverMs: parseTimeMs(reply), answeredAtMs: clock.wallMs() })),
    askCommon(q, 'all'),
    q.ask(['ROLE'], (reply) => {
      const { role, follows, link, offset } = parseRole(reply);
      return { role, follows, link, offset };
    }),
    q.ask(['CONFIG', 'GET', '*'], parseConfig),
    q.ask(['ACL', 'LIST'], parseUsers),
    q.ask(['LATENCY', 'LATEST'], parseLatency),
    q.ask(['SLOWLOG', 'GET', SLOWLOG_HEAD], parseSlowlog),
    q.ask(['ACL', 'LOG', ACL_LOG_HEAD], parseFieldsList),
  ]);
  const silence = q.silence();
  if (silence !== null) return silentNode(server, silence);
  if (common.info.ok && isSentinel(new Map(Object.entries(common.info.value)))) {
    return silentNode(server, { kind: 'protocol', message: 'is a sentinel, not a data node' });
  }
  const user = seenUser(common.clients) ?? 'default';
  const [dryrun, channels] = await Promise.all([
    askRights(q, user, SENT_BY_SENTINEL),
    q.ask(['ACL', 'GETUSER', user], parseChannels),
  ]);
  return {
    ...server,
    silence: null,
    ...common,
    clock: time,
    latency,
    slowlog,
    role: role.ok ? role : (roleIn(common.info) ?? role),
    config: read.ok ? got(read.value.settings) : read,
    login: loginOf(read, users),
    aclLog,
    dryrun,
    sentinelsUser: user,
    channels,
    pingMs: q.pingMs,
  };
}

/** What INFO says of it, where ROLE is not allowed or has another shape (Dragonfly gives a master no offset). */
function roleIn(info: Got<Fields>): GatheredNode['role'] | undefined {
  const answer = info.ok ? nodeAnswerIn(new Map(Object.entries(info.value))) : undefined;
  if (answer === undefined || answer.role === 'unknown') return undefined;
  const { role, follows, linkStatus, offset } = answer;
  return got({ role, follows, link: linkStatus === 'up' ? 'connected' : linkStatus && 'connect', offset });
}

/** A replica's link to its master, which passes PUBLISH on, has no user (networking.c, catClientInfoString). */
const NO_USER = '(superuser)';

/** What the last command of a sentinel's connection is, nearly always. */
const SENT_LAST = /^(publish|subscribe)$/;

/** Which user the sentinels log in as, by their connections, which have names (sentinel.c: `sentinel-ID-cmd`). */
export function seenUser(clients: Got<Fields[]>): string | undefined {
  const theirs = clients.ok
    ? clients.value.filter((c) => /^sentinel-.*-(cmd|pubsub)$/.test(c.name ?? ''))
    : [];
  // One that may not set its name (CLIENT SETNAME) goes by what it does: no other client only publishes.
  const unnamed = clients.ok ? clients.value.filter((c) => !c.name && SENT_LAST.test(c.cmd ?? '')) : [];
  return [...theirs, ...unnamed].find((c) => c.user && c.user !== NO_USER)?.user;
}

/**
 * What a data node allows another user that the sentinels log in as: the parts of `GatheredNode` that are about it.
 * Throws only the signal's reason.
 */
export async function gatherUser(
  endpoint: Address,
  user: string,
  options: ConnectionOptions,
): Promise<Pick<GatheredNode, 'dryrun' | 'channels' | 'sentinelsUser'>> {
  const visited = await visit(endpoint, options, async (q) => {
    const [dryrun, channels] = await Promise.all([
      askRights(q, user, SENT_BY_SENTINEL),
      q.ask(['ACL', 'GETUSER', user], parseChannels),
    ]);
    return { dryrun, channels };
  });
  if ('value' in visited) return { ...visited.value, sentinelsUser: user };
  const unasked = no(visited.silence.message);
  return { dryrun: unasked, channels: unasked, sentinelsUser: user };
}

/**
 * What a data node answers to commands of Sentinel by other names, and what only CONFIG tells, by such a name.
 * Throws only the signal's reason.
 */
export async function gatherByNames(
  { endpoint, sentinelsUser = 'default' }: GatheredNode,
  names: readonly Omit<RenamedCommand, 'verdict'>[],
  options: ConnectionOptions,
): Promise<Pick<GatheredNode, 'renamed'> & Partial<Pick<GatheredNode, 'config' | 'login'>>> {
  const visited = await visit(endpoint, options, async (q) => {
    const asked = await Promise.all(
      names.map(async ({ command, as }) => {
        const [, ...args] = SENT_BY_SENTINEL.find(([name]) => name === command.toLowerCase()) ?? [];
        return { command, as, verdict: await askByName(q, sentinelsUser, [as, ...args]) };
      }),
    );
    const config = asked.find(
      ({ command, verdict }) => command === 'CONFIG' && verdict.ok && verdict.value === 'OK',
    );
    const [read, users] =
      config === undefined
        ? []
        : await Promise.all([
            q.ask([config.as, 'GET', '*'], parseConfig),
            q.ask(['ACL', 'LIST'], parseUsers),
          ]);
    return {
      renamed: asked.flatMap(({ command, as, verdict }) =>
        verdict.ok ? [{ command, as, verdict: verdict.value }] : [],
      ),
      ...(read !== undefined &&
        users !== undefined && {
          config: read.ok ? got(read.value.settings) : read,
          login: loginOf(read, users),
        }),
    };
  });
  return 'value' in visited ? visited.value : {};
}

/** Everything that is asked of a data node, unanswered for one reason. */
export function silentNode(server: Asked, silence: Silence): Wired<GatheredNode> {
  const unasked = no(silence.message);
  return {
    ...silentServer(server, silence),
    role: unasked,
    config: unasked,
    dryrun: unasked,
    channels: unasked,
    pingMs: unasked,
  };
}
