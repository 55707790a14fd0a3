import { cli } from '../../model/hints.js';
import type { Check, RawFinding } from '../check.js';

/** Less is what a second of writes may be ahead. */
const GROWN_BYTES = 1024 * 1024;

export default {
  id: 'lag-growing',
  needs: 'gathered',
  severity: 'warning',
  impact: 'degraded',
  group: 'live',
  part: 'replicas',
  title: 'the lag of a replica keeps growing',
  consequence:
    'a failover to it loses the missing writes, more with each second; at the output buffer limit the master disconnects it, and it starts a full resync',
  explanation:
    'The difference between the offsets of the master and the replica was measured several times a second, and it ' +
    'grew. The replica receives less than is written: its machine or the network is too slow, or a long command ' +
    'blocks it.',
  remedy: [
    'find what blocks the replica: SLOWLOG GET, LATENCY DOCTOR, its CPU and its disk',
    'raise client-output-buffer-limit replica at the master, so that the replica stays connected meanwhile',
  ],
  sources: ['https://redis.io/docs/latest/operate/oss_and_stack/management/replication/', 'measured'],
  overTime: true,
  live({ watched, nodes }) {
    if (watched === null) return { skip: 'it was not watched' };
    const masters = watched.offsets.filter((o) => o.role === 'master');
    if (masters.length === 0) return { skip: 'no master gave its offset while it was watched' };
    const lags = (node: string): number[] =>
      watched.offsets
        .filter((o) => o.node === node && o.role === 'replica')
        .map(({ atMs, offset }) => nearest(masters, atMs) - offset);
    return nodes.flatMap((node): RawFinding[] => {
      const all = lags(node.id);
      const [first, last] = [all[0], all.at(-1)];
      if (first === undefined || last === undefined || last - first < GROWN_BYTES || last < first * 2)
        return [];
      return [
        {
          subject: node.id,
          message: `from ${first} to ${last} bytes behind the master in ${watched.forMs / 1000} s`,
          fix: [cli(node, 'SLOWLOG GET 10'), cli(node, 'LATENCY DOCTOR')],
        },
      ];
    });
  },
} satisfies Check;

/** The master's offset at about that time. */
function nearest(masters: readonly { atMs: number; offset: number }[], atMs: number): number {
  const sorted = masters.toSorted((a, b) => Math.abs(a.atMs - atMs) - Math.abs(b.atMs - atMs));
  return sorted[0]?.offset ?? 0;
}
