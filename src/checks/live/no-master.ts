import type { Check, RawFinding } from '../check.js';
import {
  addressIn,
  ctl,
  flagsOf,
  masterNames,
  nodeAt,
  nodesOf,
  silentSentinels,
  viewsOf,
} from '../evidence.js';
import { idsOf, judged } from '../group.js';
import { failoverUnderWay, lookAgain } from '../under-way.js';

export default {
  id: 'no-master',
  severity: 'critical',
  group: 'live',
  title: 'no data node is a master that can be reached',
  consequence: 'every write fails until a master answers again',
  explanation:
    'None of the data nodes that answer says role:master, and the one that the sentinels name is down or does not ' +
    'answer. For the first seconds after a crash that is a failover under way: down-after-milliseconds, and about ' +
    'a second more. When it lasts, look why none is made: no quorum, no replica that may be promoted, or a failover ' +
    'that was tried and is not tried again before 2 × failover-timeout have passed.',
  remedy: [
    'wait for down-after-milliseconds and two seconds, then look again',
    'start a data node again: sentinelctl start does so without two masters',
  ],
  sources: ['sentinel.c: sentinelStartFailoverIfNeeded'],
  causes: ['link-down', 'lag', 'replica-orphan'],
  live(gathered) {
    const names = masterNames(gathered);
    if (names.length === 0) return silentSentinels(gathered);
    const seen: RawFinding[] = [];
    const unknown: string[] = [];
    for (const name of names) {
      const nodes = nodesOf(gathered, name);
      const roles = nodes.flatMap((n) => (n.role.ok ? [n.role.value.role] : []));
      if (roles.includes('master')) continue;
      const silent = nodes.filter((n) => !n.role.ok);
      const [view] = viewsOf(gathered, name);
      const named = view && addressIn(view.master.fields);
      // A master that only we can not reach or may not ask is no missing one: the sentinels see it.
      const flags = view === undefined ? [] : flagsOf(view.master.fields);
      const seenDown = flags.some((flag) => flag === 's_down' || flag === 'o_down');
      if (view !== undefined && !seenDown && silent.length > 0) {
        unknown.push(
          `${name}: ${idsOf(silent)} can not be asked for a role, and no sentinel calls the master down`,
        );
        continue;
      }
      if (nodes.length === 0) {
        unknown.push(`${name}: no data node is known`);
        continue;
      }
      const busy = failoverUnderWay(viewsOf(gathered, name));
      seen.push({
        subject: name,
        message: named
          ? `no master answers: the sentinels name ${nodeAt(gathered, named)} (${flags.join(', ')}); ${roles.length} of ${nodes.length} data nodes answer, none is master${busy === null ? '' : `; ${busy}`}`
          : `no master answers: ${roles.length} of ${nodes.length} data nodes answer, none is master`,
        fix:
          busy !== null
            ? lookAgain(ctl(gathered, 'doctor'))
            : gathered.own
              ? silent.length === nodes.length
                ? [ctl(gathered, 'up')]
                : silent.map((n) => ctl(gathered, `start ${n.id}`))
              : [ctl(gathered, 'status')],
      });
    }
    return judged(seen, unknown.length === names.length ? unknown : []);
  },
} satisfies Check;
