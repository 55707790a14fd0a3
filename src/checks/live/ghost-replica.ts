import { formatAddress, sameAddress } from '../../model/address.js';
import type { Fields, Gathered } from '../../model/gathered.js';
import type { Check, Seen } from '../check.js';
import { addressIn, ctl, flagsOf, isPlanned, type MonitoredAt, silentSentinels } from '../evidence.js';
import { attachedIn, type Group, groupsOf, idsOf, judged, untold } from '../group.js';
import { resetAt } from './reset.js';

export default {
  id: 'ghost-replica',
  severity: 'warning',
  group: 'live',
  title: 'the sentinels list a replica that is gone',
  consequence:
    'sentinels dial it for ever, hand it to clients that read from replicas, and would make a slave of whoever comes up at its address',
  explanation:
    'Sentinel never forgets a replica by itself, so that one that returns is put right. One that is gone for good, or ' +
    'that was known by a wrong address, stays in the list, down, until RESET.',
  remedy: [
    'if it is only stopped: start it',
    'if it is gone for good: SENTINEL RESET NAME, one sentinel at a time, 30 s apart, while the master is healthy',
  ],
  sources: [
    'https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/ (Removing the old master or unreachable replicas)',
    'measured',
  ],
  causes: ['no-good-slave'],
  run(gathered) {
    const groups = groupsOf(gathered);
    if (groups.length === 0) return silentSentinels(gathered);
    const seen: Seen[] = [];
    const missing = untold(groups);
    for (const group of groups) {
      const found = new Map<string, { replica: Fields; at: MonitoredAt[] }>();
      for (const view of group.views) {
        const { replicas } = view.master;
        if (!replicas.ok) missing.push(`${view.sentinel.id}: ${replicas.why}`);
        for (const replica of replicas.ok ? replicas.value.filter((r) => isGhost(gathered, group, r)) : []) {
          const key = `${replica.ip}:${replica.port}`;
          const entry = found.get(key) ?? { replica, at: [] };
          entry.at.push(view);
          found.set(key, entry);
        }
      }
      for (const [key, { replica, at }] of found) {
        const address = addressIn(replica);
        const planned = gathered.nodes.find(
          (n) => isPlanned(gathered, n) && sameAddress(n.announce, address),
        );
        const { fix, repairs } = resetAt(group, at);
        seen.push({
          subject: planned?.id ?? (address === null ? key : formatAddress(address)),
          message: `${planned?.id ?? `a replica at ${key}`} is down (${replica.flags}), and ${group.master?.id ?? 'the master'} has no such replica; ${idsOf(at.map((v) => v.sentinel))} list${at.length === 1 ? 's' : ''} it`,
          fix:
            planned === undefined
              ? fix
              : [ctl(gathered, `${planned.silence?.kind === 'timeout' ? 'resume' : 'start'} ${planned.id}`)],
          ...(planned === undefined && repairs.length > 0 && { repairs }),
        });
      }
    }
    return judged(seen, missing);
  },
} satisfies Check;

/** Down, nobody answers at its address, and the master streams to nobody there. */
function isGhost(gathered: Gathered, { master }: Group, replica: Fields): boolean {
  const address = addressIn(replica);
  if (!flagsOf(replica).includes('s_down')) return false;
  if (gathered.nodes.some((n) => n.silence === null && sameAddress(n.announce, address))) return false;
  return !(master?.info.ok && attachedIn(master.info.value).some((l) => sameAddress(l.address, address)));
}
