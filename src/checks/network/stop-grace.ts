import type { Check, RawFinding } from '../check.js';
import { containerOf, setConfig } from '../fixes.js';
import { dataNodes, judged, num, readAll } from '../group.js';

/** docker stop waits so long where the container says nothing else; seconds. */
const DOCKER_DEFAULT_S = 10;

export default {
  id: 'stop-grace',
  severity: 'warning',
  group: 'network',
  title: 'a container is killed before its server has shut down',
  consequence:
    'an orderly stop of a master ends as a crash: SIGKILL after 10 s cuts the wait for its replicas, or the last save, and what was not yet written is lost',
  explanation:
    'On SIGTERM a master pauses writes and waits up to shutdown-timeout (10 s, since Redis 7.0) for its replicas to catch ' +
    'up, then saves. docker stop sends SIGKILL after its own time-out, which is 10 s too. The engine has to wait longer than the server.',
  remedy: [
    'compose: stop_grace_period: 15s; docker run --stop-timeout 15',
    'or a shorter shutdown-timeout, at run time',
  ],
  sources: [
    'redis.conf: shutdown-timeout',
    'https://docs.docker.com/reference/cli/docker/container/stop/',
    'measured',
  ],
  live(gathered) {
    const lives = readAll(dataNodes(gathered), (n) => n.life);
    const missing = [...lives.missing];
    const seen = lives.values.flatMap(({ server, value }): RawFinding[] => {
      if (value.kind !== 'container') return [];
      if (!server.config.ok) {
        missing.push(`${server.id}: ${server.config.why}`);
        return [];
      }
      const graceS = value.stopTimeoutS ?? DOCKER_DEFAULT_S;
      // Before 7.0 a server does not wait for its replicas.
      const shutdownS = num(server.config.value, 'shutdown-timeout');
      if (shutdownS === null || shutdownS === 0 || graceS > shutdownS) return [];
      const shorter = Math.floor(graceS / 2);
      return [
        {
          subject: server.id,
          message: `killed ${graceS} s after a stop, shutdown-timeout ${shutdownS} s`,
          fix: [
            ...setConfig(server, 'shutdown-timeout', shorter),
            `or: make ${containerOf(gathered, server)} anew with --stop-timeout ${shutdownS + 5} (compose: stop_grace_period: ${shutdownS + 5}s)`,
          ],
        },
      ];
    });
    return judged(seen, missing);
  },
} satisfies Check;
