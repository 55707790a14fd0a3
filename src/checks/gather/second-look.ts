import { statfs } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Target } from '../../cluster/target.js';
import { logEnd } from '../../host/log-end.js';
import { isAt } from '../../model/facts.js';
import type { ForeignSentinel, GatheredNode, GatheredSentinel, Resync } from '../../model/gathered.js';
import { HELLO_HEARD_MS } from '../../model/sentinel-timing.js';
import { askingAs, endpointOf } from '../../wire/access.js';
import type { ConnectionOptions } from '../../wire/client.js';
import { visit } from '../../wire/gather-ask.js';
import { parseConfig } from '../../wire/gather-login.js';
import { gatherNode } from '../../wire/gather-node.js';
import { helloIn } from '../../wire/hello.js';
import { hearHellos } from '../../wire/subscribe.js';
import { num } from '../group.js';
import { foreignAt } from './foreign.js';
import { isOtherPort, whatItSpeaks } from './identity.js';

/** A replica that fails in its full resync begins the next one after a second (replication.c, replicationCron). */
const RESYNC_MS = 2200;

interface Servers {
  sentinels: GatheredSentinel[];
  nodes: GatheredNode[];
}

/**
 * Looks again where what was gathered needs it, and nowhere else: who the sentinels are that are connected and not known,
 * and whether a replica without a link resyncs again and again.
 */
export async function lookAgainAt(
  { sentinels, nodes }: Servers,
  target: Target,
  asking: Omit<ConnectionOptions, 'credentials'>,
): Promise<Servers & { foreignSentinels: ForeignSentinel[] }> {
  const toNodes = askingAs({ ...asking, access: target.access }, 'redis');
  const withTls = <T extends GatheredNode | GatheredSentinel>(server: T): T => {
    const { tls } = target.access['role' in server ? 'redis' : 'sentinel'];
    const speaksTls = whatItSpeaks(server.silence, Boolean(tls));
    return speaksTls === null ? server : { ...server, speaksTls };
  };
  const [probedSentinels, probedNodes, heard] = await Promise.all([
    sentinels.map((sentinel) => withTls(sentinel)),
    Promise.all(
      nodes.map(async (node) => {
        const master = masterThatResyncs(node, nodes);
        if (master === null) return withSettings(withTls(node), target, asking);
        return { ...withTls(node), resync: await resyncOf(node, master, toNodes) };
      }),
    ),
    Promise.all(
      nodes.map(async (node): Promise<ForeignSentinel[]> => {
        const foreign = foreignAt(node, sentinels);
        if (foreign.length === 0) return [];
        const said = await hearHellos(node.endpoint, toNodes, HELLO_HEARD_MS);
        const hellos = said.flatMap((message) => helloIn(message) ?? []);
        return foreign.map((sentinelId) => {
          const hello = hellos.find((h) => h.sentinelId.startsWith(sentinelId)) ?? null;
          const endpoint = hello === null ? null : endpointOf(target.access, hello.address);
          return { node: node.id, sentinelId, hello: hello && endpoint && { ...hello, endpoint } };
        });
      }),
    ),
  ]);
  return { sentinels: probedSentinels, nodes: probedNodes, foreignSentinels: heard.flat() };
}

/** What its connections depend on, as CONFIG GET names it. */
const TLS_SETTINGS = /^(port|replica-announce-port|tls-(port|replication|(ca-)?cert-file|key-file))$/;

/** Where no password is in use, a data node that we reach the other way can be asked so: nothing secret is sent. */
async function withSettings(
  node: GatheredNode,
  { access }: Target,
  asking: Omit<ConnectionOptions, 'credentials'>,
): Promise<GatheredNode> {
  if (node.speaksTls === undefined || !isOtherPort(node.silence) || access.redis.password) return node;
  const credentials = { tls: node.speaksTls ? { insecure: true } : null };
  const visited = await visit(node.endpoint, { ...asking, credentials }, (q) =>
    q.ask(['CONFIG', 'GET', '*'], (reply) => parseConfig(reply).settings),
  );
  if (!('value' in visited) || !visited.value.ok) return node;
  const settings = Object.entries(visited.value.value).filter(([name]) => TLS_SETTINGS.test(name));
  return { ...node, tlsSettings: Object.fromEntries(settings) };
}

/** The master that has begun more full resyncs than it has replicas, of a replica without a link; null where there is none. */
function masterThatResyncs(node: GatheredNode, nodes: readonly GatheredNode[]): GatheredNode | null {
  if (!node.role.ok || !node.info.ok || node.info.value.master_link_status !== 'down') return null;
  const { follows } = node.role.value;
  const master = nodes.find((n) => follows !== null && isAt(n, follows));
  if (master?.info.ok !== true) return null;
  const begun = num(master.info.value, 'sync_full') ?? 0;
  return begun > nodes.length ? master : null;
}

async function resyncOf(
  node: GatheredNode,
  master: GatheredNode,
  options: ConnectionOptions,
): Promise<Resync> {
  const { clock, signal } = options;
  const atMs = clock.now();
  const isHere = node.life.ok && node.life.value.kind === 'process';
  const { dir, logfile } = isHere && node.config.ok ? node.config.value : {};
  const [free, warning] = await Promise.all([
    dir === undefined ? null : statfs(dir).catch(() => null),
    dir === undefined || !logfile ? null : lastWarning(resolve(dir, logfile)),
    clock.sleep(RESYNC_MS, signal),
  ]);
  const again = await gatherNode(master, options);
  const count = ({ info }: Pick<GatheredNode, 'info'>): number | null =>
    info.ok ? num(info.value, 'sync_full') : null;
  const [before, after] = [count(master), count(again)];
  return {
    begun: before === null || after === null ? null : after - before,
    forMs: Math.round(clock.now() - atMs),
    freeBytes: free === null ? null : free.bavail * free.bsize,
    warning,
  };
}

/** The last line of a log at level warning: `PID:S 28 Nov 2026 12:00:00.000 # Write error …` (server.c, serverLogRaw). */
async function lastWarning(path: string): Promise<string | null> {
  const lines = await logEnd(path);
  const texts = lines.flatMap((line) => /^\d+:[A-Z] .{10,40} # (.{1,300})$/.exec(line)?.[1] ?? []);
  return texts.at(-1) ?? null;
}
