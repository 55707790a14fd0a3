import { isLoopback } from '../../model/address.js';
import type { RawFinding, Skip } from '../check.js';
import { judgeServerFiles } from '../files/judge.js';
import type { Project } from '../files/project.js';
import { hasFarPeers, isOwnHost } from '../files/server-address.js';
import { lastOf, place } from '../files/settings.js';

/** What configuration files show of it. */
export function bindLoopbackFiles(project: Project): RawFinding[] | Skip {
  return judgeServerFiles(project, (server) => {
    if (!server.seen) return [];
    const bind = lastOf(server, 'bind');
    // With a leading "-" the server also starts if it does not have that address.
    if (bind === undefined || !bind.args.every((host) => isLoopback(host.replace(/^-/, '')))) return [];
    if (!hasFarPeers(server)) return [];
    const where = isOwnHost(server)
      ? 'in a container no other server can reach it'
      : server.host?.others === true
        ? 'the others are on other machines'
        : 'its configuration names other hosts';
    return [
      {
        subject: server.id,
        message: `bind ${bind.args.join(' ')}: ${where}`,
        fix: [isOwnHost(server) ? 'bind 0.0.0.0' : `bind 127.0.0.1 <the address of this machine>`],
        at: place(bind),
      },
    ];
  });
}
