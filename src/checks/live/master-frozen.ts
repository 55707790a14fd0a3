import { humanDurationMs } from '../../model/duration.js';
import type { Gathered } from '../../model/gathered.js';
import { ctl } from '../../model/hints.js';
import { USUAL_RETURN_MS } from '../../model/sentinel-timing.js';
import type { Check, RawFinding } from '../check.js';
import { flagsOf, silentSentinels } from '../evidence.js';
import { factsOf } from '../facts-of.js';
import { type Group, groupsOf, idsOf, judged, num } from '../group.js';
import { bringBack } from './bring-back.js';
import { hasPromotableReplica } from './no-master.js';
import { beginNow } from './overdue.js';

/** A PING that is answered at all is so within milliseconds. */
const PENDING_MS = 500;

export default {
  id: 'master-frozen',
  needs: 'gathered',
  severity: 'critical',
  impact: 'down',
  group: 'live',
  part: 'master',
  title: 'the master accepts connections but does not answer',
  consequence:
    'clients hang instead of failing: ioredis with its default settings waited 12.0 s for a frozen master and lost about 4,200 acknowledged writes after the thaw; with failoverDetector and a short disconnectTimeout it waited 3.8 s and lost none',
  explanation:
    'A paused process, an endless script or a stalled disk keeps its sockets open: TCP connects, PING is sent, no ' +
    'answer comes. Sentinel calls the master down after down-after. After the thaw it is still a writable master ' +
    `for about ${USUAL_RETURN_MS / 1000} s, and clients that kept their connections write to it.`,
  remedy: [
    'if it is still the sentinels’ master, resume it: sentinelctl resume NODE, kill -CONT PID, docker unpause ' +
      'CONTAINER; SCRIPT KILL for a script',
    'if it was replaced, do not resume it: sentinelctl restart NODE starts it as a replica',
    'clients: failoverDetector true and a short disconnectTimeout (ioredis), socket timeouts in others',
  ],
  sources: [
    'sentinel.c: sentinelCheckSubjectivelyDown',
    'https://github.com/redis/ioredis#sentinel',
    'measured',
  ],
  causes: [
    'node-down',
    'node-unreachable',
    'lag',
    'link-down',
    'no-master',
    'nat-client',
    'master-down',
    'failover-in-progress',
  ],
  live(gathered) {
    const groups = groupsOf(gathered);
    if (groups.length === 0) return silentSentinels(gathered);
    const seen: RawFinding[] = [];
    const missing: string[] = [];
    for (const group of groups) {
      const { name, master, views } = group;
      if (master === null) {
        missing.push(`${name}: which node is its master is not known`);
        continue;
      }
      // A machine that is off, or behind a filter, takes no connection.
      if (master.silence?.kind !== 'timeout' || master.silence.unreached === true) continue;
      // Its connection is still there: a node that is gone, or is not reachable at all, loses it.
      const waiting = views.filter(
        ({ master: m }) =>
          !flagsOf(m.fields).includes('disconnected') && (num(m.fields, 'last-ping-sent') ?? 0) > PENDING_MS,
      );
      if (waiting.length === 0) continue;
      const longest = Math.max(
        ...waiting.map(({ master: m }) =>
          Math.max(num(m.fields, 'last-ping-sent') ?? 0, num(m.fields, 'last-ok-ping-reply') ?? 0),
        ),
      );
      const facts = factsOf(gathered).masters.find((m) => m.name === name);
      const begin = facts === undefined ? null : beginNow(facts);
      const lost = facts?.nodes.find((n) => n.id === master.id);
      // Where no replica is left to promote, as status says: waiting would have no end.
      const isVain = facts !== undefined && lost !== undefined && !hasPromotableReplica(facts);
      seen.push({
        subject: master.id,
        message: `${master.silence.message}; ${idsOf(waiting.map((w) => w.sentinel))} wait for an answer to PING, for ${humanDurationMs(longest)} by now`,
        brief: `${master.id} (master) does not answer`,
        fix: isVain ? bringBack(facts, lost) : nextStep(gathered, group, begin),
      });
    }
    return judged(seen, missing);
  },
} satisfies Check;

/** Where a failover comes, the frozen master is replaced, and resumed it would take writes beside the new one. */
function nextStep(gathered: Gathered, { master, replicas, views }: Group, begin: string | null): string[] {
  if (master === null) return [];
  const comes = replicas.length > 0 && views.some((v) => v.master.ckquorum.ok && v.master.ckquorum.value.ok);
  if (!comes)
    return gathered.own
      ? [ctl(gathered, `resume ${master.id}`)]
      : [`resume it on the machine of ${master.id}: kill -CONT PID, or docker unpause CONTAINER`];
  const watch = begin ?? ctl(gathered, 'status --watch');
  return gathered.own
    ? [watch, '# once another node is the master:', ctl(gathered, `restart ${master.id}`)]
    : [watch, '# once another node is the master, end the frozen process and start it as a replica'];
}
