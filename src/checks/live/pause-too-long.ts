import { humanDurationMs } from '../../model/duration.js';
import type { Fields, GatheredNode } from '../../model/gathered.js';
import { cli } from '../../model/hints.js';
import type { Check, RawFinding } from '../check.js';
import { silentSentinels } from '../evidence.js';
import { type Group, groupsOf, judged, num } from '../group.js';

/** A pause of a planned move is over sooner. */
const LONG_MS = 1000;

export default {
  id: 'pause-too-long',
  needs: 'gathered',
  severity: 'critical',
  impact: 'down',
  group: 'live',
  title: 'CLIENT PAUSE holds back the writes of a master',
  consequence:
    'writes wait until the pause ends; one that is longer than down-after makes the sentinels replace a working master: with down-after 2 s they called it down after 3.1 s (measured)',
  explanation:
    'CLIENT PAUSE … WRITE holds back writes and PUBLISH. Sentinel publishes its hello every 2 s on the connection ' +
    'on which it sends PING: behind the PUBLISH that waits, PING waits too, and after down-after the master counts ' +
    'as down. Reads and INFO still work, so that it looks healthy from outside. CLIENT PAUSE without WRITE holds back ' +
    'everything: it looks like a stopped process, but its replicas still hear from it.',
  remedy: [
    'CLIENT UNPAUSE ends a pause of writes; one of all commands ends by itself',
    'in scripts: a pause that is shorter than down-after, and CLIENT UNPAUSE at their end',
  ],
  sources: [
    'https://redis.io/docs/latest/commands/client-pause/',
    'networking.c: pauseClients; server.c: processCommand',
    'https://github.com/bitnami/charts/issues/14800',
    'measured',
  ],
  causes: ['master-down', 'seen-down', 'writes-refused', 'nat-sentinel', 'master-frozen', 'no-master'],
  live(gathered) {
    const groups = groupsOf(gathered);
    if (groups.length === 0) return silentSentinels(gathered);
    const missing: string[] = [];
    const seen = groups.flatMap((group): RawFinding[] => {
      const { name, master, views } = group;
      const all = master === null ? null : pausedForAll(group, master);
      if (all !== null) return [all];
      if (master === null || !master.clients.ok) {
        missing.push(
          `${master?.id ?? name}: ${master?.clients.ok === false ? master.clients.why : 'no master is known'}`,
        );
        return [];
      }
      const held = master.clients.value.filter(isHeldBack);
      const forMs = waitingMs(group);
      // FAILOVER pauses writes by itself.
      if (held.length === 0 || forMs < LONG_MS || movesItself(master)) return [];
      const isMany = held.length > 1;
      const downAfterMs = Math.min(
        ...views.map(({ master: m }) => num(m.fields, 'down-after-milliseconds') ?? Number.POSITIVE_INFINITY),
      );
      const until = leftMs(master);
      return [
        {
          subject: master.id,
          servers: views.map((v) => v.sentinel.id),
          masterName: name,
          brief: `${master.id} (master) holds back writes: CLIENT PAUSE`,
          evidence: `${isMany ? `${held.length} connections of sentinels wait` : 'a connection of a sentinel waits'} in PUBLISH, for ${humanDurationMs(forMs)} by now; the sentinels call it down after ${humanDurationMs(downAfterMs)}${until}`,
          message: `${master.id} holds back writes (CLIENT PAUSE … WRITE): ${isMany ? `${held.length} connections of sentinels wait` : 'a connection of a sentinel waits'} in PUBLISH, for ${humanDurationMs(forMs)} by now; the sentinels call it down after ${humanDurationMs(downAfterMs)}${until}`,
          fix: [cli(master, 'CLIENT UNPAUSE')],
        },
      ];
    });
    return judged(seen, missing);
  },
} satisfies Check;

/** `master_last_io_seconds_ago` is whole seconds: so much earlier than it the PING must have been sent. */
const SURELY_MS = 2000;

/**
 * A master that takes connections, answers none of them, and has sent to a replica after it left a PING unanswered:
 * a process that is stopped sends nothing (replication.c, replicationCron: a PING to the replicas each 10 s).
 */
function pausedForAll(group: Group, master: GatheredNode): RawFinding | null {
  const { name, replicas, views } = group;
  if (master.silence?.kind !== 'timeout' || master.accepts !== true) return null;
  const forMs = waitingMs(group);
  const heard = replicas.flatMap(({ id, info }) => {
    const agoS =
      info.ok && info.value.master_link_status === 'up'
        ? num(info.value, 'master_last_io_seconds_ago')
        : null;
    return agoS !== null && agoS >= 0 && forMs - agoS * 1000 > SURELY_MS ? [{ id, agoS }] : [];
  });
  const [first] = heard.toSorted((a, b) => a.agoS - b.agoS);
  if (first === undefined) return null;
  const evidence = `it has left a PING unanswered for ${humanDurationMs(forMs)}, and ${first.id} heard from it ${first.agoS} s ago: the process runs`;
  return {
    subject: master.id,
    servers: views.map((v) => v.sentinel.id),
    masterName: name,
    brief: `${master.id} (master) holds back all commands: CLIENT PAUSE`,
    evidence,
    message: `${master.id} holds back all commands (CLIENT PAUSE): ${evidence}`,
    fix: ['# it ends by itself: CLIENT UNPAUSE is held back too'],
  };
}

/** A sentinel's connection that is blocked in PUBLISH: only a pause blocks that command (networking.c, blockPostponeClient). */
const isHeldBack = ({ name = '', flags = '', cmd = '' }: Fields): boolean =>
  /^sentinel-.*-cmd$/.test(name) && flags.includes('b') && cmd === 'publish';

/** How long the sentinel that has waited longest has had no answer to a PING. */
const waitingMs = ({ views }: Group): number =>
  Math.max(0, ...views.map(({ master }) => num(master.fields, 'last-ping-sent') ?? 0));

const movesItself = ({ info }: GatheredNode): boolean =>
  info.ok && (info.value.master_failover_state ?? 'no-failover') !== 'no-failover';

/** `paused_timeout_milliseconds` of INFO, where the release has it. */
function leftMs({ info }: GatheredNode): string {
  const left = info.ok ? num(info.value, 'paused_timeout_milliseconds') : null;
  return left === null || left <= 0 ? '' : `; the pause ends in ${humanDurationMs(left)}`;
}
