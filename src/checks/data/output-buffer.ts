import type { GatheredNode } from '../../model/gathered.js';
import type { Check, RawFinding } from '../check.js';
import { judgeNodeGroups } from '../files/judge.js';
import { allOf, bytesOf, place } from '../files/settings.js';
import { setConfig } from '../fixes.js';
import { bytes, dataNodes, judged, num, readAll } from '../group.js';

/** Redis's own default since 2.6: 256 MiB at once, 64 MiB for 60 s. */
const DEFAULT = { hard: 256 * 2 ** 20, soft: 64 * 2 ** 20, softS: 60 };
const NAME = 'client-output-buffer-limit';
const DEFAULT_WORDS = 'replica 256mb 64mb 60';

type Limit = typeof DEFAULT;

/** The limit for replicas that a data node says it has; null where it says none. */
export const limitOf = (node: GatheredNode): Limit | null =>
  node.config.ok ? replicaLimit((node.config.value[NAME] ?? '').split(/\s+/)) : null;

/** `normal 0 0 0 slave 268435456 67108864 60 pubsub …`: the class is called `slave` or `replica`. */
function replicaLimit(words: readonly string[]): Limit | null {
  const at = words.findIndex((word) => /^(slave|replica)$/i.test(word));
  if (at === -1) return null;
  const [hard, soft, seconds] = words.slice(at + 1, at + 4);
  return { hard: bytesOf(hard) ?? 0, soft: bytesOf(soft) ?? 0, softS: Number(seconds ?? 0) };
}

/** 0 means unlimited. */
export function isTight({ hard, soft, softS }: Limit): boolean {
  const isSmall = (is: number, least: number): boolean => is > 0 && is < least;
  return (
    isSmall(hard, DEFAULT.hard) ||
    isSmall(soft, DEFAULT.soft) ||
    (soft > 0 && softS < DEFAULT.softS && soft <= DEFAULT.soft)
  );
}

export const droppedAt = ({ hard, soft, softS }: Limit): string =>
  `drops a replica with ${bytes(hard)} waiting, or ${bytes(soft)} for ${softS} s`;

export default {
  id: 'output-buffer',
  needs: 'gathered',
  severity: 'warning',
  impact: 'risk',
  group: 'data',
  part: 'replication',
  title: 'the output buffer for replicas is smaller than the default',
  consequence:
    'a master disconnects a replica whose buffer is full; the replica asks for a full resync, which fills the buffer again. This may never end, and a replica that was cut off for longer than 10 x down-after cannot be promoted',
  explanation:
    'While a replica loads a snapshot, the master keeps the writes of that time in the replica’s output ' +
    'buffer. Above the hard limit, or above the soft limit for its number of seconds, it closes the ' +
    'connection. The default is 256 MiB, or 64 MiB for 60 s.',
  remedy: ['CONFIG SET client-output-buffer-limit "replica 256mb 64mb 60", or more for large data sets'],
  sources: ['redis.conf: client-output-buffer-limit', 'networking.c: checkClientOutputBufferLimits'],
  live(gathered) {
    const { values, missing } = readAll(dataNodes(gathered), (n) => n.config);
    const seen = values.flatMap(({ server }): RawFinding[] => {
      const limit = limitOf(server);
      if (limit === null || !isTight(limit)) return [];
      const dataset = server.info.ok ? num(server.info.value, 'used_memory') : null;
      return [
        {
          subject: server.id,
          message: `${droppedAt(limit)}${dataset === null ? '' : `; it holds ${bytes(dataset)}`}`,
          fix: setConfig(server, NAME, DEFAULT_WORDS),
        },
      ];
    });
    return judged(seen, missing);
  },
  files: (project) =>
    judgeNodeGroups(project, ({ nodes }) =>
      nodes.flatMap((n): RawFinding[] => {
        const line = allOf(n, NAME).findLast((d) => replicaLimit(d.args) !== null);
        const limit = line && replicaLimit(line.args);
        if (!line || !limit || !isTight(limit)) return [];
        return [
          {
            subject: n.id,
            message: `${droppedAt(limit)}: less than the default`,
            fix: [`${NAME} ${DEFAULT_WORDS}`],
            at: place(line),
          },
        ];
      }),
    ),
} satisfies Check;
