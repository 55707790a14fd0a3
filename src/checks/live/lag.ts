import { formatAddress } from '../../model/address.js';
import { isAt } from '../../model/facts.js';
import type { Check, RawFinding } from '../check.js';
import { cli, ctl, nodeAt, silentSentinels } from '../evidence.js';
import { attachedIn, bytes, groupsOf, judged, num } from '../group.js';

/** min-replicas-max-lag where it can not be read: Redis's default, seconds. */
const MAX_LAG_S = 10;

export default {
  id: 'lag',
  needs: 'gathered',
  severity: 'warning',
  group: 'live',
  title: 'a replica lags behind its master',
  consequence:
    'what it has not got is lost when it is promoted, and past the backlog it needs a full resync; with min-replicas-to-write it no longer counts',
  explanation:
    'A replica acknowledges once a second how far it is. One that has not for min-replicas-max-lag seconds is frozen, cut ' +
    'off or overloaded; one that is further behind than the backlog is long cannot catch up without copying everything ' +
    'once its connection breaks. Both are the master’s own words, of one moment.',
  remedy: [
    'look at the replica: frozen, out of CPU, a slow disk with appendfsync always, a slow network',
    'thaw it if it was stopped: sentinelctl resume NODE, or kill -CONT PID',
  ],
  sources: [
    'replication.c: replicationCron, refreshGoodSlavesCount',
    'https://redis.io/docs/latest/commands/info/ (lag)',
  ],
  causes: ['lag-growing'],
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
        const frozen = node?.silence?.kind === 'timeout';
        seen.push({
          subject: nodeAt(gathered, address),
          message: `${nodeAt(gathered, address)}: ${isSilent ? `acknowledged nothing for ${lagS} s, ` : ''}${bytes(behind)} behind ${master.id}${isFar && backlog !== null ? `, more than its backlog of ${bytes(backlog)}` : ''}${frozen ? '; it takes connections and answers nothing' : ''}`,
          fix:
            node !== undefined && frozen && gathered.own
              ? [ctl(gathered, `resume ${node.id}`)]
              : [
                  cli({ endpoint: node?.endpoint ?? address }, 'INFO all'),
                  `look at the machine of ${formatAddress(address)}: CPU, disk, network; kill -CONT if it was stopped`,
                ],
        });
      }
    }
    return judged(seen, missing);
  },
} satisfies Check;
