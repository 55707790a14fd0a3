import type { RawFinding } from '../../check.js';
import { fileGroups } from '../groups.js';
import type { FileServer } from '../project.js';
import { isYes, lastOf, place, portOf, settingOf } from '../settings.js';
import { merged, noNodeFile, type Rule } from './rule.js';

const usesTls = (server: FileServer): boolean => Number(settingOf(server, 'tls-port') ?? 0) > 0;
const onlyTls = (server: FileServer): boolean => usesTls(server) && settingOf(server, 'port') === '0';
const dialsTls = (server: FileServer): boolean => isYes(settingOf(server, 'tls-replication'));

export const tlsMismatch: Rule = {
  id: 'tls-mismatch',
  judge(project) {
    const groups = fileGroups(project).filter((g) => g.nodes.length > 0);
    if (groups.length === 0) return noNodeFile;
    return merged(
      groups.flatMap(({ nodes, monitors, master }): RawFinding[] => {
        const replicas = nodes.filter((n) => n !== master);
        const dialling = [...new Set([...monitors.map((m) => m.server), ...replicas])];
        const tlsOnly = nodes.find(onlyTls);
        const plain = nodes.find((n) => !usesTls(n));
        return dialling.flatMap((server) => {
          const line = lastOf(server, 'tls-replication');
          const at = line === undefined ? server.at : place(line);
          if (tlsOnly !== undefined && !dialsTls(server)) {
            return [
              {
                subject: server.id,
                message: `${tlsOnly.id} takes TLS only, and tls-replication is not on here`,
                fix: ['tls-replication yes'],
                at,
              },
            ];
          }
          if (plain !== undefined && dialsTls(server) && plain !== server) {
            return [
              {
                subject: server.id,
                message: `tls-replication is on, and ${plain.id} has no tls-port`,
                fix: [`${plain.id}: tls-port ${portOf(plain)} and port 0`],
                at,
              },
            ];
          }
          return [];
        });
      }),
    );
  },
};
