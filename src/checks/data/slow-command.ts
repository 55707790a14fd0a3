import type { GatheredNode } from '../../model/gathered.js';
import { ctl } from '../../model/hints.js';
import { listed } from '../../model/words.js';
import type { Check, RawFinding } from '../check.js';
import { silentSentinels } from '../evidence.js';
import { sentinelSet } from '../fixes.js';
import { groupsOf, idsOf, judged, num, settingIn } from '../group.js';

/** Older entries say nothing about now, milliseconds. */
const RECENT_MS = 3_600_000;

export default {
  id: 'slow-command',
  needs: 'gathered',
  severity: 'critical',
  impact: 'at-risk',
  group: 'data',
  part: 'replication',
  title: 'a command takes longer than down-after',
  consequence:
    'while it runs the server answers no PING: the sentinels call a healthy master down and replace it, and the same happens to the next one that gets the command',
  explanation:
    'Redis runs one command at a time. A script, KEYS, a large DEL or SORT that takes longer than ' +
    'down-after-milliseconds looks like a dead server to Sentinel. SLOWLOG names the command and the client that ' +
    'sent it.',
  remedy: [
    'do not send that command to the master: split it, or send it to a replica that may not be promoted',
    'down-after-milliseconds above the longest pause: SENTINEL SET NAME down-after-milliseconds MS, at every sentinel',
  ],
  sources: ['sentinel.c: sentinelCheckSubjectivelyDown', 'redis.io: SLOWLOG GET', 'measured'],
  causes: [
    'flapping',
    'master-frozen',
    'failover-in-progress',
    'failover-stuck',
    'replica-orphan',
    'link-down',
    'seen-down',
    'master-down',
    'master-disagree',
    'no-master',
    'split-brain',
    'lag',
    'writes-refused',
    'node-unreachable',
  ],
  live(gathered) {
    const groups = groupsOf(gathered);
    if (groups.every(({ views }) => views.length === 0)) return silentSentinels(gathered);
    const missing: string[] = [];
    const seen = groups.flatMap(({ name, nodes, views }): RawFinding[] => {
      const downAfterMs = Math.min(
        ...views.map(({ master }) => num(master.fields, 'down-after-milliseconds') ?? Infinity),
      );
      for (const node of nodes) {
        const blind = node.slowlog.ok ? unlogged(node, downAfterMs) : node.slowlog.why;
        if (blind !== null) missing.push(`${node.id}: ${blind}`);
      }
      const slow = nodes.flatMap((node) => slowIn(node, gathered.takenAtMs, downAfterMs));
      const longest = slow.toSorted((a, b) => b.us - a.us)[0];
      if (longest === undefined) return [];
      const at = [...new Set(slow.map(({ node }) => node))];
      const longestMs = Math.max(...slow.map(({ us }) => us / 1000));
      const commands = [...new Set(slow.map(({ command }) => command.toUpperCase()))];
      const clients = [...new Set(slow.flatMap(({ client }) => client ?? []))];
      const epochs = Math.max(0, ...views.map(({ master }) => num(master.fields, 'config-epoch') ?? 0));
      const times = `${slow.length} ${slow.length === 1 ? 'time' : 'times'} at ${idsOf(at)} (SLOWLOG)`;
      const sent = `${clients.length === 0 ? '' : `; sent by ${clients.slice(0, 2).join(', ')}${clients.length > 2 ? ` and ${clients.length - 2} more connections` : ''}`}${epochs > 1 ? `; ${epochs} failovers so far` : ''}`;
      return [
        {
          subject: idsOf(at),
          servers: nodes.map((n) => n.id),
          masterName: name,
          brief: `${listed(commands)} takes ${seconds(longestMs)}, longer than down-after (${seconds(downAfterMs)})`,
          message: `${listed(commands)} took up to ${seconds(longestMs)}, ${times}, and down-after of ${name} is ${seconds(downAfterMs)}: a server that runs it is called down${sent}`,
          evidence: `${listed(commands)} ran ${times}${sent}`,
          fix: [
            `# no ${listed(commands, 'or')} of that length on the master; or a down-after above the longest pause:`,
            ...sentinelSet(views, name, 'down-after-milliseconds', Math.ceil(longestMs / 1000) * 2000),
            `# watch whether a server still goes down and comes back: ${ctl(gathered, 'doctor --watch-for 30s')}`,
          ],
        },
      ];
    });
    return judged(seen, missing);
  },
} satisfies Check;

/** Why its SLOWLOG does not hold a command of that length; null where it does, or does not say. */
function unlogged({ config }: GatheredNode, ms: number): string | null {
  if (!config.ok) return null;
  // Valkey 8.1 has both names.
  const limit = settingIn(config.value, 'slowlog-log-slower-than', 'commandlog-execution-slower-than');
  const length = settingIn(config.value, 'slowlog-max-len', 'commandlog-slow-execution-max-len');
  if (length === '0') return 'its SLOWLOG keeps nothing (slowlog-max-len 0)';
  if (limit === undefined) return null;
  const isOff = Number(limit) < 0 || Number(limit) > ms * 1000;
  return isOff
    ? `its SLOWLOG does not log a command that takes down-after (slowlog-log-slower-than ${limit})`
    : null;
}

interface Slow {
  node: GatheredNode;
  us: number;
  command: string;
  client?: string;
}

const slowIn = (node: GatheredNode, nowMs: number, downAfterMs: number): Slow[] =>
  (node.slowlog.ok ? node.slowlog.value : [])
    .filter(({ atMs, us }) => us / 1000 >= downAfterMs && nowMs - atMs < RECENT_MS)
    .map(({ us, command, client }) => ({ node, us, command, ...(client !== undefined && { client }) }));

const seconds = (ms: number): string => `${Number((ms / 1000).toFixed(1))} s`;
