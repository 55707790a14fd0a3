import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { type Journal, parseJournal } from '../../src/cluster/store/journal.js';
import { openStore } from '../../src/cluster/store/state.js';
import type { InjectResult } from '../../src/faults/inject.js';
import type { RecoverResult } from '../../src/faults/recover.js';
import { isAlive } from '../../src/host/process-identity.js';
import { type ClusterPlan, dataNodes } from '../../src/model/plan.js';
import { until } from '../../src/until.js';
import { BIN, type Cli, openCli } from '../helpers/cli.js';
import { askNode, dirOf, pidsOf, setDownAfter } from '../helpers/inside.js';
import { healthyStatus, statusOf } from '../helpers/main-road.js';
import { QUIET, QUIET_MS } from '../helpers/quiet.js';
import { refusal } from '../helpers/refusal.js';
import { watchMasters } from '../torture/watcher.js';

/** Down-after where a failover is wanted, in milliseconds. */
const SHORT_MS = 1500;

/** One cluster, in which commands are cut off. */
let cli: Cli;
beforeAll(async () => {
  cli = await openCli({ hurried: true });
  const up = await cli.run(['up', '--driver', 'process', '--port', 'auto', ...QUIET]);
  expect(up.code, up.stderr).toBe(0);
});
afterAll(() => cli?.close());

const journalFile = (): string => join(dirOf(cli), 'journal.ndjson');
const textOf = (): string => (existsSync(journalFile()) ? readFileSync(journalFile(), 'utf8') : '');
const journal = (): Journal | null => parseJournal(textOf());
const soon = <T>(look: () => Promise<T | undefined> | T | undefined): Promise<T | undefined> =>
  until(look, { clock: systemClock, everyMs: 5, deadlineMs: 60_000 });

/** Runs a command and kills it as soon as its journal holds so many whole lines. */
async function cutOffAt(lines: number, args: string[]): Promise<void> {
  const before = textOf();
  const child: ChildProcess = spawn(process.execPath, [BIN, ...args], {
    cwd: cli.home,
    env: { ...process.env, SENTINELCTL_HOME: cli.home },
    stdio: 'ignore',
  });
  const reached = await soon(() => {
    const text = textOf();
    return text !== before && text.split('\n').length > lines ? true : undefined;
  });
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
  expect(reached, `${args.join(' ')} wrote ${lines} lines`).toBe(true);
}

async function replicaOf(): Promise<string> {
  const { nodes = [] } = (await statusOf(cli)).status.masters[0] ?? {};
  return nodes.find(({ role }) => role === 'replica')?.id ?? '';
}

async function planOf(): Promise<ClusterPlan> {
  const state = await openStore(cli.home).load('default');
  if (state === undefined) throw new Error('the cluster has no state');
  return state.plan;
}

async function recovered(command = 'recover'): Promise<RecoverResult> {
  const ran = await cli.run([command, '--json']);
  expect(ran.code, ran.stderr).toBe(0);
  await healthyStatus(cli);
  expect(journal()?.closed).toBe(true);
  return ran.json() as RecoverResult;
}

/** The first master is the only node that keeps nothing on disk. */
it('what would leave the cluster empty is refused, and not with --force', async () => {
  const [{ master } = { master: null }] = (await statusOf(cli)).status.masters;
  const replica = await replicaOf();
  await askNode(cli, master?.id ?? '', 'SET', 'kept', '1');
  const refused = { exit: 3, code: 'would-come-back-empty' };
  await refusal(cli, ['inject', 'fast-restart'], { ...refused, says: 'inject fast-restart --force' });
  await refusal(cli, ['inject', 'fast-restart', '--dry-run'], { ...refused, says: /up to 1 key$/m });
  // Its replicas write to disk.
  expect((await cli.run(['inject', 'cold-start', '--dry-run'])).code).toBe(0);
  expect((await cli.run(['inject', 'fast-restart', replica, '--dry-run'])).code).toBe(0);
  // Servers count their age in whole seconds: a cluster as young as the restart does not tell which server is older.
  const upForS = async (): Promise<number> =>
    Number(/uptime_in_seconds:(\d+)/.exec(String(await askNode(cli, replica, 'INFO', 'server')))?.[1]);
  const isOld = async (): Promise<true | undefined> => ((await upForS()) > 5 ? true : undefined);
  expect(await until(isOld, { clock: systemClock, everyMs: 500, deadlineMs: 60_000 })).toBe(true);
  const forced = await cli.run(['inject', 'fast-restart', '--force', '--json']);
  expect(forced.code, forced.stderr).toBe(1);
  expect(forced.json() as InjectResult).toMatchObject({ healed: true, converged: true, lostKeys: 1 });
  expect((forced.json() as InjectResult).acts[0]?.does).toMatch(/with what it has on disk$/);
  expect((await statusOf(cli)).status.verdict.text).toContain('the data is gone');
  // The loss is accepted, as its fix says.
  await askNode(cli, master?.id ?? '', 'SET', 'new', '1');
  for (const { id } of dataNodes(await planOf())) await askNode(cli, id, 'CONFIG', 'RESETSTAT');
  await healthyStatus(cli);
});

describe('inject --for, killed', () => {
  it.each([1, 2, 3, 4])('after line %i of its journal: recover puts everything back', async (lines) => {
    await cutOffAt(lines, ['inject', 'sentinel-down', '--for', '60s']);
    // On a busy machine it comes further than to this line: what counts is what the journal holds.
    const held = textOf().trimEnd().split('\n').length;
    expect(held).toBeGreaterThanOrEqual(lines);
    const guards = journal()?.guards ?? [];
    expect(guards.length).toBe(held > 1 ? 1 : 0);
    const result = await recovered();
    expect(result.what).toBe('inject sentinel-down --for 1m');
    // No guard goes on when the fault is over.
    const gone = await soon(async () => ((await isAlive(guards[0] ?? NO_GUARD)) ? undefined : true));
    expect(gone).toBe(true);
  });

  it('is healed by its guard when its time is over', async () => {
    await cutOffAt(4, ['inject', 'sentinel-down', '--for', '3s']);
    expect(journal()?.closed).toBe(false);
    expect(await soon(() => journal()?.closed || undefined)).toBe(true);
    await healthyStatus(cli);
    const [guard = NO_GUARD] = journal()?.guards ?? [];
    expect(await soon(async () => ((await isAlive(guard)) ? undefined : true))).toBe(true);
  });
});

/** A process that never was. */
const NO_GUARD = { pid: 0, startTime: '', command: '' };

describe('what is left in effect', () => {
  it('is shown, refuses what would change the cluster, and is rolled back by heal', async () => {
    const frozen = await replicaOf();
    const injected = await cli.run(['inject', 'freeze', frozen, '--json']);
    expect(injected.code, injected.stderr).toBe(0);
    expect(injected.json() as InjectResult).toMatchObject({
      fault: 'freeze',
      healed: false,
      forMs: null,
      heal: 'sentinelctl heal',
      acts: [{ does: expect.stringContaining(`SIGSTOP to ${frozen} `) }],
    });
    const { code, status } = await statusOf(cli);
    expect(code).toBe(1);
    expect(status.problems).toContainEqual(
      expect.objectContaining({ id: 'unfinished-journal', severity: 'warning', fix: 'sentinelctl heal' }),
    );
    const expected = { exit: 3, code: 'unfinished-journal', says: 'sentinelctl heal' };
    await refusal(cli, ['stop', 'redis-2'], expected);
    for (const args of [
      ['up'],
      ['start', 'redis-2'],
      ['kill', 'redis-2'],
      ['pause', 'redis-2'],
      ['resume', frozen],
      ['restart', 'redis-2'],
      ['failover-test', '--clients', '0'],
      ['sweep'],
      ['inject', 'kill'],
      ['down', '--keep-data'],
    ]) {
      const ran = await cli.run([...args, '--json']);
      expect([args[0], ran.code, (ran.json() as { error: { code: string } }).error.code]).toEqual([
        args[0],
        3,
        'unfinished-journal',
      ]);
    }
    expect(await recovered('heal')).toMatchObject({
      what: `inject freeze ${frozen}`,
      undone: [expect.stringContaining(`${frozen} runs again as a replica of redis-`)],
    });
  });

  it('is rolled back without a second master, where a frozen master was replaced meanwhile', async () => {
    const nodes = dataNodes(await planOf());
    await setDownAfter(cli, SHORT_MS);
    const injected = await cli.run(['inject', 'freeze', 'master', '--json']);
    expect(injected.code, injected.stderr).toBe(0);
    const frozen = nodes.find(({ id }) => injected.json().acts[0].does.includes(`${id} (`))?.id ?? '';
    const named = await soon(async () => {
      const { status } = await statusOf(cli);
      const { agreement, master } = status.masters[0] ?? {};
      return agreement === 'all' && master?.id !== frozen ? master?.id : undefined;
    });
    const watch = watchMasters(nodes.map(({ id, endpoint }) => ({ id, ...endpoint })));
    expect(await recovered('heal')).toMatchObject({
      undone: [`${frozen} runs again as a replica of ${named}`],
      master: named,
    });
    watch.close();
    await setDownAfter(cli, QUIET_MS);
    expect(watch.answers()).toBeGreaterThan(0);
    expect(watch.doubles).toEqual([]);
  });

  it('is rolled back without one at the end of --for too', async () => {
    const nodes = dataNodes(await planOf());
    await setDownAfter(cli, SHORT_MS);
    const watch = watchMasters(nodes.map(({ id, endpoint }) => ({ id, ...endpoint })));
    const injected = await cli.run(['inject', 'freeze', 'master', '--for', '4s', '--json']);
    watch.close();
    await setDownAfter(cli, QUIET_MS);
    expect(injected.code, injected.stderr).toBe(0);
    const { impact, seen, converged, activeMs } = injected.json() as InjectResult;
    expect(converged).toBe(true);
    expect(activeMs).toBeGreaterThanOrEqual(4000);
    expect(impact).toMatch(/rolled back, it returns as a replica of the new master$/);
    expect(seen.map(({ message }) => message)).toContainEqual(expect.stringMatching(/^master moved/));
    expect(watch.answers()).toBeGreaterThan(0);
    expect(watch.doubles).toEqual([]);
  });

  it('is nothing where nothing was left', async () => {
    for (const command of ['heal', 'recover']) {
      const ran = await cli.run([command]);
      expect([ran.code, ran.stdout]).toEqual([
        0,
        'nothing to roll back on cluster "default": no run is unfinished\n',
      ]);
    }
    expect((await cli.run(['recover', '--all'])).stdout).toBe('nothing to roll back on any cluster\n');
    const converged = async () => (await cli.run(['heal', '--json'])).json().converged;
    await expect.poll(converged, { timeout: 60_000 }).toBe(true);
  });
});

describe('--dry-run', () => {
  it('says exactly what the run itself does, and does nothing', async () => {
    const before = { pids: await pidsOf(cli), journal: textOf(), status: (await statusOf(cli)).status };
    const dry = await cli.run(['inject', 'sentinel-majority-down', '--for', '1s', '--dry-run', '--json']);
    expect(dry.code, dry.stderr).toBe(0);
    const planned = dry.json() as InjectResult;
    expect(planned).toMatchObject({ dryRun: true, healed: false, heal: null });
    expect(planned.acts).toHaveLength(2);
    expect(await pidsOf(cli)).toEqual(before.pids);
    expect(textOf()).toBe(before.journal);
    const { status } = await statusOf(cli);
    expect(status.masters[0]?.views.map((v) => v.configEpoch)).toEqual(
      before.status.masters[0]?.views.map((v) => v.configEpoch),
    );
    const real = await cli.run(['inject', 'sentinel-majority-down', '--for', '1s', '--json']);
    expect(real.code, real.stderr).toBe(0);
    expect((real.json() as InjectResult).acts).toEqual(planned.acts);
    expect(await pidsOf(cli)).not.toEqual(before.pids);
  });
});

describe('inject', () => {
  it.each([
    [['inject', 'kil'], { exit: 64, code: 'unknown-fault', says: 'did you mean kill' }],
    [['inject', 'kill', 'sentinel-1'], { exit: 64, code: 'bad-target', says: 'is not a data node' }],
    [
      ['inject', 'sentinel-down', 'sentinel-1', 'sentinel-2'],
      { exit: 3, code: 'blast-radius', says: '--force' },
    ],
    [['inject', 'partition', '--for', '1s'], { exit: 3, code: 'no-links', says: '--loopback own' }],
  ])('%j is refused', async (args, expected) => {
    const before = textOf();
    const { plain } = await refusal(cli, args, expected);
    expect(textOf()).toBe(before);
    // What it would mean is not said of what is not done.
    expect(plain.stderr).not.toMatch(/writes (stop|continue)/);
  });

  it('heals at Ctrl-C, and says that it was interrupted', async () => {
    let interrupted = false;
    const ran = await cli.run(['inject', 'replica-kill', '--for', '60s'], {
      onStderr(text, child) {
        if (interrupted || !text.includes('SIGKILL to redis-')) return;
        interrupted = true;
        child.kill('SIGINT');
      },
    });
    expect(ran.code, ran.stderr).toBe(130);
    const said = ran.stderr.replaceAll(/\s+/g, ' ');
    expect(said).toMatch(
      /error: interrupted by Ctrl-C .*rolled back: redis-\d runs again as a replica of redis-\d; all nodes agree again redis-\d \S+ is still the master: no failover happened/,
    );
    expect(journal()?.closed).toBe(true);
    await healthyStatus(cli);
  });

  it('is refused on a cluster that is not steady, and not with --force', async () => {
    await cli.run(['kill', 'sentinel-2']);
    const replica = await replicaOf();
    await refusal(cli, ['inject', 'freeze', replica, '--for', '100ms'], { exit: 3, code: 'not-steady' });
    const forced = await cli.run(['inject', 'freeze', replica, '--for', '100ms', '--force']);
    // The sentinel was not killed by the fault, and is not started: the fault is gone, the cluster as it was before.
    expect(forced.code, forced.stderr).toBe(0);
    expect(journal()?.closed).toBe(true);
    expect((await statusOf(cli)).status.sentinels.filter((s) => !s.reachable)).toHaveLength(1);
    expect((await cli.run(['up'])).code).toBe(0);
  });
});

describe('failover-test and sweep, killed', () => {
  it('recover brings the old master back, and the settings', async () => {
    await setDownAfter(cli, SHORT_MS);
    await cutOffAt(2, ['failover-test', '--clients', '0']);
    expect((await recovered()).undone).toHaveLength(1);
    // The settings of six nodes, and the first lines of a trial.
    await cutOffAt(11, ['sweep', '--down-after', '2s', '--min-replicas', '1', '--trials', '1']);
    const result = await recovered();
    expect(result.undone).toContain(`sentinel-1: SENTINEL SET mymaster down-after-milliseconds ${SHORT_MS}`);
    expect(result.undone).toContain('redis-1: CONFIG SET min-replicas-to-write 0, CONFIG REWRITE');
  });
});
