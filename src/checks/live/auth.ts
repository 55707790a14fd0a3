import type { SnapshotCheck } from '../check.js';
import { judged } from '../group.js';
import { nameOf, unanswered } from '../snapshot.js';

export default {
  id: 'auth',
  needs: 'snapshot',
  severity: 'critical',
  group: 'live',
  title: 'a server wants a password that sentinelctl does not have',
  consequence: 'its role and its state are not known',
  explanation:
    'The server answers each command with NOAUTH, or refused the password. A cluster that sentinelctl created is always ' +
    'asked with its own password; an attached one with the password that was given.',
  remedy: [
    'give the password: --password-file FILE or SENTINELCTL_PASSWORD',
    'a node of a cluster that sentinelctl created: set its requirepass to the password of the cluster again',
  ],
  sources: ['acl.c: ACLAuthenticateUser', 'measured'],
  live({ snapshot, masters, expectation, hints }) {
    const servers = [...snapshot.sentinels, ...new Set(masters.flatMap((m) => m.nodes))];
    const locked = servers.filter((s) => s.silence?.kind === 'auth');
    const found = locked.map((server) => {
      const said = server.silence?.message ?? '';
      return expectation.own && /password/.test(said)
        ? {
            subject: server.id,
            message: `${nameOf(server)} wants a password other than the cluster's own, which sentinelctl uses: --password-file changes nothing`,
            fix: [
              hints.cli(server, `CONFIG SET requirepass "<the cluster's password; empty where it has none>"`),
            ],
          }
        : {
            subject: server.id,
            message: `${nameOf(server)} ${said}`,
            fix: [hints.ctl('status --password-file FILE')],
          };
    });
    return judged(found, unanswered(servers));
  },
} satisfies SnapshotCheck;
