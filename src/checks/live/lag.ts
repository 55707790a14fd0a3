import { formatAddress } from '../../model/address.js';
import { isAt } from '../../model/facts.js';
import { cli, ctl } from '../../model/hints.js';
import type { Check, RawFinding } from '../check.js';
import { nodeAt, silentSentinels } from '../evidence.js';
import { setConfig } from '../fixes.js';
import { attachedIn, bytes, groupsOf, judged, num } from '../group.js';

/** min-replicas-max-lag where it cannot be read: Redis's default, seconds. */
const MAX_LAG_S = 10;

/** Twice what a replica is behind, in whole MiB, and not less than 64 MiB: bytes for repl-backlog-size. */
const roomFor = (behind: number): number => Math.max(64, Math.ceil((2 * behind) / 2 ** 20)) * 2 ** 20;

export default {
  id: 'lag',
  needs: 'gathered',
  severity: 'warning',
  impact: 'degraded',
  group: 'live',
  part: 'replicas',
  title: 'a replica lags behind its master',
  consequence:
    'writes that it has not received are lost when it is promoted; beyond the backlog it needs a full resync; with min-replicas-to-write it no longer counts',
  explanation:
    'A replica acknowledges its offset once a second. If it has not for min-replicas-max-lag seconds, it is ' +
    'frozen, cut off or overloaded; if it is further behind than the size of the backlog, it needs a full resync ' +
    'when its connection breaks. Both values come from the master, at one moment.',
  remedy: [
    'check the replica: frozen, out of CPU, a slow disk with appendfsync always, a slow network',
    'if it is paused, resume it: sentinelctl resume NODE, or kill -CONT PID',
  ],
  sources: [
    'replication.c: replicationCron, refreshGoodSlavesCount',
    'https://redis.io/docs/latest/commands/info/ (lag)',
  ],
  causes: ['writes-refused', 'lag-growing'],
  live(gathered) {
    const groups = groupsOf(gathered);
    if (groups.length === 0) return silentSentinels(gathered);
    const seen: RawFinding[] = [];
    const missing: string[] = [];
    for (const { master, name, replicas } of groups) {
      if (master === null || !master.info.ok) {
        missing.push(`${name}: its master does not say how far its replicas are`);
        continue;
      }
      const info = master.info.value;
      const config = master.config.ok ? master.config.value : {};
      const maxLagS = num(config, 'min-replicas-max-lag') || MAX_LAG_S;
      const backlog = num(config, 'repl-backlog-size') ?? num(info, 'repl_backlog_size');
      const offset = num(info, 'master_repl_offset');
      for (const { address, state, lagS, offset: at } of attachedIn(info)) {
        if (state !== 'online') continue;
        const behind = offset === null || at === null ? 0 : Math.max(0, offset - at);
        const isSilent = lagS !== null && lagS >= maxLagS;
        const isFar = backlog !== null && behind > backlog;
        if (!isSilent && !isFar) continue;
        const node = replicas.find((n) => isAt(n, address));
        const frozen = node?.silence?.kind === 'timeout' && node.silence.unreached !== true;
        seen.push({
          subject: nodeAt(gathered, address),
          message: `${nodeAt(gathered, address)}: ${isSilent ? `acknowledged nothing for ${lagS} s, ` : ''}${bytes(behind)} behind ${master.id}${isFar && backlog !== null ? `, more than its backlog of ${bytes(backlog)}` : ''}${frozen ? '; it accepts connections but does not answer' : ''}`,
          fix:
            node !== undefined && frozen && gathered.own
              ? [ctl(gathered, `resume ${node.id}`)]
              : [
                  // Beyond the backlog and still acknowledging: only a larger one saves it a full resync.
                  ...(isSilent ? [] : setConfig(master, 'repl-backlog-size', roomFor(behind))),
                  cli({ endpoint: node?.endpoint ?? address }, 'INFO all'),
                  `check the machine of ${formatAddress(address)}: CPU, disk, network; kill -CONT if it was stopped`,
                ],
        });
      }
    }
    return judged(seen, missing);
  },
} satisfies Check;
