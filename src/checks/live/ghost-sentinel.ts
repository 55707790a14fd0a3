import { sameAddress } from '../../model/address.js';
import { humanDurationMs } from '../../model/duration.js';
import type { Fields, Gathered } from '../../model/gathered.js';
import type { Check, RawFinding } from '../check.js';
import { addressIn, flagsOf, silentSentinels } from '../evidence.js';
import { groupsOf, idsOf, judged, num, untold } from '../group.js';
import { ghostSeen, ghostsIn } from './ghosts.js';

/** Hellos come each 2 s; after this long without one, milliseconds, it is not merely between two. */
const SILENT_MS = 6000;

export default {
  id: 'ghost-sentinel',
  severity: 'warning',
  group: 'live',
  title: 'the sentinels count one that is gone',
  consequence:
    'it has a vote for ever: the majority of all known sentinels rises with each ghost, until those that are left can not elect anybody',
  explanation:
    'Sentinel never forgets a peer by itself. One that was moved, renumbered or removed stays in the list of every other, ' +
    'down, and counts for the majority that a failover needs. RESET forgets all peers and replicas, and the living ones ' +
    'are found again within seconds; but only while the master is healthy, and not at two sentinels at once.',
  remedy: [
    'if it is only stopped: start it',
    'if it is gone for good: SENTINEL RESET NAME, one sentinel at a time, 30 s apart, while the master is healthy',
  ],
  sources: [
    'https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/ (Adding or removing Sentinels)',
    'measured',
  ],
  causes: ['no-quorum', 'sentinels-even', 'quorum-lt-majority'],
  live(gathered) {
    const groups = groupsOf(gathered);
    if (groups.length === 0) return silentSentinels(gathered);
    const seen: RawFinding[] = [];
    const missing = untold(groups);
    for (const group of groups) {
      const voters = (num(group.views[0]?.master.fields ?? {}, 'num-other-sentinels') ?? 0) + 1;
      const signs = { isGone: (peer: Fields) => isGhost(gathered, peer), isThere: isHeard };
      for (const ghost of ghostsIn(group, (view) => view.master.sentinels, signs, missing)) {
        const { record, key, at } = ghost;
        const silentMs = num(record, 'last-hello-message') ?? 0;
        seen.push(
          ghostSeen(
            gathered,
            group,
            ghost,
            gathered.sentinels,
            (planned) =>
              `${planned?.id ?? `a sentinel at ${key}`} is down and silent for ${humanDurationMs(silentMs)}; ${idsOf(at.map((v) => v.sentinel))} count${at.length === 1 ? 's' : ''} it among ${voters}, of which ${Math.floor(voters / 2) + 1} must agree`,
          ),
        );
      }
    }
    return judged(seen, missing);
  },
} satisfies Check;

const isHeard = (peer: Fields): boolean => (num(peer, 'last-hello-message') ?? 0) < SILENT_MS;

/** Down, unheard of for a while, and nobody who answers has its id or its address. */
function isGhost(gathered: Gathered, peer: Fields): boolean {
  const flags = flagsOf(peer);
  if (!flags.includes('s_down')) return false;
  if (isHeard(peer)) return false;
  const address = addressIn(peer);
  return !gathered.sentinels.some(
    (s) =>
      s.silence === null && ((s.myid.ok && s.myid.value === peer.runid) || sameAddress(s.announce, address)),
  );
}
