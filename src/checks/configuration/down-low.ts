import { DOUBLE_FAILOVER } from '../../model/double-failover.js';
import { DOUBLE_FAILOVER_BELOW_MS } from '../../model/sentinel-timing.js';
import type { Check } from '../check.js';
import { judgeMasterSetting, type WrongValue } from '../files/judge.js';
import { judgeSetting } from '../sentinels.js';

const wrong: WrongValue = (ms) =>
  ms < DOUBLE_FAILOVER_BELOW_MS
    ? {
        why: `is below ${DOUBLE_FAILOVER_BELOW_MS} ms`,
        better: DOUBLE_FAILOVER_BELOW_MS,
      }
    : null;

export default {
  id: 'down-low',
  needs: 'gathered',
  severity: 'warning',
  impact: 'risk',
  group: 'configuration',
  part: 'settings',
  title: 'down-after-milliseconds is so low that Sentinel may fail over a second time',
  consequence: `${DOUBLE_FAILOVER}: measured in 7 of 95 failovers at 1000 ms, 6 of 12 at 800 ms, 12 of 15 at 100 ms, none of 51 at 1500 ms`,
  explanation:
    'After +switch-master each sentinel closes its link to the new master and may reconnect only after 1 s, ' +
    'while its peers’ reports are still valid. With a down-after of about 1 s or less, the healthy new master ' +
    'is called down and replaced. A pause of that length in the disk, the network or the process does the ' +
    'same to a healthy master.',
  remedy: [
    `SENTINEL SET NAME down-after-milliseconds ${DOUBLE_FAILOVER_BELOW_MS}, or more, at every sentinel`,
  ],
  sources: [
    'measured',
    'sentinel.c: sentinelReconnectInstance',
    'https://github.com/redis/redis/issues/8607',
  ],
  live: (gathered) => judgeSetting(gathered, 'down-after-milliseconds', wrong),
  files: (project) => judgeMasterSetting(project, 'down-after-milliseconds', wrong),
} satisfies Check;
