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

/** The sentinels of a cluster of the default size. */
export const SENTINELS = ['sentinel-1', 'sentinel-2', 'sentinel-3'];

/** When servers wrote a line with these words into their own logs, by time. */
export async function logged(cli: Cli, nodes: readonly string[], words: string): Promise<number[]> {
  const ran = await cli.run(['logs', ...nodes, '--json']);
  return ran.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as LogLine)
    .filter((line) => line.text.includes(words))
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

/** Redis logs whole milliseconds, the time of the fault has as many, and a clock may be slewed meanwhile. */
const LOG_RESOLUTION_MS = 10;

/**
 * Fails where a phase ended before a sentinel logged the event that ends it, or only after a sentinel logged what the
 * run itself did next: the old master is started once all of them have ended. How close to the logs they are is
 * measured by bench:phases, since it depends on the machine.
 */
export async function expectTimedAsLogged(cli: Cli, result: FailoverResult): Promise<void> {
  const trial = result.trials[0];
  const faultAtMs = Date.parse(trial?.faultAt ?? '');
  const since = async (words: string, ...nodes: string[]): Promise<number> => {
    const first = (await logged(cli, nodes, words)).find((atMs) => atMs >= faultAtMs);
    expect(first, `${words} is in a log of ${nodes.join(', ')}`).toBeDefined();
    return Number(first) - faultAtMs;
  };
  const backMs = await since('Ready to accept connections', trial?.oldMaster.id ?? '');
  for (const [phase, event] of Object.entries(LOGGED_PHASES)) {
    const measured = trial?.phases[phase as keyof typeof LOGGED_PHASES];
    expect(measured, `${phase} was measured`).toBeTypeOf('number');
    expect(Number(measured), phase).toBeGreaterThanOrEqual(
      (await since(` ${event} `, ...SENTINELS)) - LOG_RESOLUTION_MS,
    );
    expect(Number(measured), phase).toBeLessThanOrEqual(backMs + LOG_RESOLUTION_MS);
  }
}

export async function statusOf(
  cli: Cli,
  ...args: string[]
): Promise<{ code: number | null; status: StatusResult }> {
  const ran = await cli.run(['status', '--json', ...args]);
  return { code: ran.code, status: ran.json() as StatusResult };
}
