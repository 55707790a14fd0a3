import { listed } from '../../model/words.js';
import type { RawFinding } from '../check.js';
import type { FileGroup } from './groups.js';
import { settingLine } from './logins.js';
import type { FileServer } from './project.js';
import { isAt } from './server-address.js';
import { asksForPassword, followsOf, lastOf, passwordLine, place, sentinelLine } from './settings.js';

// Users of an ACL have passwords without requirepass.
const hasUsers = ({ directives }: FileServer): boolean =>
  directives.some(({ name }) => name === 'user' || name === 'aclfile' || name === 'masteruser');
const sends = (node: FileServer): boolean => Boolean(lastOf(node, 'masterauth')?.args[0]);
const ids = (of: readonly FileServer[]): string => listed(of.map(({ id }) => id));

/** One password at every data node. */
const everywhere = (nodes: readonly FileServer[]): string[] => {
  const settings = ['requirepass <a password>', 'masterauth <the same password>'];
  const lines = nodes.flatMap((node) => settings.map((setting) => settingLine(node, setting)));
  return [`# the same in the configuration of ${ids(nodes)}:`, ...new Set(lines)];
};

/**
 * A master that asks for no password, to which its replicas send one: it answers AUTH with an error, and the replica gives
 * up (replication.c, REPL_STATE_RECEIVE_AUTH_REPLY). No replica has a link, and the sentinels hear of none.
 */
export function openMaster({ nodes, master, monitors, name }: FileGroup): RawFinding | null {
  if (master === undefined || asksForPassword(master) || followsOf(master) !== null) return null;
  if (nodes.some(hasUsers)) return null;
  const isBelow = (node: FileServer): boolean => {
    const to = followsOf(node);
    if (to === null) return false;
    return (
      isAt(master, to.host, to.port, node) || monitors.some((m) => m.host === to.host && m.port === to.port)
    );
  };
  const sending = nodes.filter((node) => node !== master && sends(node) && isBelow(node));
  const at = sending[0] && lastOf(sending[0], 'masterauth');
  if (at === undefined) return null;
  const without = monitors.filter(
    ({ server }) => server.seen && sentinelLine(server, 'auth-pass', name ?? undefined) === undefined,
  );
  const get = sending.length === 1 ? 'this replica gets' : 'these replicas get';
  return {
    subject: sending.map(({ id }) => id).join(', '),
    message: `the master ${master.id} asks for no password (requirepass), but ${ids(sending)} ${sending.length === 1 ? 'sends' : 'send'} it one (masterauth): it answers AUTH with an error, and ${get} no link`,
    consequence:
      'the data is at the master alone from the start: the sentinels call the master up, know no replica, and promote none when it fails (measured)',
    fix: [
      ...everywhere(nodes),
      ...(without.length === 0
        ? []
        : ['# and in each sentinel.conf:', `sentinel auth-pass ${name} <the same password>`]),
    ],
    at: place(at),
  };
}

/**
 * Data nodes that send a password and ask for none, while another one asks: as masters they answer AUTH with an error.
 * masterauth alone at the one that asks would take its link to such a master too.
 */
export function halfPasswords(
  nodes: readonly FileServer[],
): { concerns: ReadonlySet<FileServer>; found: RawFinding } | null {
  const asking = nodes.filter((node) => passwordLine(node) !== undefined);
  const open = nodes.filter((node) => sends(node) && !asksForPassword(node));
  const at = open[0] && lastOf(open[0], 'masterauth');
  if (asking.length === 0 || at === undefined || nodes.some(hasUsers)) return null;
  const silent = nodes.filter((node) => !sends(node));
  return {
    concerns: new Set([...open, ...silent]),
    found: {
      subject: [...open, ...silent].map(({ id }) => id).join(', '),
      message: `requirepass is set at ${ids(asking)}, but not at ${ids(open)}${silent.length === 0 ? '' : `; masterauth is not set at ${ids(silent)}`}`,
      consequence:
        'after a failover no replica with masterauth gets a link to a master without requirepass, which answers AUTH with an error; and a node without requirepass is open to every client that reaches it',
      fix: everywhere(nodes),
      at: place(at),
    },
  };
}
