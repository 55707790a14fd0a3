import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { surveyPlan } from '../../src/cluster/ask.js';
import type { LiveCluster } from '../../src/cluster/open.js';
import { openStore } from '../../src/cluster/store/state.js';
import {
  applySettings,
  type LiveSetting,
  readSettings,
  restoreSettings,
  settingsFor,
} from '../../src/failover/sweep/live-settings.js';
import type { SweepResult } from '../../src/observe/sweep-result.js';
import { until } from '../../src/until.js';
import { OPEN_ACCESS } from '../../src/wire/access.js';
import { type Cli, openCli } from '../helpers/cli.js';

let cli: Cli;
let opened: Pick<LiveCluster, 'plan' | 'asking'>;

beforeAll(async () => {
  cli = await openCli({ hurried: true });
  const up = await cli.run(['up', '--driver', 'process', '--port', 'auto', '--down-after', '2s']);
  expect(up.code, up.stderr).toBe(0);
  const state = await openStore(cli.home).load('default');
  if (state === undefined) throw new Error('the cluster has no state');
  opened = { plan: state.plan, asking: { clock: systemClock, access: OPEN_ACCESS, deadlineMs: 1500 } };
});
afterAll(() => cli.close());

const shownOf = (settings: readonly LiveSetting[]): string[] =>
  settings.map(({ node, name, value }) => `${node.id} ${name} ${value}`).sort();

const now = async (): Promise<string[]> => shownOf(await readSettings(opened));

const confOf = (id: string): Promise<string> =>
  readFile(join(cli.home, 'clusters/default/nodes', id, 'redis.conf'), 'utf8');

describe('settings that are changed for a while', () => {
  const wanted = { downAfterMs: 3000, minReplicas: 1, maxLagS: 7 };

  it('reach every sentinel and data node, their files too, and go back to what they were', async () => {
    const had = await readSettings(opened);
    expect(shownOf(had)).toEqual(
      shownOf(settingsFor(opened, { downAfterMs: 2000, minReplicas: 0, maxLagS: 10 })),
    );

    await applySettings(opened, settingsFor(opened, wanted));
    expect(await now()).toEqual(shownOf(settingsFor(opened, wanted)));
    // What a killed node comes back with.
    expect(await confOf('redis-1')).toMatch(/^min-replicas-to-write 1$/m);

    expect(await restoreSettings(opened, had)).toEqual({ restored: true, problems: [], commands: [] });
    expect(await now()).toEqual(shownOf(had));
    expect(await confOf('redis-1')).not.toMatch(/^min-replicas-to-write 1$/m);
  });

  it('that cannot be restored at one node are named, with what to type; the others are restored', async () => {
    const had = await readSettings(opened);
    await applySettings(opened, settingsFor(opened, wanted));
    expect((await cli.run(['pause', 'sentinel-2'])).code).toBe(0);
    // Its own bound passes forty times as fast; what the nodes take is real.
    const clock = { ...systemClock, now: () => systemClock.now() * 40 };
    const asking = { ...opened.asking, clock, deadlineMs: 300 };
    const found = await restoreSettings({ ...opened, asking }, had);
    const sentinel = opened.plan.nodes.find((n) => n.id === 'sentinel-2');
    expect(found.restored).toBe(false);
    expect(found.problems).toEqual([expect.stringMatching(/^sentinel-2: /)]);
    expect(found.commands).toEqual([
      `redis-cli -h ${sentinel?.endpoint.host} -p ${sentinel?.endpoint.port} SENTINEL SET mymaster down-after-milliseconds 2000`,
    ]);

    expect((await cli.run(['resume', 'sentinel-2'])).code).toBe(0);
    expect((await restoreSettings(opened, had)).restored).toBe(true);
    expect(await now()).toEqual(shownOf(had));
    // Where the pause took longer than 2 s, the sentinel is in TILT for 30 s, and no trial may begin.
    const isSteady = await until(
      async () => {
        const { sentinels } = await surveyPlan(opened.plan, opened.asking);
        return sentinels.every(({ answer }) => answer?.tilt === false) ? true : undefined;
      },
      { clock: systemClock, everyMs: 200, deadlineMs: 60_000 },
    );
    expect(isSteady).toBe(true);
  });
});

describe('sweep', () => {
  const SHORT = ['--trials', '1', '--rejoin', 'guarded', '--clients', '2', '--client-policy', 'default'];

  it('plays each combination under its settings, and leaves none of them behind', async () => {
    const before = await now();
    const report = join(cli.home, 'out');
    const ran = await cli.run([
      'sweep',
      '--down-after',
      '2500',
      '--min-replicas',
      '0,1',
      ...SHORT,
      '--report',
      report,
      '--json',
    ]);
    expect(ran.code, ran.stderr).toBe(0);
    const result = ran.json() as SweepResult;
    expect(result.points.map((p) => [p.downAfterMs, p.minReplicas, p.proved])).toEqual([
      [2500, 0, true],
      [2500, 1, true],
    ]);
    // The cluster's own down-after is 2 s.
    for (const { switchedMs } of result.points) expect(switchedMs?.p50).toBeGreaterThan(2400);
    expect(result.points.some((p) => p.onFrontier)).toBe(true);
    expect(await now()).toEqual(before);
    expect(JSON.parse(await readFile(join(report, 'sweep.json'), 'utf8'))).toEqual(result);
    expect(await readFile(join(report, 'sweep.html'), 'utf8')).toContain('data-down-after="2500"');
  });

  it('puts the settings and the master back after Ctrl-C', async () => {
    const before = await now();
    let interrupted = false;
    const ran = await cli.run(['sweep', '--down-after', '2500', '--min-replicas', '1', ...SHORT], {
      onStderr(text, child) {
        if (interrupted || !text.includes('fault: SIGKILL')) return;
        interrupted = true;
        child.kill('SIGINT');
      },
    });
    expect(ran.code, ran.stderr).toBe(130);
    expect(ran.stdout).toMatch(/^redis-\d 127\.0\.0\.1:\d+ is the master now$/m);
    expect(ran.stdout).toMatch(/^rolled back: redis-\d runs again as /m);
    expect(await now()).toEqual(before);
  });

  it('says after Ctrl-C before its first kill what was rolled back, and which node is the master', async () => {
    const before = await now();
    let interrupted = false;
    const ran = await cli.run(
      ['sweep', '--down-after', '2500', '--min-replicas', '1', ...SHORT, '--trials', '2'],
      {
        onStderr(text, child) {
          if (interrupted || !text.includes('trial 1 of 2')) return;
          interrupted = true;
          child.kill('SIGINT');
        },
      },
    );
    expect(ran.code, ran.stderr).toBe(130);
    const said = ran.stderr.replace(/\s+/g, ' ');
    expect(said).toMatch(/interrupted by Ctrl-C rolled back: down-after-milliseconds of every sentinel, /);
    expect(said).toMatch(/(is still the master: no failover happened|\d is the master now)/);
    expect(said).not.toContain('nothing had to be rolled back');
    expect(await now()).toEqual(before);
  });

  it.each([
    [['--clients', '0'], 64, 'no-clients'],
    [['--min-replicas', '3'], 3, 'too-many-replicas-wanted'],
    [['--down-after', '2s,soon'], 64, 'bad-value'],
    [['--report', 'out.pdf'], 64, 'report-format'],
  ])('refuses %j before anything is touched', async (args, code, name) => {
    const before = await now();
    const ran = await cli.run(['sweep', ...args, '--json']);
    expect(ran.code, ran.stderr).toBe(code);
    expect(ran.json().error.code).toBe(name);
    expect(await now()).toEqual(before);
  });
});
