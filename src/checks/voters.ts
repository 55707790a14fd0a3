import type { Address } from '../model/address.js';
import type { MasterFacts } from '../model/facts.js';
import type { Gathered } from '../model/gathered.js';
import { cli, ctl } from '../model/hints.js';
import { MASTER_SETTINGS, type MasterSetting } from '../model/sentinel-settings.js';
import { majorityOf } from '../model/sentinel-timing.js';

/** What a sentinel must be told to monitor a master as the others do. */
interface Monitored {
  name: string;
  address: Address | null;
  /** Milliseconds, and parallel-syncs as a number; without the ones that are not known. */
  settings: Partial<Record<MasterSetting, string | number>>;
}

/** As the first sentinel of a snapshot has it. */
export function monitoredBy({
  name,
  master,
  sentinelViews,
}: Pick<MasterFacts, 'name' | 'master' | 'sentinelViews'>): Monitored {
  const view = sentinelViews[0]?.view;
  const settings = view && {
    'down-after-milliseconds': view.downAfterMs,
    'failover-timeout': view.failoverTimeoutMs,
    'parallel-syncs': view.parallelSyncs,
  };
  return { name, address: master ?? view?.address ?? null, settings: settings ?? {} };
}

/** How one more sentinel joins: it finds the others by itself, over the master. `voters` with it. */
export function furtherSentinel(
  target: Pick<Gathered, 'own' | 'cluster'>,
  { name, address, settings }: Monitored,
  voters: number,
): string[] {
  if (target.own) {
    return ['# empties the cluster:', ctl(target, 'down'), ctl(target, `up --sentinels ${voters}`)];
  }
  const at = address === null ? '<the master> <its port>' : `${address.host} ${address.port}`;
  return [
    '# in the sentinel.conf of a further sentinel, on its own machine:',
    'port 26379',
    `sentinel monitor ${name} ${at} ${majorityOf(voters)}`,
    ...MASTER_SETTINGS.flatMap((setting) =>
      settings[setting] === undefined ? [] : [`sentinel ${setting} ${name} ${settings[setting]}`],
    ),
    'redis-server sentinel.conf --sentinel',
  ];
}

/** A single sentinel with a quorum of several: the others may run, and be unheard. */
export const UNHEARD: readonly string[] = [
  '# one that cannot log in at the master is not heard by the others: if other sentinels run, give doctor the addresses of all of them (--sentinel-addrs A,B,C); if none runs:',
];

/**
 * A quorum that can be met, at these sentinels. One sentinel gets company instead: with quorum 1 it would replace a
 * master that it alone does not reach.
 */
export const lowerQuorum = (
  target: Pick<Gathered, 'own' | 'cluster'>,
  views: readonly { sentinel: { endpoint: Address } }[],
  monitored: Monitored,
  voters: number,
): string[] =>
  voters < 2
    ? [...(target.own ? [] : UNHEARD), ...furtherSentinel(target, monitored, 3)]
    : views.map(({ sentinel }) =>
        cli(sentinel, `SENTINEL SET ${monitored.name} quorum ${majorityOf(voters)}`),
      );
