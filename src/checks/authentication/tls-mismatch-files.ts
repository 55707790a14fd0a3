import type { RawFinding, Skip } from '../check.js';
import { judgeNodeGroups } from '../files/judge.js';
import type { FileServer, Project } from '../files/project.js';
import { isYes, lastOf, lineOr, place, portOf, settingOf } from '../files/settings.js';

/** What configuration files show of it. */
export function tlsMismatchFiles(project: Project): RawFinding[] | Skip {
  return judgeNodeGroups(project, ({ nodes, monitors, master }): RawFinding[] => {
    const replicas = nodes.filter((n) => n !== master);
    const dialling = [...new Set([...monitors.map((m) => m.server), ...replicas])];
    const tlsOnly = nodes.find(onlyTls);
    const plain = nodes.find((n) => !usesTls(n));
    // After a failover the master is a replica: it dials the port that the replicas dial now.
    const secure = replicas.find((n) => usesTls(n) && dialsTls(n));
    const plainMaster = master !== undefined && usesTls(master) && !dialsTls(master) && !onlyTls(master);
    const later: RawFinding[] =
      secure === undefined || !plainMaster || master === undefined
        ? []
        : [
            {
              subject: master.id,
              message: `tls-replication is not on at the master, and is at ${secure.id}: after a failover it dials the TLS port ${settingOf(secure, 'tls-port')} without TLS and never rejoins`,
              fix: ['tls-replication yes'],
              at: lineOr(master, 'tls-port'),
            },
          ];
    const now = dialling.flatMap((server) => {
      const line = lastOf(server, 'tls-replication');
      const at = line === undefined ? server.at : place(line);
      if (tlsOnly !== undefined && !dialsTls(server)) {
        return [
          {
            subject: server.id,
            message: `${tlsOnly.id} accepts TLS only, but tls-replication is not on here`,
            fix: ['tls-replication yes'],
            at,
          },
        ];
      }
      if (plain !== undefined && dialsTls(server) && plain !== server) {
        return [
          {
            subject: server.id,
            message: `tls-replication is on, but ${plain.id} has no tls-port`,
            fix: [`${plain.id}: tls-port ${portOf(plain)} and port 0`],
            at,
          },
        ];
      }
      return [];
    });
    return [...now, ...later];
  });
}

const usesTls = (server: FileServer): boolean => Number(settingOf(server, 'tls-port') ?? 0) > 0;

const onlyTls = (server: FileServer): boolean => usesTls(server) && settingOf(server, 'port') === '0';

const dialsTls = (server: FileServer): boolean => isYes(settingOf(server, 'tls-replication'));
