import { humanDurationMs } from '../../model/duration.js';
import type { AnsweredNode, MasterFacts } from '../../model/facts.js';
import { cli } from '../../model/hints.js';
import { pausedFailover } from '../../model/paused-writes.js';
import { HEARD_MS } from '../../model/sentinel-timing.js';
import { count } from '../../model/words.js';
import type { RawFinding, SnapshotCheck } from '../check.js';
import { judgeMasters } from '../snapshot.js';
import { pausedByHooks } from './hook-pause.js';

/** A pause of a planned move is over sooner. */
const LONG_MS = 1000;

export default {
  id: 'pause-too-long',
  needs: 'snapshot',
  severity: 'critical',
  impact: 'down',
  group: 'live',
  part: 'master',
  title: 'CLIENT PAUSE holds back the writes of a master',
  consequence:
    'writes wait until the pause ends; with a down-after of at most 15 s, one that is longer makes the sentinels replace a working master: with down-after 2 s they called it down after 3.1 s, with 16 s not within 60 s (measured)',
  explanation:
    'CLIENT PAUSE … WRITE holds back writes and PUBLISH. Sentinel publishes its hello every 2 s on the connection ' +
    'on which it sends PING: behind the PUBLISH that waits, PING waits too, and after down-after the master counts ' +
    'as down, unless the sentinel opens that connection again before (once it is 15 s old). Reads and INFO still work, so that it looks healthy from ' +
    'outside. Only Valkey, from 8.1 on, says that it is paused: of other servers it is known once a write or a PUBLISH has ' +
    'waited for 1 s, so a pause that has just begun, or into which no client writes, may go unseen for up to 3 s.',
  remedy: [
    'CLIENT UNPAUSE ends a pause of writes; one of all commands ends by itself',
    'in scripts and preStop hooks: a pause that is shorter than down-after, and CLIENT UNPAUSE at their end; SENTINEL FAILOVER moves the master before it stops',
  ],
  sources: [
    'https://redis.io/docs/latest/commands/client-pause/',
    'networking.c: pauseClients; server.c: processCommand',
    'https://github.com/bitnami/charts/issues/14800',
    'measured',
  ],
  causes: ['master-down', 'seen-down', 'writes-refused', 'nat-sentinel', 'master-frozen', 'no-master'],
  live: (facts) =>
    judgeMasters(facts, [], (master, missing) => {
      const node = master.answered.find(
        (n) => master.master !== null && n.id === master.refOf(master.master).id,
      );
      if (node === undefined) {
        missing.push(`${master.name}: its master does not answer`);
        return [];
      }
      const { heldBack, heldUnread } = node.answer;
      if (heldUnread !== undefined) missing.push(`${node.id}: ${heldUnread}`);
      if (heldBack === undefined) return [];
      // A sentinel that has connected again waits for the first time, in the middle of the pause; what it heard last stays.
      const isLong =
        Math.max(waitingMs(master), heldBack.clientsMs ?? 0, heldBack.leftMs ?? 0) >= LONG_MS ||
        unheardMs(master) >= HEARD_MS;
      return isLong ? [holding(master, node, heldBack)] : [];
    }),
  files: pausedByHooks,
} satisfies SnapshotCheck;

/** How long the sentinel that has waited longest has had no answer to a PING. */
export const waitingMs = ({ sentinelViews }: MasterFacts): number =>
  Math.max(0, ...sentinelViews.map(({ view }) => view.pingPendingMs ?? 0));

/** How long ago a master last answered a sentinel: the longest of them. */
const unheardMs = ({ sentinelViews }: MasterFacts): number =>
  Math.max(0, ...sentinelViews.map(({ view }) => view.answeredMsAgo ?? 0));

function holding(
  master: MasterFacts,
  { id, endpoint }: AnsweredNode,
  { clients = 0, clientsMs = 0, connections, leftMs }: NonNullable<AnsweredNode['answer']['heldBack']>,
): RawFinding {
  const { sentinelViews } = master;
  const downAfterMs = Math.min(...sentinelViews.map(({ view }) => view.downAfterMs));
  const waits = (n: number): string => (n === 1 ? 'waits' : 'wait');
  const evidence = [
    ...(clients > 0
      ? [
          `${count(clients, 'client')} ${waits(clients)} with a write, for ${humanDurationMs(clientsMs)} by now`,
        ]
      : []),
    ...(connections > 0
      ? [
          `${count(connections, 'connection')} of sentinels ${waits(connections)} in PUBLISH, for at least ${humanDurationMs(waitingMs(master))} by now`,
        ]
      : []),
    ...(pausedFailover({ downAfterMs }) === null
      ? []
      : [`the sentinels call it down after ${humanDurationMs(downAfterMs)}`]),
    ...(leftMs === null ? [] : [`the pause ends in ${humanDurationMs(leftMs)}`]),
  ].join('; ');
  return {
    subject: id,
    servers: sentinelViews.map((w) => w.sentinel.id),
    brief: `${id} (master) holds back writes: CLIENT PAUSE`,
    evidence,
    message: `${id} holds back writes (CLIENT PAUSE … WRITE): ${evidence}`,
    fix: [cli({ endpoint }, 'CLIENT UNPAUSE')],
  };
}
