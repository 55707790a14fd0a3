import { sameAddress } from '../../model/address.js';
import type { Fields, Gathered } from '../../model/gathered.js';
import type { Check, RawFinding } from '../check.js';
import { addressIn, flagsOf, silentSentinels } from '../evidence.js';
import { attachedIn, type Group, groupsOf, idsOf, judged, untold } from '../group.js';
import { ghostSeen, ghostsIn } from './ghosts.js';

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
  live(gathered) {
    const groups = groupsOf(gathered);
    if (groups.length === 0) return silentSentinels(gathered);
    const seen: RawFinding[] = [];
    const missing = untold(groups);
    for (const group of groups) {
      const { id: master } = group.master ?? { id: 'the master' };
      const signs = {
        isGone: (replica: Fields) => isGhost(gathered, group, replica),
        isThere: (replica: Fields) => !flagsOf(replica).some((f) => f === 's_down' || f === 'disconnected'),
      };
      for (const ghost of ghostsIn(group, (view) => view.master.replicas, signs, missing)) {
        const { record, key, at } = ghost;
        seen.push(
          ghostSeen(
            gathered,
            group,
            ghost,
            gathered.nodes,
            (planned) =>
              `${planned?.id ?? `a replica at ${key}`} is down (${record.flags}), and ${master} has no such replica; ${idsOf(at.map((v) => v.sentinel))} list${at.length === 1 ? 's' : ''} it`,
          ),
        );
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
