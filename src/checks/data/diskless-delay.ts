import type { Check, RawFinding } from '../check.js';
import { setConfig } from '../fixes.js';
import { dataNodes, judged, num, readAll } from '../group.js';

export default {
  id: 'diskless-delay',
  needs: 'gathered',
  severity: 'info',
  impact: 'none',
  group: 'data',
  part: 'replication',
  title: 'each full resync waits for other replicas to join',
  consequence:
    'a full resync starts 5 s late by default: a cluster of three was up after 10.1 s instead of 2.1 s, and a replica is missing that much longer after a failover',
  explanation:
    'With diskless replication a master waits repl-diskless-sync-delay seconds before a transfer, so that ' +
    'several replicas share it. That helps with many replicas and large data; with 2 or 3 replicas it only ' +
    'costs time.',
  remedy: ['CONFIG SET repl-diskless-sync-delay 0'],
  sources: ['redis.conf: repl-diskless-sync-delay', 'measured'],
  live(gathered) {
    const { values, missing } = readAll(dataNodes(gathered), (n) => n.config);
    const seen = values.flatMap(({ server, value }): RawFinding[] => {
      const delayS = num(value, 'repl-diskless-sync-delay') ?? 0;
      if (value['repl-diskless-sync'] !== 'yes' || delayS === 0) return [];
      return [
        {
          subject: server.id,
          message: `each full resync waits: repl-diskless-sync-delay ${delayS} (seconds)`,
          fix: setConfig(server, 'repl-diskless-sync-delay', 0),
        },
      ];
    });
    return judged(seen, missing);
  },
} satisfies Check;
