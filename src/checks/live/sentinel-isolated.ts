import { count } from '../../model/words.js';
import type { SnapshotCheck } from '../check.js';
import { judgeMasters, nameOf } from '../snapshot.js';

export default {
  id: 'sentinel-isolated',
  needs: 'snapshot',
  severity: 'warning',
  impact: 'degraded',
  group: 'live',
  title: 'a sentinel knows fewer sentinels than the others do',
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
    judgeMasters(facts, ['sentinels'], ({ witnesses, hints, name }) => {
      const most = Math.max(witnesses.length - 1, ...witnesses.map((w) => w.view.sentinels.length));
      return witnesses
        .filter((w) => w.view.sentinels.length < most)
        .map(({ sentinel, view }) => ({
          subject: sentinel.id,
          message: `${nameOf(sentinel)} knows ${count(view.sentinels.length, 'other sentinel')}, where others know ${most}`,
          fix: [hints.logs(sentinel, `SENTINEL SENTINELS ${name}`)],
        }));
    }),
} satisfies SnapshotCheck;
