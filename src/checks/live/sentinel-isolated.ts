import { PEERS_FOUND_MS } from '../../model/sentinel-timing.js';
import type { MasterView } from '../../model/snapshot.js';
import { count } from '../../model/words.js';
import type { SnapshotCheck } from '../check.js';
import { judgeMasters, nameOf } from '../snapshot.js';
import { justStarted, lookAgain } from '../under-way.js';

/** `it has monitored this address for 2 s`; null where it had the time to find the others. */
function justBegun({ roleReportedMs }: MasterView): string | null {
  return roleReportedMs == null || roleReportedMs >= PEERS_FOUND_MS
    ? null
    : `it has monitored this address for ${Math.round(roleReportedMs / 1000)} s`;
}

export default {
  id: 'sentinel-isolated',
  needs: 'snapshot',
  severity: 'warning',
  impact: 'degraded',
  group: 'live',
  part: 'sentinels',
  title: 'a sentinel does not know all other sentinels',
  consequence: 'it counts fewer votes: it may not start a failover, or may start one without a majority',
  explanation:
    'Sentinels find each other through the data nodes: each publishes a hello message every 2 s and subscribes to ' +
    'those of the others. A sentinel that cannot reach the master, or may not publish or subscribe there, does ' +
    'not find the others or is not found by them.',
  remedy: [
    'check the network between this sentinel and the data nodes',
    'check the rights of its user: +publish +subscribe and the channel __sentinel__:hello',
  ],
  sources: ['sentinel.c: sentinelSendHello, sentinelProcessHelloMessage'],
  causes: ['no-quorum', 'quorum-gt-n', 'sentinels-few'],
  live: (facts) =>
    judgeMasters(facts, ['sentinels'], ({ sentinelViews, hints, name }) => {
      const most = Math.max(sentinelViews.length - 1, ...sentinelViews.map((w) => w.view.sentinels.length));
      const listed = Math.max(0, ...sentinelViews.map((w) => w.view.sentinels.length));
      return sentinelViews
        .filter((w) => w.view.sentinels.length < most)
        .map(({ sentinel, view }) => {
          const begun = justBegun(view) ?? justStarted(sentinel);
          const soon = begun === null ? '' : `: ${begun}, and the sentinels find each other within seconds`;
          return {
            subject: sentinel.id,
            message: `${nameOf(sentinel)} knows ${listed > view.sentinels.length ? `${count(view.sentinels.length, 'other sentinel')}, where others know ${listed}` : `${view.sentinels.length} of ${count(most, 'other sentinel')}`}${soon}`,
            fix: begun === null ? [hints.logs(sentinel, `SENTINEL SENTINELS ${name}`)] : lookAgain(hints),
          };
        });
    }),
} satisfies SnapshotCheck;
