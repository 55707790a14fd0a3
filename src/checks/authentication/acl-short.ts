import { listed } from '../../model/words.js';
import type { Check } from '../check.js';
import { setUser } from '../fixes.js';
import { dataNodes, judged, readAll } from '../group.js';

/** A renamed command is not known by its name: that is another finding. */
const UNKNOWN = /not found/;

export default {
  id: 'acl-short',
  severity: 'critical',
  group: 'authentication',
  title: 'the sentinels’ user may not run what a failover needs',
  consequence:
    'no promotion succeeds: every failover ends with -failover-abort-slave-timeout, again and again (measured), and nothing shows it before',
  explanation:
    'Sentinel promotes and repoints with MULTI, SLAVEOF, CONFIG REWRITE, CLIENT KILL, EXEC, and does not look at the ' +
    'replies. A user that may PING and INFO is enough for everything to look well until the first failover.',
  remedy: [
    'ACL SETUSER NAME +multi +slaveof +ping +exec +subscribe +config|rewrite +role +publish +info +client|setname +client|kill +script|kill, at every data node',
  ],
  sources: [
    'https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/ (Redis Access Control List authentication)',
    'sentinel.c: sentinelSendSlaveOf',
    'measured',
  ],
  causes: ['failover-stuck', 'no-master', 'auth-pass-missing', 'no-quorum'],
  live(gathered) {
    const { values, missing } = readAll(dataNodes(gathered), (n) => n.dryrun);
    const seen = values.flatMap(({ server, value }) => {
      const denied = Object.entries(value)
        .filter(([, verdict]) => verdict !== 'OK' && !UNKNOWN.test(verdict))
        .map(([name]) => name);
      if (denied.length === 0) return [];
      const user = server.sentinelsUser ?? "<the sentinels' user>";
      return [
        {
          subject: server.id,
          message: `the user ${user} may not run ${listed(denied)}`,
          fix: setUser(
            server,
            denied.map((name) => `+${name.replace(' ', '|')}`),
          ),
        },
      ];
    });
    return judged(seen, missing);
  },
} satisfies Check;
