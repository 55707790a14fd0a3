import type { Check, RawFinding } from '../check.js';
import { merged } from '../files/judge.js';
import type { Certificate, Project } from '../files/project.js';
import { idsOf } from '../group.js';

const DAY_MS = 86_400_000;
/** Less than this is a warning: enough for two attempts to renew it. */
const WARN_DAYS = 21;

export default {
  id: 'tls-expiring',
  needs: 'files',
  severity: 'critical',
  impact: 'at-risk',
  group: 'authentication',
  title: 'a certificate has expired, or does so soon',
  consequence:
    'established connections go on, and each new one fails: a replica that loses its link does not come back, and sentinels and clients call a healthy server down',
  explanation:
    'A certificate is checked when a connection is made. So an expired one shows only at the next restart, failover ' +
    'or network fault, and then at all connections at once. Servers read their certificates at start, and again at ' +
    'CONFIG SET tls-cert-file.',
  remedy: [
    'renew the certificate, then CONFIG SET tls-cert-file FILE at each server: no restart is needed',
    'renew a CA before the certificates that it signed',
  ],
  sources: ['redis.conf: tls-cert-file', 'tls.c: tlsConfigure'],
  causes: ['tls-mismatch'],
  files(project) {
    const withTls = project.servers.filter((s) => (s.certificates ?? []).length > 0);
    if (withTls.length === 0)
      return { skip: 'no certificate of these files can be read here', applies: false };
    const paths = new Map<string, { certificate: Certificate; servers: Project['servers'] }>();
    for (const server of withTls)
      for (const certificate of server.certificates ?? []) {
        const key = `${certificate.path} ${certificate.validToMs}`;
        const known = paths.get(key);
        paths.set(key, {
          certificate: known?.certificate ?? certificate,
          servers: [...(known?.servers ?? []), ...(known?.servers.includes(server) ? [] : [server])],
        });
      }
    return merged(
      [...paths.values()].flatMap(({ certificate, servers }) =>
        ending(certificate, idsOf(servers), project.nowMs),
      ),
    );
  },
} satisfies Check;

function ending({ name, path, validToMs, at }: Certificate, subject: string, nowMs: number): RawFinding[] {
  const days = Math.floor((validToMs - nowMs) / DAY_MS);
  if (days >= WARN_DAYS) return [];
  const date = new Date(validToMs).toISOString().slice(0, 10);
  return [
    {
      subject,
      severity: days < 0 ? 'critical' : 'warning',
      message: days < 0 ? `${path} expired on ${date}` : `${path} expires on ${date}, in ${days} days`,
      fix: [`renew ${path}`, `redis-cli CONFIG SET ${name} ${path}`],
      at,
    },
  ];
}
