import { env } from 'node:process';
import { expect, it } from 'vitest';
import { dockerDriver } from '../../src/drivers/docker/index.js';

/** Lines that are typed one after the other, in a state directory of their own. */
export interface TypedPart {
  /** About how long they take. */
  seconds: number;
  /** Defines them as tests. */
  define(): void;
}

/**
 * Every line is typed with a state directory of its own, on free ports, and with a down-after that is short. How fast a
 * failover is here and now is not what is tested, nor how much the clients write meanwhile.
 */
export const typedWith = (downAfter: string): Record<string, string> => ({
  SENTINELCTL_DRIVER: 'process',
  SENTINELCTL_PORT: 'auto',
  SENTINELCTL_SENTINEL_PORT: 'auto',
  SENTINELCTL_DOWN_AFTER: downAfter,
  SENTINELCTL_BUDGET: '60s',
  SENTINELCTL_CLIENTS: '2',
  SENTINELCTL_RATE: '50',
});

/** About how many seconds a line takes, as measured beside others; what is not here takes one or less. */
const SECONDS: [line: RegExp, seconds: number][] = [
  [/--dry-run|--help|# exits 3/, 1],
  [/--image host/, 20],
  [/^sentinelctl sweep/, 4],
  [/--trials/, 40],
  [/^sentinelctl (failover-test .*--rejoin guarded|inject .*--for [1-3]s)/, 10],
  [/^sentinelctl (failover-test|inject .*--for)/, 30],
  [/^sentinelctl (inject|heal|recover|doctor --fix)|^bash/, 5],
  [/^sentinelctl (up|restart|kill master)/, 2],
];

/** The estimate for one line. It balances the lanes. */
export function secondsOf(line: string, { again = false, endless = false }): number {
  const usual = SECONDS.find(([pattern]) => pattern.test(line))?.[1] ?? 0.3;
  return usual + (again ? 6 : 0) + (endless ? 2 : 0);
}

const probe = await dockerDriver.probe({ settings: { image: 'host' }, env });
/** Why lines that need a Docker Engine are skipped; undefined where one answers. */
export const noEngine = probe.ok ? undefined : probe.reason;

/** A missing engine is a failure where SENTINELCTL_REQUIRE_DOCKER=1 says so. */
export function requireEngine(): void {
  it.runIf(env.SENTINELCTL_REQUIRE_DOCKER === '1' && noEngine !== undefined)(
    'a Docker Engine is required and answers',
    () => expect(noEngine).toBeUndefined(),
  );
}

/** The parts of one lane, from 1. The longest parts are distributed first, and run first. */
export function laneOf(parts: readonly TypedPart[], lane: number, lanes: number): TypedPart[] {
  const all = Array.from({ length: lanes }, (): { seconds: number; parts: TypedPart[] } => ({
    seconds: 0,
    parts: [],
  }));
  for (const part of parts.toSorted((a, b) => b.seconds - a.seconds)) {
    const least = all.reduce((a, b) => (b.seconds < a.seconds ? b : a));
    least.seconds += part.seconds;
    least.parts.push(part);
  }
  return all[lane - 1]?.parts ?? [];
}
