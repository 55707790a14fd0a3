import type { Gathered, GatheredSentinel } from '../../model/gathered.js';
import type { Check, RawFinding } from '../check.js';
import { cli } from '../evidence.js';
import { groupsOf, judged, num, readAll } from '../group.js';

/** sentinel.c, sentinel_tilt_trigger and sentinel_tilt_period; milliseconds. */
const TRIGGER_MS = 2000;
const PERIOD_MS = 30_000;

export default {
  id: 'tilt',
  severity: 'critical',
  group: 'live',
  title: 'a sentinel is in TILT and does not act',
  consequence:
    'it calls nobody down and takes part in no failover until its clock has been calm for 30 s; with a slow resolver in the way it went on for as long as was watched, 48 s',
  explanation:
    'A sentinel whose own timer came more than 2 s late, or early, no longer trusts its sense of time: its clock was set, ' +
    'the machine stood still (a suspended virtual machine, swap, no CPU), or it was blocked, by a look-up of a name or by ' +
    'a disk that does not take its configuration.',
  remedy: [
    'find what stops it: steps of the clock, CPU starvation, blocking look-ups, a slow disk under its configuration',
    'it leaves TILT by itself, 30 s after the last disturbance',
  ],
  sources: [
    'https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/ (TILT mode)',
    'sentinel.c: sentinelCheckTiltCondition',
    'measured',
  ],
  causes: ['failover-stuck', 'no-master'],
  live(gathered) {
    const { values, missing } = readAll(gathered.sentinels, (s) => s.info);
    const tilted = values.filter(({ value }) => num(value, 'sentinel_tilt') === 1);
    const disables = stopsFailover(gathered, tilted.length);
    const seen = tilted.map(({ server, value }): RawFinding => {
      const sinceS = num(value, 'sentinel_tilt_since_seconds');
      return {
        subject: server.id,
        severity: disables ? 'critical' : 'warning',
        message: `sentinel_tilt 1${sinceS === null || sinceS < 0 ? '' : ` for ${sinceS} s`}${disables ? `; with ${tilted.length} of ${gathered.sentinels.length} in TILT nobody is replaced` : ''}`,
        fix: calm(server),
      };
    });
    return judged(seen, missing);
  },
} satisfies Check;

/** Whether those that are left are too few for the quorum, or for the majority that elects. */
function stopsFailover(gathered: Gathered, tilted: number): boolean {
  const silent = gathered.sentinels.filter((s) => s.silence !== null).length;
  const left = gathered.sentinels.length - silent - tilted;
  return groupsOf(gathered).some(({ views }) => {
    const fields = views[0]?.master.fields ?? {};
    const voters = (num(fields, 'num-other-sentinels') ?? 0) + 1;
    return left < Math.max(num(fields, 'quorum') ?? 1, Math.floor(voters / 2) + 1);
  });
}

/** What was tuned away from the default is set back; else there is only waiting. */
function calm(sentinel: GatheredSentinel): string[] {
  const debug = sentinel.debug.ok ? sentinel.debug.value : {};
  const lower = (name: string): string | undefined =>
    Object.entries(debug).find(([key]) => key.toLowerCase() === name)?.[1];
  const trigger = Number(lower('tilt-trigger') ?? TRIGGER_MS);
  const periodMs = Number(lower('tilt-period') ?? PERIOD_MS);
  return [
    ...(trigger < TRIGGER_MS ? [cli(sentinel, `SENTINEL DEBUG tilt-trigger ${TRIGGER_MS}`)] : []),
    `find what stops ${sentinel.id} or sets its clock; it leaves TILT ${Math.ceil(periodMs / 1000)} s after the last time`,
  ];
}
