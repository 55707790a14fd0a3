import { formatAddress, sameAddress } from '../../model/address.js';
import { cli } from '../../model/hints.js';
import { nearest } from '../../model/nearest.js';
import type { Check, RawFinding } from '../check.js';
import { addressIn, silentSentinels } from '../evidence.js';
import { judgeSentinelFiles } from '../files/judge.js';
import { SENTINEL_LINES } from '../files/known.js';
import { monitorsOf, place } from '../files/settings.js';
import { monitorLike } from '../fixes.js';
import { groupsOf, idsOf, judged, mostCommon, readAll } from '../group.js';

export default {
  id: 'name-mismatch',
  needs: 'gathered',
  severity: 'critical',
  impact: 'at-risk',
  group: 'configuration',
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
        const has = others.map((m) => m.name).join(', ');
        // One that monitors nothing has no wrong name: that is not-monitored.
        if (sentinel.masters.value.length === 0) continue;
        const monitored = sentinel.masters.value.map((m) => m.name).join(', ');
        seen.push({
          subject: sentinel.id,
          message: has
            ? `monitors ${formatAddress(address)} as ${has}, where ${views.map((v) => v.sentinel.id).join(' and ')} say ${name}`
            : `does not monitor ${name}; it monitors ${monitored}`,
          fix: [
            ...others.map((m) => cli(sentinel, `SENTINEL REMOVE ${m.name}`)),
            ...monitorLike(sentinel, name, address, like.master),
          ],
        });
      }
    }
    return judged(seen, readAll(gathered.sentinels, (s) => s.masters).missing);
  },
  files(project) {
    return judgeSentinelFiles(project, (sentinels) => {
      const lost = sentinels.flatMap((server) => {
        const names = monitorsOf(server).map((m) => m.name);
        return server.directives
          .filter((d) => d.name === 'sentinel' && SENTINEL_LINES[d.args[0] ?? '']?.ofMaster === true)
          .filter((d) => d.args[1] !== undefined && !names.includes(d.args[1]))
          .map((line) => {
            const [what, name = '', ...rest] = line.args;
            const meant = nearest(name, names) ?? names[0];
            const shown = what === 'auth-pass' ? '<the password>' : rest.join(' ');
            return {
              subject: server.id,
              message: `"sentinel ${what} ${name}": no master "${name}" is monitored here: the sentinel exits at start`,
              fix: [
                meant === undefined
                  ? `sentinel monitor ${name} <host> <port> 2`
                  : `sentinel ${what} ${meant} ${shown}`,
              ],
              at: place(line),
            };
          });
      });
      const all = sentinels.flatMap(monitorsOf);
      const apart =
        sentinels.length < 2
          ? []
          : [...new Set(all.map((m) => `${m.host} ${m.port}`))].flatMap((address) => {
              const here = all.filter((m) => `${m.host} ${m.port}` === address);
              const usual = mostCommon(here.map((m) => m.name));
              const odd = here.find((m) => m.name !== usual);
              // Two names at one sentinel are another mistake: one instance under two names.
              if (
                odd === undefined ||
                usual === undefined ||
                here.some((m) => m.server === odd.server && m.name === usual)
              )
                return [];
              return [
                {
                  subject: odd.server.id,
                  message: `${address.replace(' ', ':')} is "${odd.name}" here and "${usual}" at ${idsOf(here.filter((m) => m.name === usual).map((m) => m.server))}: they do not find each other`,
                  fix: [`sentinel monitor ${usual} ${address} ${odd.quorum}`],
                  at: odd.at,
                },
              ];
            });
      return [...lost, ...apart];
    });
  },
} satisfies Check;
