import type { Fields, Got } from '../../model/gathered.js';
import { cli } from '../../model/hints.js';
import { count } from '../../model/words.js';
import type { Check, RawFinding } from '../check.js';
import { dataNodes, judged, num, readAll } from '../group.js';

/** So many refusals of one kind are a fault; fewer may be a mistyped password. */
const MANY = 3;
/** What did not repeat for longer than this has ended, in seconds: Redis counts on within a minute (acl.c). */
const RECENT_S = 60;
const NOT_ASKED: Got<Fields[]> = { ok: false, why: 'ACL LOG was not asked' };

export default {
  id: 'client-refused',
  needs: 'gathered',
  severity: 'warning',
  impact: 'risk',
  group: 'live',
  part: 'nodes',
  title: 'a client logs in with a wrong password, again and again',
  consequence:
    'the client gets no answer but WRONGPASS; if it is a sentinel, it calls this server down; if it is a replica, it has no link to its master',
  explanation:
    'A data node keeps failed logins in ACL LOG: the user that was tried, where from, how often, and how long ago. ' +
    'After a password was changed, clients, sentinels (auth-pass) and replicas (masterauth) that have the old one ' +
    'go on trying. The client’s address and name say which it is.',
  remedy: [
    'the new password in the settings of that client',
    'of a sentinel: SENTINEL SET NAME auth-pass; of a replica: CONFIG SET masterauth',
  ],
  sources: ['acl.c: addACLLogEntry (one entry for equal failures within 60 s)', 'measured'],
  live(gathered) {
    const nodes = dataNodes(gathered);
    if (nodes.length === 0) return { skip: 'no data node is known' };
    const { values, missing } = readAll(nodes, (n) => n.aclLog ?? NOT_ASKED);
    const unlinked = nodes
      .filter(({ info }) => info.ok && info.value.master_link_status === 'down')
      .map(({ id }) => id);
    const seen = values.flatMap(({ server, value }): RawFinding[] => {
      const refused = value.filter(isOngoing);
      if (refused.length === 0) return [];
      const evidence = refused.map(shownRefusal).join('; ');
      const brief = `${server.id} refuses logins with a wrong password`;
      return [
        {
          subject: server.id,
          // A replica with a wrong masterauth tries each second: masterauth-missing names it, and explains this.
          ...(unlinked.length > 0 && { servers: [server.id, ...unlinked] }),
          brief,
          evidence,
          message: `${brief}: ${evidence}`,
          fix: [
            '# correct the password in the settings of that client; then, to see whether it has ended:',
            cli(server, 'ACL LOG RESET'),
          ],
        },
      ];
    });
    return judged(seen, missing);
  },
} satisfies Check;

const isOngoing = (entry: Fields): boolean =>
  entry.reason === 'auth' &&
  (num(entry, 'count') ?? 0) >= MANY &&
  (num(entry, 'age-seconds') ?? RECENT_S) < RECENT_S;

function shownRefusal(entry: Fields): string {
  const client = Object.fromEntries(
    (entry['client-info'] ?? '').split(' ').map((pair) => pair.split('=') as [string, string]),
  );
  const from = `${client.addr ?? 'an unknown address'}${client.name ? ` (${client.name})` : ''}`;
  const ageS = Math.floor(num(entry, 'age-seconds') ?? 0);
  return `${count(num(entry, 'count') ?? 0, 'time')} as ${entry.username ?? '?'}, last ${ageS} s ago from ${from}; without another one this finding ends in ${RECENT_S - ageS} s`;
}
