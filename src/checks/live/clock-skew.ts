import { humanDurationMs } from '../../model/duration.js';
import type { Check, RawFinding } from '../check.js';
import { judged, readAll } from '../group.js';

/** Apart by more than this beyond what a slow answer explains, clocks are not kept; milliseconds. */
const APART_MS = 500;

export default {
  id: 'clock-skew',
  needs: 'gathered',
  severity: 'warning',
  impact: 'risk',
  group: 'live',
  part: 'addresses',
  title: 'the servers’ clocks differ',
  consequence:
    'keys expire early or late when another node becomes master, and the clock step that corrects it puts its sentinels into TILT: no failover for 30 s',
  explanation:
    'Redis stores expiry as an absolute time, so after a failover another clock decides. Sentinel measures ' +
    'durations with its own clock: a constant difference does not affect it, a clock step does. doctor compares ' +
    'each server’s TIME with this machine’s clock, and allows for the network delay.',
  remedy: ['keep the clocks in step with NTP, slewing and not stepping: chrony, systemd-timesyncd'],
  sources: [
    'https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/ (TILT mode)',
    'expire.c',
  ],
  causes: ['tilt'],
  live(gathered) {
    const { values, missing } = readAll([...gathered.nodes, ...gathered.sentinels], (s) => s.clock);
    const readings = values.map(({ server, value }) => ({
      server,
      // At some moment between asking and the answer it said serverMs.
      offMs: value.serverMs - (value.askedAtMs + value.answeredAtMs) / 2,
      unsureMs: (value.answeredAtMs - value.askedAtMs) / 2,
    }));
    const sorted = readings.toSorted((a, b) => a.offMs - b.offMs);
    const middle = sorted[Math.floor(sorted.length / 2)];
    const seen = sorted.flatMap(({ server, offMs, unsureMs }): RawFinding[] => {
      if (middle === undefined) return [];
      const apart = offMs - middle.offMs;
      if (Math.abs(apart) - unsureMs - middle.unsureMs <= APART_MS) return [];
      return [
        {
          subject: server.id,
          message: `its clock is ${humanDurationMs(Math.abs(apart))} ${apart > 0 ? 'ahead of' : 'behind'} ${middle.server.id}'s`,
          fix: [
            `on the machine of ${server.id}: chronyc tracking; then chronyc makestep, with its sentinels one after the other`,
          ],
        },
      ];
    });
    return judged(seen, missing);
  },
} satisfies Check;
