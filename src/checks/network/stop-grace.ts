import type { Check, RawFinding } from '../check.js';
import { merged } from '../files/judge.js';
import { nodeFiles } from '../files/project.js';
import { settingOf } from '../files/settings.js';
import { containerOf, setConfig } from '../fixes.js';
import { dataNodes, judged, num, readAll } from '../group.js';

/** The timeout of docker stop where the container sets none; seconds. */
const DOCKER_DEFAULT_S = 10;

export default {
  id: 'stop-grace',
  needs: 'gathered',
  severity: 'warning',
  impact: 'risk',
  group: 'network',
  title: 'a container is killed before its server has shut down',
  consequence:
    'an orderly stop of a master ends as a crash: SIGKILL after 10 s interrupts the wait for its replicas or the last save, and what was not yet written is lost',
  explanation:
    'On SIGTERM a master pauses writes and waits up to shutdown-timeout (10 s, since Redis 7.0) for its ' +
    'replicas to catch up, then saves. docker stop sends SIGKILL after its own timeout, which is 10 s too. ' +
    'Docker has to wait longer than the server.',
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
            `or: recreate ${containerOf(gathered, server)} with --stop-timeout ${shutdownS + 5} (compose: stop_grace_period: ${shutdownS + 5}s)`,
          ],
        },
      ];
    });
    return judged(seen, missing);
  },
  files(project) {
    const nodes = nodeFiles(project).filter((n) => n.service !== null);
    if (nodes.length === 0) return { skip: 'needs a compose file: it sets the stop timeout', applies: false };
    const seen = nodes.flatMap((node): RawFinding[] => {
      const grace = node.service?.stopGrace ?? null;
      const waits = Number(settingOf(node, 'shutdown-timeout') ?? 10);
      if (grace?.ms === null) return [];
      // Docker's default (compose-spec, stop_grace_period).
      const seconds = (grace?.ms ?? 10_000) / 1000;
      if (seconds > waits) return [];
      return [
        {
          subject: node.id,
          // Both are defaults.
          severity: grace === null ? 'info' : 'warning',
          message: `killed ${seconds} s after a stop${grace === null ? ' (the default)' : ''}, while shutdown-timeout lets it wait ${waits} s for its replicas`,
          fix: [
            node.service?.pod === undefined
              ? `stop_grace_period: ${waits + 5}s`
              : `terminationGracePeriodSeconds: ${waits + 20}`,
          ],
          at: { file: node.at.file, line: grace?.line ?? node.at.line },
        },
      ];
    });
    // A default is one finding for all nodes.
    const [first] = seen.filter((s) => s.severity === 'info');
    return merged(seen.map((s) => (s.severity === 'info' && first?.at ? { ...s, at: first.at } : s)));
  },
} satisfies Check;
