import type { Gathered, GatheredServer } from '../../model/gathered.js';
import type { Silence } from '../../model/snapshot.js';
import type { Check, Seen } from '../check.js';
import { cli, ctl, isPlanned } from '../evidence.js';

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
  run(gathered) {
    const servers: GatheredServer[] = [...gathered.sentinels, ...gathered.nodes];
    if (servers.length === 0) return { skip: 'no server is known' };
    const isSilent = (s: GatheredServer): s is Silent => s.silence !== null;
    const silent = servers.filter(isSilent).filter((s) => isMissed(gathered, s));
    // Several that are silent in the same way are one finding: a machine that is gone takes all of its servers along.
    const ways = [...new Set(silent.map((s) => s.silence.message))];
    const blind = nobodyWatches(gathered);
    return ways.map((way): Seen => {
      const these = silent.filter((s) => s.silence.message === way);
      const worse = blind && these.some((s) => gathered.sentinels.some(({ id }) => id === s.id));
      return {
        subject: these.map((s) => s.id).join(', '),
        ...(worse && { severity: 'critical' }),
        message: worse ? `${way}; no sentinel is left, so that no failover happens` : way,
        fix: [...new Set(these.map((s) => cure(gathered, s)))],
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

function cure(gathered: Gathered, server: Silent): string {
  if (server.silence.kind === 'auth') return ctl(gathered, 'doctor --password-file FILE');
  if (!isPlanned(gathered, server)) return cli(server, 'PING');
  // With no data node left, start refuses the old master: only up knows the order.
  const isDead = ({ silence }: GatheredServer): boolean => silence !== null && silence.kind === 'refused';
  if (isDead(server) && gathered.nodes.every(isDead)) return ctl(gathered, 'up');
  return ctl(gathered, `${server.silence.kind === 'timeout' ? 'resume' : 'start'} ${server.id}`);
}
