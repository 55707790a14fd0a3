import { expect } from 'vitest';
import { systemClock } from '../../src/clock.js';
import type { StatusResult } from '../../src/model/status.js';
import type { FailoverResult } from '../../src/observe/result.js';
import { until } from '../../src/until.js';
import { type Cli, openCli } from './cli.js';
import { expectHealthy } from './doctor-healthy.js';

interface LogLine {
  node: string;
  atMs: number | null;
  text: string;
}

/** A state directory of its own with the default cluster up in it, of processes, with a down-after of 2 s. */
export async function openWithCluster(
  downAfter = '2s',
  options?: Parameters<typeof openCli>[0],
): Promise<Cli> {
  const cli = await openCli(options);
  const up = await cli.run(['up', '--driver', 'process', '--port', 'auto', '--down-after', downAfter]);
  expect(up.code, up.stderr).toBe(0);
  return cli;
}

const BUDGET = '5m';

/**
 * Runs `failover-test --json` and answers its document; the test fails with what it said where it has none. The budget
 * is one that a slow machine keeps too: how fast a failover is here and now is for bench:phases.
 */
export async function failoverTest(cli: Pick<Cli, 'run'>, ...args: string[]): Promise<FailoverResult> {
  const ran = await cli.run(['failover-test', '--json', '--budget', BUDGET, ...args]);
  expect(ran.stdout, ran.stderr).not.toBe('');
  const result = ran.json() as FailoverResult;
  expect(result.outcome, `${result.reason}\n${ran.stderr}`).toBe('holds');
  expect(ran.code).toBe(0);
  return result;
}

/** The sentinels of a cluster of the default size. */
export const SENTINELS = ['sentinel-1', 'sentinel-2', 'sentinel-3'];

/** What servers have in their own logs. */
async function linesOf(cli: Pick<Cli, 'run'>, nodes: readonly string[]): Promise<LogLine[]> {
  const ran = await cli.run(['logs', ...nodes, '--json']);
  return ran.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as LogLine);
}

/** When lines with these words were written, by time. */
const momentsOf = (lines: readonly LogLine[], words: string): number[] =>
  lines
    .filter((line) => line.text.includes(words))
    .flatMap((line) => (line.atMs === null ? [] : [line.atMs]))
    .sort((a, b) => a - b);

/** When servers wrote a line with these words into their own logs, by time. */
export const logged = async (cli: Cli, nodes: readonly string[], words: string): Promise<number[]> =>
  momentsOf(await linesOf(cli, nodes), words);

/** Which of Sentinel's log lines ends which phase. */
const LOGGED_PHASES = {
  sdownMs: '+sdown master',
  odownMs: '+odown master',
  electedMs: '+elected-leader',
  promotedMs: '+promoted-slave',
  switchedMs: '+switch-master',
} as const;

/**
 * Fails where a phase was measured whose event no sentinel logged since the fault, or where the phases ended in another
 * order than the logs have. How close to the logs they are is measured by bench:phases: it depends on the machine, and
 * so does how far its wall clock, which logs have, drifts from the clock that measures.
 */
export async function expectTimedAsLogged(cli: Cli, result: FailoverResult): Promise<void> {
  const trial = result.trials[0];
  const faultAtMs = Date.parse(trial?.faultAt ?? '');
  const lines = await linesOf(cli, SENTINELS);
  const phases: { phase: string; measuredMs: number; loggedMs: number }[] = [];
  for (const [phase, event] of Object.entries(LOGGED_PHASES)) {
    const first = momentsOf(lines, ` ${event} `).find((atMs) => atMs >= faultAtMs);
    const measured = trial?.phases[phase as keyof typeof LOGGED_PHASES];
    expect(first, `${event} is in a sentinel's log`).toBeDefined();
    expect(measured, `${phase} was measured`).toBeTypeOf('number');
    phases.push({ phase, measuredMs: Number(measured), loggedMs: Number(first) });
  }
  // Those that are ticks apart at least: neighbours of different sentinels may be heard in either order.
  const apart = phases.filter(({ phase }) => ['sdownMs', 'electedMs', 'switchedMs'].includes(phase));
  const inOrderOf = (key: 'measuredMs' | 'loggedMs'): string[] =>
    apart.toSorted((x, y) => x[key] - y[key]).map(({ phase }) => phase);
  expect(inOrderOf('measuredMs'), JSON.stringify(phases)).toEqual(inOrderOf('loggedMs'));
}

/** Waits until `status` exits 0, and answers with what it says then; the test fails where it never does. */
export async function healthyStatus(cli: Cli, ...args: string[]): Promise<StatusResult> {
  let last: StatusResult | undefined;
  const healthy = await until(
    async () => {
      const { code, status } = await statusOf(cli, ...args);
      last = status;
      return code === 0 ? status : undefined;
    },
    { clock: systemClock, everyMs: 200, deadlineMs: 60_000 },
  );
  return healthy ?? expect.fail(JSON.stringify(last?.problems, null, 1));
}

export async function statusOf(
  cli: Cli,
  ...args: string[]
): Promise<{ code: number | null; status: StatusResult }> {
  const ran = await cli.run(['status', '--json', ...args]);
  return { code: ran.code, status: ran.json() as StatusResult };
}

/** What acts on this cluster. What is timed is a process of its own: the test's work must not disturb it. */
export const onCluster = (cli: Cli, cluster: string): Cli => ({
  ...cli,
  run: (args, options) =>
    cli.run([...args, '--cluster', cluster], {
      ...(args[0] === 'failover-test' && { via: [] }),
      ...options,
    }),
});

/** What every server must be able to do, and how its master comes back. */
export interface MainRoad {
  name: string;
  version: RegExp;
  rejoin: 'as-crashed' | 'guarded';
}

/** On a cluster that was brought up: healthy, its master moved, timed as the sentinels logged it, healthy, and up already. */
export async function expectMainRoad(cli: Cli, { name, version, rejoin }: MainRoad): Promise<void> {
  await healthyStatus(cli);
  expectHealthy(await cli.run(['doctor', '--json']));

  const result = await failoverTest(cli, '--rejoin', rejoin);
  expect(result.trials[0]?.rejoin?.mode).toBe(rejoin);
  expectHealthy(await cli.run(['doctor', '--json']));
  expect(result.engine.name).toBe(name);
  expect(result.engine.version).toMatch(version);
  await expectTimedAsLogged(cli, result);

  const again = await cli.run(['up', '--json']);
  expect(again.json()).toMatchObject({ alreadyUp: true, master: { id: result.trials[0]?.newMaster?.id } });
}
