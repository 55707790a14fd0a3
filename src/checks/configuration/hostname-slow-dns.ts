import { isIp } from '../../model/address.js';
import { humanDurationMs } from '../../model/duration.js';
import type { Check, RawFinding } from '../check.js';
import { judgeSentinelFiles } from '../files/judge.js';
import { serviceAt } from '../files/project.js';
import { isYes, monitorsOf, sentinelLine } from '../files/settings.js';
import { monitorInstead, settingsIn } from '../fixes.js';
import { judged } from '../group.js';
import { monitoredHosts } from '../sentinels.js';

/** In milliseconds: a sentinel that stands still for 2 s goes into TILT; half of that is too near. */
const SLOW_MS = 1000;
/** A fast answer that a name does not exist does not slow a sentinel down. */
const QUICK_NO = /does not resolve \(after (\d+) ms\)/;
const isQuickNo = (why: string): boolean => Number(QUICK_NO.exec(why)?.[1] ?? SLOW_MS) < SLOW_MS;

export default {
  id: 'hostname-slow-dns',
  needs: 'gathered',
  severity: 'critical',
  impact: 'at-risk',
  group: 'configuration',
  part: 'names',
  title: 'slow host name lookups block the sentinels',
  consequence:
    'a lookup blocks the whole sentinel: with slow answers for a missing name it was in TILT and did not fail over within 48 s (measured)',
  explanation:
    'With resolve-hostnames yes Sentinel resolves names in its only thread. When a container stops its name ' +
    'disappears, and Sentinel asks for it again and again; when each answer takes seconds, the timer of the ' +
    'sentinel runs late and it enters TILT, in which it calls no instance down.',
  remedy: [
    'use fixed addresses: sentinel monitor, announce-ip, replica-announce-ip',
    'or put the names into /etc/hosts on each machine',
  ],
  sources: ['sentinel.c: createSentinelAddr, sentinelCheckTiltCondition', 'measured'],
  causes: ['tilt', 'no-master', 'failover-stuck', 'ghost-replica', 'no-quorum'],
  live(gathered) {
    const resolving = gathered.sentinels.filter(
      (s) => s.config.ok && s.config.value['resolve-hostnames'] === 'yes',
    );
    const missing = gathered.sentinels.flatMap((s) => (s.config.ok ? [] : [`${s.id}: ${s.config.why}`]));
    const seen: RawFinding[] = [];
    for (const { name, result } of gathered.lookups) {
      if (isIp(name) || resolving.length === 0) continue;
      if (!result.ok && isQuickNo(result.why)) {
        missing.push(`${name} ${result.why}`);
        continue;
      }
      if (result.ok && result.value.tookMs < SLOW_MS) continue;
      const at = result.ok ? result.value.addresses[0] : undefined;
      const users = resolving.filter((s) => monitoredHosts(s).includes(name));
      const whose = users.length > 0 ? users : resolving;
      seen.push({
        subject: whose.map((s) => s.id).join(', '),
        message: result.ok
          ? `the lookup of ${name} took ${humanDurationMs(result.value.tookMs)}`
          : `the lookup of ${name} failed: ${result.why}`,
        fix: whose.flatMap((s) =>
          (s.masters.ok ? s.masters.value : [])
            .filter((m) => m.fields.ip === name)
            .flatMap((m) =>
              monitorInstead(
                s,
                m.name,
                at === undefined
                  ? { variable: 'MASTER_HOST', port: Number(m.fields.port) }
                  : { host: at, port: Number(m.fields.port) },
                settingsIn(m.fields),
                null,
              ),
            )
            .concat(`# or, on the machine of ${s.id}, in /etc/hosts:`, `${at ?? 'ADDRESS'} ${name}`),
        ),
      });
    }
    return judged(seen, missing);
  },
  files(project) {
    return judgeSentinelFiles(project, (sentinels) => {
      const resolving = sentinels.filter((s) => isYes(sentinelLine(s, 'resolve-hostnames')?.args[1]));
      return resolving.flatMap(monitorsOf).flatMap(({ server, name, host, port, quorum, at }) => {
        if (isIp(host) || serviceAt(project, host) === undefined) return [];
        return [
          {
            subject: server.id,
            severity: 'info' as const,
            message: `${host} does not resolve while its container is stopped; a file does not show how long such a lookup takes`,
            fix: [
              `give ${host} a fixed address (networks: … ipv4_address:) and write: sentinel monitor ${name} <that address> ${port} ${quorum}`,
            ],
            at,
          },
        ];
      });
    });
  },
} satisfies Check;
