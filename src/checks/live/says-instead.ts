import { cli } from '../../model/hints.js';
import { isFull, type NodeState, type SentinelState } from '../../model/snapshot.js';

/** What a server that runs says instead of an answer, where that tells the cause. */
export interface SaysInstead {
  /** After the server's id. */
  words: string;
  /** Where it is another than that of an error for every question. */
  consequence?: string;
  /** What it means at the master. */
  impact: 'down' | 'at-risk';
  fix: string[];
}

type Server = Pick<NodeState | SentinelState, 'id' | 'endpoint' | 'silence' | 'withheld'>;

/**
 * The cause in an error reply: it runs, and must not be started again. Texts: server.c (processCommand, -BUSY),
 * networking.c (acceptCommonHandler, maxclients), and the unknown command of a sentinel whose file renames SENTINEL.
 */
export function saysInstead(server: Server, kind: 'node' | 'sentinel'): SaysInstead | null {
  const said = server.silence?.message ?? server.withheld ?? '';
  const kill =
    /^(answered: )?BUSY\b/.test(said) && (/\b(SCRIPT|FUNCTION) KILL\b/.exec(said)?.[1] ?? 'SCRIPT');
  if (kill !== false)
    return {
      words: `runs a ${kill.toLowerCase()} that does not end (BUSY)`,
      impact: 'down',
      fix: [
        cli(server, `${kill} KILL`),
        '# UNKILLABLE means that it has written: only SHUTDOWN NOSAVE ends it, and what is not on its disk is lost; use that only while another node is the master, and start it again as a replica',
      ],
    };
  if (isFull(server))
    return {
      words: 'accepts no further client (maxclients is reached)',
      impact: 'at-risk',
      consequence: 'it runs and serves the clients that it has: each further one gets this error',
      fix: [
        cli(server, 'CLIENT LIST'),
        '# shows whose the connections are as soon as one is free: end some at the clients that hold too many',
        kind === 'node'
          ? cli(server, 'CONFIG SET maxclients <a higher number>')
          : '# a higher maxclients belongs in its file; a sentinel reads it at its start',
      ],
    };
  if (/protected mode/.test(said))
    return {
      words: 'is in protected mode and has no password: it answers its own machine only',
      impact: 'at-risk',
      fix: [
        ...(kind === 'node'
          ? [
              `# on its own machine, where the network is closed: redis-cli -h 127.0.0.1 -p ${server.endpoint.port} CONFIG SET protected-mode no`,
              '# else a password, everywhere at once: requirepass and masterauth at all data nodes, auth-pass at each sentinel',
            ]
          : [
              `# on its own machine: redis-cli -h 127.0.0.1 -p ${server.endpoint.port} SHUTDOWN, protected-mode no in its file, and start it again`,
            ]),
      ],
    };
  if (kind === 'sentinel' && /unknown command .?SENTINEL\b/i.test(said))
    return {
      words: 'does not know the command SENTINEL',
      impact: 'at-risk',
      fix: [
        '# delete "rename-command SENTINEL …" from its file and restart it: without that command no other sentinel gets its vote, and no client the address of the master',
      ],
    };
  return null;
}

/** Whether it answered something: it runs, and this machine has a route to it. */
export const isSpeaking = ({ silence }: Pick<Server, 'silence'>): boolean =>
  silence?.kind === 'protocol' || silence?.message.startsWith('answered: ') === true;
