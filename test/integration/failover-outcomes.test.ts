import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../src/clock.js';
import type { FailoverResult } from '../../src/observe/result.js';
import { until } from '../../src/until.js';
import type { Cli, RunOptions } from '../helpers/cli.js';
import { askNode, pidsOf, setDownAfter } from '../helpers/inside.js';
import { failoverTest, openWithCluster, statusOf } from '../helpers/main-road.js';
import { QUIET_MS } from '../helpers/quiet.js';

/** Sends a signal once its standard error matches, and no second one. */
function once(words: RegExp, signal: NodeJS.Signals): Pick<RunOptions, 'onStderr'> {
  let sent = false;
  return {
    onStderr(text, child) {
      if (sent || !words.test(text)) return;
      sent = true;
      child.kill(signal);
    },
  };
}

describe('failover-test on processes', () => {
  let cli: Cli;
  beforeAll(async () => {
    cli = await openWithCluster('2s', { hurried: true });
  });
  afterAll(() => cli.close());

  it('brings the old master back as a replica at once with --rejoin guarded', async () => {
    const result = await failoverTest(cli, '--rejoin', 'guarded', '--signal', 'TERM');
    expect(result.fault).toBe('stop');
    expect(result.trials[0]?.rejoin).toMatchObject({ mode: 'guarded', zombieMs: 0 });
  });

  it('says violated, exits 1 and still reports all it measured when the budget is not met', async () => {
    // Longer than down-after, shorter than any election and promotion after it.
    const ran = await cli.run(['failover-test', '--json', '--rejoin', 'guarded', '--budget', '2001ms']);
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain('--budget 2.001s is shorter than a usual failover');
    const result = ran.json();
    expect(result.outcome).toBe('violated');
    expect(result.thresholds).toEqual([
      { expression: 'switchedMs<=2001', value: result.trials[0].phases.switchedMs, holds: 'violated' },
      { expression: 'client.outageMs<=2001', value: result.trials[0].client.outageMs, holds: 'violated' },
    ]);
    expect(result.trials[0].rejoin.caughtUpMs).toBeTypeOf('number');
  });

  it('interrupted in its second trial, before the fault, says what was rolled back, and not that no failover happened', async () => {
    const ran = await cli.run(
      ['failover-test', '--json', '--rejoin', 'guarded', '--trials', '2', '--budget', '5m', '--clients', '0'],
      once(/trial 2 of 2/, 'SIGINT'),
    );
    expect(ran.code, ran.stderr).toBe(130);
    expect((ran.json() as FailoverResult).account).toEqual([
      'rolled back: replica-priority of redis-1, redis-2 and redis-3',
      expect.stringMatching(/^redis-\d \S+ is the master now$/),
    ]);
  });

  // The sentinel is in TILT for 30 s after it: what follows needs no steady cluster.
  it('shows the trials that were played where a later one cannot be, with why', async () => {
    const pid = (await pidsOf(cli))['sentinel-3'] ?? 0;
    onTestFinished(() => void process.kill(pid, 'SIGCONT'));
    const ran = await cli.run(
      ['failover-test', '--json', '--rejoin', 'guarded', '--trials', '2', '--budget', '5m', '--clients', '0'],
      {
        onStderr(text) {
          if (text.includes('trial 2 of 2')) process.kill(pid, 'SIGSTOP');
        },
      },
    );
    expect(ran.code, ran.stderr).toBe(2);
    const result = ran.json() as FailoverResult;
    expect(result).toMatchObject({ complete: false, trialsAsked: 2, outcome: 'unknown' });
    expect(result.trials.map(({ outcome }) => outcome)).toEqual(['holds']);
    expect(result.stoppedBy).toContain('sentinel-3');
    // Each sentinel that misses it is a reason.
    expect(result.stoppedBy).not.toContain('\n');
    expect(result.account).toEqual([expect.stringMatching(/^rolled back: replica-priority of /)]);
  });

  it('refuses a budget that cannot hold, and a wait in which none can come, before anything is done', async () => {
    await setDownAfter(cli, QUIET_MS);
    const before = await statusOf(cli);
    for (const budget of ['2s', 'outage=1s,switch=60s']) {
      const ran = await cli.run(['failover-test', '--json', '--budget', budget]);
      expect(ran.code).toBe(3);
      expect(ran.json().error).toMatchObject({ code: 'budget-too-short' });
    }
    const short = await cli.run(['failover-test', '--json', '--wait', '2s']);
    expect([short.code, short.json().error?.code]).toEqual([3, 'wait-too-short']);
    expect((await statusOf(cli)).status.masters[0]?.master).toEqual(before.status.masters[0]?.master);
  });

  it('refuses to inject anything while the cluster is not steady, and changes nothing', async () => {
    expect((await cli.run(['pause', 'sentinel-3'])).code).toBe(0);
    const before = await statusOf(cli);
    const ran = await cli.run(['failover-test', '--json']);
    expect(ran.code).toBe(3);
    expect(ran.json().error).toMatchObject({ code: 'not-steady' });
    const after = await statusOf(cli);
    expect(after.status.masters[0]?.master).toEqual(before.status.masters[0]?.master);
    expect((await cli.run(['resume', 'sentinel-3'])).code).toBe(0);
  });
});

describe('failover-test that is cut short', () => {
  let cli: Cli;
  beforeAll(async () => {
    // Long enough that a busy machine interrupts before the sentinels have decided.
    cli = await openWithCluster('10s', { hurried: true });
  });
  afterAll(() => cli.close());

  it('puts the killed master back after Ctrl-C, never as an empty second master', async () => {
    const ran = await cli.run(
      ['failover-test', '--clients', '2', '--budget', '5m', '--report', 'cut.json'],
      once(/fault: SIGKILL/, 'SIGINT'),
    );
    expect(ran.code, ran.stderr).toBe(130);
    expect(ran.stderr).toContain('Interrupted: cleaning up');
    // The report keeps what had been seen until then, without a verdict.
    const report = JSON.parse(await readFile(join(cli.home, 'cut.json'), 'utf8')) as FailoverResult;
    expect(report).toMatchObject({ complete: false, outcome: 'unknown' });
    expect(report.trials).toHaveLength(1);
    expect(report.trials[0]).toMatchObject({ cutShort: true, oldMaster: { id: 'redis-1' }, rejoin: null });
    const { status } = await statusOf(cli);
    const nodes = status.masters[0]?.nodes ?? [];
    const { master } = status.masters[0] ?? {};
    expect(report.trials[0]?.restored).toMatchObject({
      undone: [`redis-1 runs again as a replica of ${master?.id}`],
      master: { id: master?.id },
    });
    expect(report.trials[0]?.newMaster?.id).toBe(master?.id);
    expect(ran.stdout).toContain(`interrupted after the loss of redis-1; ${master?.id}`);
    expect(ran.stderr).toMatch(/waiting until the sentinels have decided about redis-1, .* at most \d+ s;/);
    expect(ran.stderr).toContain('note: the master is redis-');
    await noKeysLeft();
    // redis-1 keeps nothing on disk: it had to wait for another master, and to follow that one.
    expect(nodes.find((n) => n.id === 'redis-1')).toMatchObject({ reachable: true, role: 'replica' });
    expect(nodes.filter((n) => n.role === 'master')).toHaveLength(1);
  });

  it('of several trials says after Ctrl-C that the replica priorities were rolled back too', async () => {
    expect((await cli.run(['up'])).code).toBe(0);
    const ran = await cli.run(
      ['failover-test', '--clients', '0', '--trials', '3', '--budget', '5m'],
      once(/fault: SIGKILL/, 'SIGINT'),
    );
    expect(ran.code, ran.stderr).toBe(130);
    expect(ran.stdout.replace(/\s+/g, ' ')).toMatch(
      /rolled back: redis-\d runs again as (the master|a replica of redis-\d); replica-priority of redis-1, redis-2 and redis-3; all nodes agree again/,
    );
    for (const id of ['redis-1', 'redis-2', 'redis-3'])
      expect(await askNode(cli, id, 'CONFIG', 'GET', 'replica-priority')).toEqual([
        'replica-priority',
        '100',
      ]);
  });

  it('says at a second Ctrl-C what is left and which command does it, and that command does', async () => {
    expect((await cli.run(['up'])).code).toBe(0);
    // One that does not answer keeps the cleanup from its end, however fast the machine is.
    const master = (await statusOf(cli)).status.masters[0]?.master?.id;
    const stuck = (await pidsOf(cli))[master === 'redis-1' ? 'redis-2' : 'redis-1'] ?? 0;
    onTestFinished(() => void process.kill(stuck, 'SIGCONT'));
    let ended = false;
    let interrupts: Promise<unknown> | null = null;
    const ran = await cli.run(['failover-test', '--clients', '0', '--trials', '3', '--budget', '5m'], {
      onStderr(text, child) {
        if (interrupts !== null || !text.includes('fault: SIGKILL')) return;
        process.kill(stuck, 'SIGSTOP');
        const again = (): true | undefined => {
          if (!ended) child.kill('SIGINT');
          return ended || undefined;
        };
        // A signal within 1 s belongs to the first one.
        interrupts = until(again, { clock: systemClock, everyMs: 100, deadlineMs: 60_000 });
      },
    });
    ended = true;
    await interrupts;
    expect(ran.code, ran.stderr).toBe(130);
    const lines = ran.stderr.trimEnd().split('\n');
    const said = lines.slice(lines.findIndex((line) => line.startsWith('aborted')));
    expect(said[0]).toBe('aborted without cleanup: the fault may still be active; this is left to do:');
    expect(said.slice(-2)).toEqual(['roll it back and remove keys of the run:', '→ sentinelctl recover']);
    const all = [
      expect.stringMatching(/^ {2}redis-\d is started as a replica of the current master$/),
      ...['redis-3', 'redis-2', 'redis-1'].map(
        (id) => `  ${id}: CONFIG SET replica-priority 100, CONFIG REWRITE`,
      ),
    ];
    // What was rolled back by then is not named.
    const left = said.slice(1, -2);
    expect(left.length).toBeGreaterThan(0);
    expect(left).toEqual(all.slice(-left.length));
    process.kill(stuck, 'SIGCONT');
    const recovered = await cli.run(['recover', '--json']);
    expect(recovered.code, recovered.stdout).toBe(0);
    expect(recovered.json()).toMatchObject({ what: 'failover-test', converged: true });
    expect(recovered.json().undone).toHaveLength(left.length);
  });

  it('answers SIGTERM with 143, the old master back in place', async () => {
    const settled = await cli.run(['up']);
    expect(settled.code, settled.stderr).toBe(0);
    const ran = await cli.run(['failover-test'], once(/first \+sdown/, 'SIGTERM'));
    expect(ran.code, ran.stderr).toBe(143);
    const { status } = await statusOf(cli);
    expect(status.masters[0]?.nodes.every((n) => n.reachable)).toBe(true);
    await noKeysLeft();
  });

  it('leaves its keys to recover where it is killed before the fault', async () => {
    expect((await cli.run(['up'])).code).toBe(0);
    const ran = await cli.run(['failover-test'], once(/starting \d+ clients/, 'SIGKILL'));
    expect(ran.signal).toBe('SIGKILL');
    expect(await keysLeft()).not.toEqual([]);
    const recovered = await cli.run(['recover', '--json']);
    expect(recovered.code, recovered.stderr).toBe(0);
    const { what, keys, converged } = recovered.json();
    expect({ what, converged }).toEqual({ what: 'failover-test', converged: true });
    expect(keys).toBeGreaterThan(0);
    await noKeysLeft();
  });

  /** A replica has what its master did a moment later. */
  const noKeysLeft = () => expect.poll(keysLeft, { timeout: 30_000 }).toEqual([]);
  /** Keys of the run, at every data node. */
  const keysLeft = async (): Promise<unknown[]> => {
    const ids = ['redis-1', 'redis-2', 'redis-3'];
    return (await Promise.all(ids.map((id) => askNode(cli, id, 'KEYS', 'sentinelctl:*')))).flat();
  };
});
