import type { Gathered } from '../model/gathered.js';
import { ctl } from './evidence.js';
import type { Group } from './group.js';
import { majorityOf } from './sentinels.js';

/** How one more sentinel joins: it finds the others by itself, over the master. `voters` with it. */
export function furtherSentinel(
  gathered: Gathered,
  { name, address, views }: Group,
  voters: number,
): string[] {
  if (gathered.own) {
    return ['# empties the cluster:', ctl(gathered, 'down'), ctl(gathered, `up --sentinels ${voters}`)];
  }
  const fields = views[0]?.master.fields ?? {};
  const at = address === null ? '<the master> <its port>' : `${address.host} ${address.port}`;
  return [
    '# in the sentinel.conf of a further sentinel, on a machine of its own:',
    'port 26379',
    `sentinel monitor ${name} ${at} ${majorityOf(voters)}`,
    ...['down-after-milliseconds', 'failover-timeout', 'parallel-syncs'].flatMap((setting) =>
      fields[setting] === undefined ? [] : [`sentinel ${setting} ${name} ${fields[setting]}`],
    ),
    'redis-server sentinel.conf --sentinel',
  ];
}
