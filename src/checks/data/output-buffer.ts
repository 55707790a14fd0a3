import type { Check, RawFinding } from '../check.js';
import { setConfig } from '../fixes.js';
import { bytes, dataNodes, judged, num, readAll } from '../group.js';

/** Redis's own default since 2.6: 256 MiB at once, 64 MiB for 60 s. */
const DEFAULT = { hard: 256 * 2 ** 20, soft: 64 * 2 ** 20, softS: 60 };

/** `normal 0 0 0 slave 268435456 67108864 60 pubsub …`: the class is called `slave` or `replica`. */
function replicaLimit(setting: string): { hard: number; soft: number; softS: number } | null {
  const words = setting.split(/\s+/);
  const at = words.findIndex((word) => word === 'slave' || word === 'replica');
  if (at === -1) return null;
  const [hard = 0, soft = 0, softS = 0] = words.slice(at + 1, at + 4).map(Number);
  return { hard, soft, softS };
}

export default {
  id: 'output-buffer',
  severity: 'warning',
  group: 'data',
  title: 'the output buffer for replicas is smaller than the default',
  consequence:
    'a master drops a replica whose buffer is full, which then asks for a full resync that fills the buffer again: it may never finish, and a replica that was cut off for longer than 10 x down-after can not be promoted',
  explanation:
    'While a replica loads a snapshot, the master keeps what was written meanwhile in that replica’s output buffer. ' +
    'Past the hard limit, or past the soft one for its seconds, it closes the connection. The default is 256 MiB, 64 MiB for 60 s.',
  remedy: ['CONFIG SET client-output-buffer-limit "replica 256mb 64mb 60", or more for large data sets'],
  sources: ['redis.conf: client-output-buffer-limit', 'networking.c: checkClientOutputBufferLimits'],
  causes: ['link-down', 'lag'],
  live(gathered) {
    const { values, missing } = readAll(dataNodes(gathered), (n) => n.config);
    const seen = values.flatMap(({ server, value }): RawFinding[] => {
      const limit = replicaLimit(value['client-output-buffer-limit'] ?? '');
      if (limit === null) return [];
      const isSmall = (is: number, least: number): boolean => is > 0 && is < least;
      const softIsTight =
        isSmall(limit.soft, DEFAULT.soft) ||
        (limit.soft > 0 && limit.softS < DEFAULT.softS && limit.soft <= DEFAULT.soft);
      if (!isSmall(limit.hard, DEFAULT.hard) && !softIsTight) return [];
      const dataset = server.info.ok ? num(server.info.value, 'used_memory') : null;
      return [
        {
          subject: server.id,
          message: `drops a replica with ${bytes(limit.hard)} waiting, or ${bytes(limit.soft)} for ${limit.softS} s${dataset === null ? '' : `; it holds ${bytes(dataset)}`}`,
          fix: setConfig(server, 'client-output-buffer-limit', 'replica 256mb 64mb 60'),
        },
      ];
    });
    return judged(seen, missing);
  },
} satisfies Check;
