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
    'The server answers every command with NOAUTH, or rejected the password. For a cluster that sentinelctl ' +
    'created it uses the cluster’s own password; for an attached cluster it uses the given one.',
  remedy: [
    'give the password: --password-file FILE or SENTINELCTL_PASSWORD',
    'if sentinelctl created the cluster: set requirepass of this node to the cluster’s password again',
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
