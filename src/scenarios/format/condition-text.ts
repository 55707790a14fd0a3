import { formatDurationMs } from '../../model/duration.js';
import type { Condition } from './scenario.js';

/** A condition in words, for plans and reports. */
export function conditionText(condition: Condition): string {
  const count = ({ min, max }: { min: number; max: number }): string =>
    min === max
      ? String(min)
      : max === Number.MAX_SAFE_INTEGER
        ? `${min} or more`
        : min === 0
          ? `at most ${max}`
          : `${min} to ${max}`;
  switch (condition.is) {
    case 'failover':
      return 'a failover';
    case 'no-failover':
      return 'no failover';
    case 'converged':
      return 'convergence';
    case 'event':
    case 'no-event': {
      const { name, of, at } = condition;
      return `${condition.is === 'event' ? '' : 'no '}${name}${of === null ? '' : ` of ${of}`}${at === null ? '' : ` at ${at}`}`;
    }
    case 'role':
      return `${condition.of} in role ${condition.role}`;
    case 'quorum':
      return `CKQUORUM ${condition.usable ? 'OK' : 'not OK'}`;
    case 'failovers':
      return `${count(condition)} failover${condition.max === 1 ? '' : 's'}`;
    case 'master':
      return `${condition.who} as master`;
    case 'lost':
      return `${count(condition)} acknowledged writes lost${condition.cause === null ? '' : ` (${condition.cause})`}`;
    case 'two-masters': {
      const { minMs, maxMs } = condition;
      if (maxMs === 0) return 'never two masters';
      const least = minMs > 0 ? ` for at least ${formatDurationMs(minMs)}` : '';
      return `two masters${least}${maxMs === Number.MAX_SAFE_INTEGER ? '' : ` for at most ${formatDurationMs(maxMs)}`}`;
    }
    case 'keys':
      return `the written keys ${condition.kept ? 'kept' : 'lost'}`;
  }
}
