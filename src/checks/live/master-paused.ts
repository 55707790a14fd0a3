import { humanDurationMs } from '../../model/duration.js';
import type { Gathered, GatheredNode } from '../../model/gathered.js';
import { ctl } from '../../model/hints.js';
import type { Check, RawFinding } from '../check.js';
import { silentSentinels } from '../evidence.js';
import { type Group, groupsOf, judged, num } from '../group.js';
import pauseTooLong from './pause-too-long.js';

export default {
  id: 'master-paused',
  needs: 'gathered',
  severity: 'critical',
  impact: 'down',
  group: 'live',
  part: 'master',
  title: 'CLIENT PAUSE holds back all commands of a master',
  consequence:
    'reads and writes wait until the pause ends, and the sentinels’ PING with them: after down-after they replace a working master',
  explanation:
    'CLIENT PAUSE without WRITE holds back everything. It looks like a stopped process, but its replicas still hear ' +
    'from it: ending the process would lose what only it has.',
  remedy: pauseTooLong.remedy,
  sources: pauseTooLong.sources,
  causes: pauseTooLong.causes,
  live(gathered) {
    const groups = groupsOf(gathered);
    if (groups.length === 0) return silentSentinels(gathered);
    const missing = groups
      .filter(({ master }) => master === null)
      .map(({ name }) => `${name}: no master is known`);
    const seen = groups.flatMap((group) =>
      group.master === null ? [] : (pausedForAll(gathered, group, group.master) ?? []),
    );
    return judged(seen, missing);
  },
} satisfies Check;

/** `master_last_io_seconds_ago` is whole seconds: so much earlier than it the PING must have been sent. */
const SURELY_MS = 2000;

/**
 * A master that takes connections, answers none of them, and has sent to a replica after it left a PING unanswered:
 * a process that is stopped sends nothing (replication.c, replicationCron: a PING to the replicas each 10 s).
 */
function pausedForAll(gathered: Gathered, group: Group, master: GatheredNode): RawFinding | null {
  const { name, replicas, views } = group;
  if (master.silence?.kind !== 'timeout' || master.silence.unreached === true) return null;
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
    fix: [`${ctl(gathered, 'status --watch')}  # it ends by itself: CLIENT UNPAUSE is held back too`],
  };
}

/** How long the sentinel that has waited longest has had no answer to a PING. */
const waitingMs = ({ views }: Group): number =>
  Math.max(0, ...views.map(({ master }) => num(master.fields, 'last-ping-sent') ?? 0));
