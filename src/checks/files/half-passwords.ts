import { listed } from '../../model/words.js';
import type { RawFinding } from '../check.js';
import { settingLine } from './logins.js';
import type { FileServer } from './project.js';
import { asksForPassword, lastOf, passwordLine, place } from './settings.js';

/**
 * Data nodes that send a password and ask for none, while another one asks: as masters they answer AUTH with an error.
 * masterauth alone at the one that asks would take its link to such a master too.
 */
export function halfPasswords(
  nodes: readonly FileServer[],
): { concerns: ReadonlySet<FileServer>; found: RawFinding } | null {
  // Users of an ACL have passwords without requirepass.
  const hasUsers = ({ directives }: FileServer): boolean =>
    directives.some(({ name }) => name === 'user' || name === 'aclfile' || name === 'masteruser');
  const sends = (node: FileServer): boolean => Boolean(lastOf(node, 'masterauth')?.args[0]);
  const asking = nodes.filter((node) => passwordLine(node) !== undefined);
  const open = nodes.filter((node) => sends(node) && !asksForPassword(node));
  const at = open[0] && lastOf(open[0], 'masterauth');
  if (asking.length === 0 || at === undefined || nodes.some(hasUsers)) return null;
  const silent = nodes.filter((node) => !sends(node));
  const ids = (of: readonly FileServer[]): string => listed(of.map(({ id }) => id));
  const settings = ['requirepass <a password>', 'masterauth <the same password>'];
  const lines = nodes.flatMap((node) => settings.map((setting) => settingLine(node, setting)));
  return {
    concerns: new Set([...open, ...silent]),
    found: {
      subject: [...open, ...silent].map(({ id }) => id).join(', '),
      message: `requirepass is set at ${ids(asking)}, but not at ${ids(open)}${silent.length === 0 ? '' : `; masterauth is not set at ${ids(silent)}`}`,
      consequence:
        'after a failover no replica with masterauth gets a link to a master without requirepass, which answers AUTH with an error; and a node without requirepass is open to every client that reaches it',
      fix: [`# the same in the configuration of ${ids(nodes)}:`, ...new Set(lines)],
      at: place(at),
    },
  };
}
