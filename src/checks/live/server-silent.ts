import { humanDurationMs } from '../../model/duration.js';
import type { Gathered, GatheredServer } from '../../model/gathered.js';
import type { Silence } from '../../model/snapshot.js';
import type { Check, RawFinding } from '../check.js';
import { cli, ctl, flagsOf, isPlanned } from '../evidence.js';
import { forgottenAt, isForgotten } from '../forgotten.js';
import { type Group, groupsOf, num } from '../group.js';

type Silent = GatheredServer & { silence: Silence };

export default {
  id: 'server-silent',
  severity: 'warning',
  group: 'live',
  title: 'a server of the cluster does not answer',
  consequence:
    'one replica less to promote, one vote less for a failover, or no master; and whatever else is wrong with it can not be seen',
  explanation:
    'Everybody who belongs to the cluster was asked: the nodes that it was made of, the sentinels that were named, and ' +
    'whom the sentinels name. Who refuses the connection is not running, who takes it and says nothing is frozen or ' +
    'behind a packet filter, and who wants a password was asked with none or with another one.',
  remedy: [
    'start what does not run; sentinelctl start does so without a second master',
    'thaw what is frozen: sentinelctl resume, or SIGCONT',
    'give the password: --password-file FILE or SENTINELCTL_PASSWORD',
  ],
  sources: ['measured'],
  causes: ['no-quorum', 'no-master', 'ghost-replica', 'ghost-sentinel', 'link-down', 'replica-orphan', 'lag'],
  live(gathered) {
    const servers: GatheredServer[] = [...gathered.sentinels, ...gathered.nodes];
    if (servers.length === 0) return { skip: 'no server is known' };
    const isSilent = (s: GatheredServer): s is Silent => s.silence !== null;
    const silent = servers.filter(isSilent).filter((s) => isMissed(gathered, s));
    // Several that are silent in the same way are one finding: a machine that is gone takes all of its servers along.
    const ways = [...new Set(silent.map((s) => s.silence.message))];
    const dead = deadMasters(gathered);
    const blind = nobodyWatches(gathered);
    return ways.map((way): RawFinding => {
      const these = silent.filter((s) => s.silence.message === way);
      const blinded = blind && these.some((s) => gathered.sentinels.some(({ id }) => id === s.id));
      const gone = dead.find(({ master }) => these.some((s) => s.id === master?.id));
      // Then no successor comes that it could be started behind.
      const lost = gone !== undefined && isForgotten(gone) ? forgottenAt(gathered, gone) : null;
      return {
        subject: these.map((s) => s.id).join(', '),
        ...((blinded || gone !== undefined) && { severity: 'critical' }),
        ...(gone !== undefined && { consequence: lost?.consequence ?? unwritable(gone) }),
        message: [
          gone?.master ? `the master does not answer: ${gone.master.id} ${way}` : said(gathered, these),
          ...(lost === null ? [] : ['the sentinels have forgotten its replicas']),
          ...(blinded ? ['no sentinel is left, so that no failover happens'] : []),
        ].join('; '),
        fix: [
          ...new Set(
            these.flatMap((s) =>
              s.id !== gone?.master?.id ? cure(gathered, s) : (lost?.fix ?? succeed(gathered, s)),
            ),
          ),
        ],
      };
    });
  },
} satisfies Check;

/**
 * A server of ours, one that was named to us, and one that gives an answer that is none. What others name and can not
 * be reached is a leftover (ghost-replica, ghost-sentinel), a dead master (no-master), or a matter of addresses
 * (nat-client).
 */
function isMissed(gathered: Gathered, { id, silence }: Silent): boolean {
  const known = isPlanned(gathered, { id }) || gathered.cluster.split(',').includes(id);
  return known || silence.kind === 'auth' || silence.kind === 'protocol';
}

/** Whether data nodes serve on while no sentinel answers; one that wants a password does. */
const nobodyWatches = ({ sentinels, nodes }: Gathered): boolean =>
  sentinels.length > 0 &&
  sentinels.every((s) => s.silence !== null && s.silence.kind !== 'auth') &&
  nodes.some((n) => n.silence === null);

/** The groups whose master does not answer us, and some sentinel neither: one that is only silent here serves on. */
function deadMasters(gathered: Gathered): Group[] {
  return groupsOf(gathered).filter(({ master, views }) => {
    if (master === null || master.silence === null) return false;
    if (['auth', 'protocol', 'error'].includes(master.silence.kind)) return false;
    return views.some(({ master: { fields } }) => {
      const lost = flagsOf(fields).some((f) => ['s_down', 'o_down', 'disconnected'].includes(f));
      return lost || (num(fields, 'last-ping-sent') ?? 0) > UNANSWERED_MS;
    });
  });
}

/** Longer than a PING of a sentinel takes to be answered by a healthy server. */
const UNANSWERED_MS = 500;

/** Detection takes down-after, the vote and the promotion the rest (measured). */
function unwritable({ views }: Group): string {
  const [downAfterMs = null] = views.map(({ master }) => num(master.fields, 'down-after-milliseconds'));
  const within =
    downAfterMs === null ? '' : `, within about ${humanDurationMs(downAfterMs + 2000)} of its death`;
  return `nothing can be written until a replica is promoted${within}`;
}

/** One that hangs is thawed; one that is gone waits for its successor: started before, it would be a second master. */
function succeed(gathered: Gathered, server: Silent): string[] {
  const [now = ''] = cure(gathered, server);
  if (!now.startsWith('sentinelctl start ')) return [now];
  return [ctl(gathered, 'status --watch'), '# once another node is the master:', now];
}

/** Why they are silent; a cluster of ours is asked with its own password, whatever is given. */
function said({ own }: Gathered, [first]: readonly Silent[]): string {
  if (first === undefined) return '';
  const isLocked = own && /password/.test(first.silence.message) && first.silence.kind === 'auth';
  return isLocked
    ? 'wants a password that is not the one of this cluster (a cluster of ours is asked with its own: --password-file changes nothing)'
    : first.silence.message;
}

function cure(gathered: Gathered, server: Silent): string[] {
  if (server.silence.kind === 'auth') {
    if (!gathered.own) return [ctl(gathered, 'doctor --password-file FILE')];
    return [cli(server, `CONFIG SET requirepass "<the cluster's password; empty where it has none>"`)];
  }
  if (!isPlanned(gathered, server)) return [cli(server, 'PING')];
  // With no data node left, start refuses the old master: only up knows the order.
  const isDead = ({ silence }: GatheredServer): boolean => silence !== null && silence.kind === 'refused';
  if (isDead(server) && gathered.nodes.every(isDead)) return [ctl(gathered, 'up')];
  return [ctl(gathered, `${server.silence.kind === 'timeout' ? 'resume' : 'start'} ${server.id}`)];
}
