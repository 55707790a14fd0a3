import { formatAddress, sameAddress } from '../../model/address.js';
import { cli } from '../../model/hints.js';
import type { GatheredCheck, RawFinding } from '../check.js';
import { addressIn, silentSentinels, viewsOf } from '../evidence.js';
import { monitorLike } from '../fixes.js';
import { groupsOf, judged, readAll } from '../group.js';

export default {
  id: 'name-mismatch',
  needs: 'gathered',
  severity: 'critical',
  impact: 'at-risk',
  group: 'configuration',
  part: 'names',
  title: 'the sentinels monitor one master under different names',
  consequence:
    'sentinels find each other only under the same name: each name has fewer voters than there are sentinels, and clients that use the wrong name get no master',
  explanation:
    'A hello message carries the name of the master, and a sentinel that does not monitor that name ignores ' +
    'the message. A name that is spelled differently in one file creates a second group around the same ' +
    'master.',
  remedy: ['use one name in every file: SENTINEL MONITOR with the right name, SENTINEL REMOVE of the other'],
  sources: ['sentinel.c: sentinelProcessHelloMessage (sentinelGetMasterByName)'],
  causes: [
    'no-quorum',
    'sentinels-few',
    'sentinels-even',
    'quorum-gt-n',
    'settings-skew',
    'not-monitored',
    'sentinel-isolated',
    'unknown-master-name',
  ],
  live(gathered) {
    const groups = groupsOf(gathered).filter((g) => g.views.length > 0);
    if (groups.length === 0) return silentSentinels(gathered);
    const seen: RawFinding[] = [];
    // The name that most sentinels use is the right one; what they have under another is the wrong one.
    const done = new Set<string>();
    for (const group of groups.toSorted((a, b) => b.views.length - a.views.length)) {
      const { name, address, views } = group;
      const [like] = views;
      if (address === null || like === undefined || done.has(name)) continue;
      for (const sentinel of gathered.sentinels) {
        if (!sentinel.masters.ok || sentinel.masters.value.some((m) => m.name === name)) continue;
        const others = sentinel.masters.value.filter((m) => sameAddress(addressIn(m.fields), address));
        if (others.length === 0 && sentinel.masters.value.length > 0 && gathered.masterName === null)
          continue;
        for (const other of others) done.add(other.name);
        // All that have this name have the other one as well: that is overlap.
        const isBeside = others.some((o) =>
          views.every((v) => viewsOf(gathered, o.name).some(({ sentinel: at }) => at === v.sentinel)),
        );
        if (isBeside) continue;
        // SENTINEL REMOVE of the name that the clients use leaves them without a master.
        const isWider = others.every(
          (o) => viewsOf(gathered, o.name).length < viewsOf(gathered, name).length,
        );
        const has = others.map((m) => m.name).join(', ');
        // One that monitors nothing has no wrong name: that is not-monitored.
        if (sentinel.masters.value.length === 0) continue;
        const monitored = sentinel.masters.value.map((m) => m.name).join(', ');
        seen.push({
          subject: sentinel.id,
          message: has
            ? `monitors ${formatAddress(address)} as ${has}, where ${views.map((v) => v.sentinel.id).join(' and ')} say ${name}`
            : `does not monitor ${name}; it monitors ${monitored}`,
          fix: isWider
            ? [
                ...others.map((m) => cli(sentinel, `SENTINEL REMOVE ${m.name}`)),
                ...monitorLike(sentinel, name, address, like.master),
              ]
            : [
                `find out which of ${[name, ...others.map((m) => m.name)].join(' and ')} the clients use, and replace the other at the sentinels that have it: SENTINEL REMOVE, then SENTINEL MONITOR`,
              ],
        });
      }
    }
    return judged(seen, readAll(gathered.sentinels, (s) => s.masters).missing);
  },
} satisfies GatheredCheck;
