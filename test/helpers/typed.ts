import { env } from 'node:process';
import { expect, it } from 'vitest';
import { dockerDriver } from '../../src/drivers/docker/index.js';
import type { Ran } from './cli.js';
import { plainWords } from './shell.js';

/** Lines that are typed one after the other, in a state directory of their own. */
export interface TypedPart {
  /** About how long they take. */
  seconds: number;
  lines: readonly string[];
  /** Defines them as tests. Each of `asProcesses` is typed once as a process of its own. */
  define(asProcesses: ReadonlySet<string>): void;
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
  SENTINELCTL_MAX_GAP: '60s',
  SENTINELCTL_CLIENTS: '2',
  SENTINELCTL_RATE: '50',
});

/** Whether the answer to `status --json` is that of a cluster where redis-1 is the master, as `up` made it. */
export function isAsNew(status: Pick<Ran, 'json'>): boolean {
  const { masters } = status.json() as { masters: { master: { id: string } | null }[] };
  return masters[0]?.master?.id === 'redis-1';
}

/** About how many seconds a line takes, as measured beside others; what is not here takes one or less. */
const SECONDS: [line: RegExp, seconds: number][] = [
  [/--dry-run|--help|# exits 3/, 1],
  [/--image host/, 20],
  [/^sentinelctl sweep/, 4],
  [/^sentinelctl switchover/, 6],
  [/--trials/, 48],
  [/^sentinelctl (failover-test( .*--rejoin guarded|$)|inject .*--for [1-8]s)/, 12],
  [/^sentinelctl failover-test/, 35],
  [/^sentinelctl (inject|heal|recover|doctor --fix)|^bash/, 5],
  [/^sentinelctl (up|restart|kill master)/, 3],
];

/** The estimate for one line. It balances the lanes. */
export function secondsOf(line: string, { again = false, endless = false }): number {
  const usual = SECONDS.find(([pattern]) => pattern.test(line))?.[1] ?? 0.5;
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

/** The command in a line that is a process wherever it is typed: it needs a shell, or is interrupted. */
const inBash = (line: string): string[] =>
  plainWords(line) !== undefined && !/\s(-f|--watch)\b/.test(line)
    ? []
    : [...line.matchAll(/\bsentinelctl (\w[\w-]*)/g)].map((match) => match[1] ?? '');
/** Engines may be missing, and ports and the number of trials are replaced before a line is typed. */
const mayDiffer = (line: string): boolean => /--image host|127\.0\.0\.1|--trials/.test(line);

/**
 * By part: the lines to type as a process of their own, which proves that such a process ends. It is one line of each
 * command: of all parts, so that no lane does it again.
 */
export function processesOf(parts: readonly TypedPart[]): Map<TypedPart, Set<string>> {
  const proved = new Set(parts.flatMap(({ lines }) => lines.flatMap(inBash)));
  return new Map(
    parts.map((part) => {
      const chosen = part.lines.filter((line) => {
        const command = plainWords(line)?.[0];
        if (command === undefined || proved.has(command) || mayDiffer(line)) return false;
        proved.add(command);
        return true;
      });
      return [part, new Set(chosen)];
    }),
  );
}

/** The commands that are typed as a process of their own at least once. */
export const commandsInProcesses = (parts: readonly TypedPart[]): Set<string> =>
  new Set([
    ...parts.flatMap(({ lines }) => lines.flatMap(inBash)),
    ...[...processesOf(parts).values()].flatMap((lines) =>
      [...lines].map((line) => line.split(' ')[1] ?? ''),
    ),
  ]);

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
