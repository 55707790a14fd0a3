import { DEFAULT_DOWN_AFTER_MS } from '../../model/sentinel-timing.js';
import { DEFAULT_SPEC } from '../../model/spec.js';
import type { Check } from '../check.js';
import { judgeMasterSetting, type WrongValue } from '../files/judge.js';
import { judgeSetting } from '../sentinels.js';

/** Long enough for a network that works, and six times as fast as the default. */
const { downAfterMs: USUAL_MS } = DEFAULT_SPEC;

const wrong: WrongValue = (ms) =>
  ms >= DEFAULT_DOWN_AFTER_MS
    ? { why: 'ms pass before a failed master is called down', better: USUAL_MS }
    : null;

export default {
  id: 'down-high',
  needs: 'gathered',
  severity: 'info',
  impact: 'none',
  group: 'configuration',
  part: 'settings',
  title: 'down-after-milliseconds is 30 s or more',
  consequence:
    'an outage lasts down-after plus 1.0 to 1.3 s (measured at 1 and 5 s): nothing happens before down-after has passed',
  explanation:
    'The default of 30000 suits links between data centres. A failover starts only after down-after, because only ' +
    'then a sentinel calls the master down. A lower value is faster, but treats more pauses as failures; 5000 is ' +
    'a usual value.',
  remedy: [`SENTINEL SET NAME down-after-milliseconds ${USUAL_MS} at every sentinel`],
  sources: ['sentinel.c: sentinelCheckSubjectivelyDown', 'measured'],
  live: (gathered) => judgeSetting(gathered, 'down-after-milliseconds', wrong),
  files: (project) => judgeMasterSetting(project, 'down-after-milliseconds', wrong),
} satisfies Check;
