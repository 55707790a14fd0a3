import { expect } from 'vitest';
import type { StatusResult } from '../../src/model/status.js';
import type { FailoverResult } from '../../src/observe/result.js';
import { type Cli, openCli } from './cli.js';

interface LogLine {
  node: string;
  atMs: number | null;
  text: string;
}

/** A state directory of its own with the default cluster up in it, of processes, with a down-after of 2 s. */
export async function openWithCluster(downAfter = '2s'): Promise<Cli> {
  const cli = await openCli();
  const up = await cli.run(['up', '--driver', 'process', '--port', 'auto', '--down-after', downAfter]);
  expect(up.code, up.stderr).toBe(0);
  return cli;
}

/** Runs `failover-test --json` and answers its document; the test fails with what it said where it has none. */
export async function failoverTest(cli: Pick<Cli, 'run'>, ...args: string[]): Promise<FailoverResult> {
  const ran = await cli.run(['failover-test', '--json', ...args]);
  expect(ran.stdout, ran.stderr).not.toBe('');
  const result = ran.json() as FailoverResult;
  expect(result.outcome, `${result.reason}\n${ran.stderr}`).toBe('holds');
  expect(ran.code).toBe(0);
  return result;
}

/** Sentinel's own log lines of one event, of all sentinels, by time. */
export async function logged(cli: Cli, event: string): Promise<number[]> {
  const sentinels = ['sentinel-1', 'sentinel-2', 'sentinel-3'];
  const ran = await cli.run(['logs', ...sentinels, '--json']);
  return ran.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as LogLine)
    .filter((line) => line.text.includes(` ${event} `))
    .flatMap((line) => (line.atMs === null ? [] : [line.atMs]))
    .sort((a, b) => a - b);
}

/** Which of Sentinel's log lines ends which phase. */
const LOGGED_PHASES = {
  sdownMs: '+sdown master',
  odownMs: '+odown master',
  electedMs: '+elected-leader',
  promotedMs: '+promoted-slave',
  switchedMs: '+switch-master',
} as const;

/** What was timed here against what the sentinels wrote into their own logs: milliseconds apart, per phase. */
export async function apartFromLogs(cli: Cli, result: FailoverResult): Promise<Record<string, number>> {
  const faultAtMs = Date.parse(result.trials[0]?.faultAt ?? '');
  const apart: Record<string, number> = {};
  for (const [phase, event] of Object.entries(LOGGED_PHASES)) {
    const first = (await logged(cli, event)).find((atMs) => atMs >= faultAtMs);
    const measured = result.trials[0]?.phases[phase as keyof typeof LOGGED_PHASES];
    expect(first, `${event} is in a sentinel's log`).toBeDefined();
    expect(measured, `${phase} was measured`).toBeTypeOf('number');
    apart[phase] = Math.abs(Number(measured) - (Number(first) - faultAtMs));
  }
  return apart;
}

export const median = (values: number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

export async function statusOf(
  cli: Cli,
  ...args: string[]
): Promise<{ code: number | null; status: StatusResult }> {
  const ran = await cli.run(['status', '--json', ...args]);
  return { code: ran.code, status: ran.json() as StatusResult };
}
