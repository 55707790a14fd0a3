import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import quorumTest from '../../commands/quorum-test.js';
import { formatResult } from '../../src/cli/output.js';
import type { ChaosResult } from '../../src/scenarios/format/result.js';
import type { ChaosPlan } from '../../src/scenarios/play/plan.js';
import type { QuorumResult } from '../../src/scenarios/play/quorum.js';
import { type Cli, openCli } from '../helpers/cli.js';
import { askNode, pidsOf } from '../helpers/inside.js';
import { healthyStatus } from '../helpers/main-road.js';
import { leftBehind, refusal } from '../helpers/refusal.js';

/** One cluster that scenarios are played on. */
let cli: Cli;
beforeAll(async () => {
  cli = await openCli({ hurried: true });
  await Promise.all(
    Object.entries(OWN).map(([name, text]) => writeFile(join(cli.home, `${name}.yaml`), text)),
  );
  const up = await cli.run([
    ...['up', '--driver', 'process', '--port', 'auto', '--down-after', '3s', '--failover-timeout', '6s'],
  ]);
  expect(up.code, up.stderr).toBe(0);
});
afterAll(() => cli?.close());

/** Scenarios as a user writes them. */
const OWN = {
  quick: `name: quick
summary: a replica crashes and comes back
workload: { clients: 2 }
steps:
  - write: 50
  - config: { maxmemory-samples: 7 }
    on: replica-1
  - inject: replica-kill
    on: replica-2
  - wait: { event: +sdown, of: replica-2 }
  - heal
expect:
  - failovers: 0
  - master: old-master
  - keys: kept
  - lost: 0
invariants: [clients-recovered, losses-explained]
`,
  hopeless: `name: hopeless
summary: a failover is expected that nothing causes
steps:
  - rest: 100ms
  - wait: failover
    within: 500ms
  - inject: kill
expect:
  - failovers: 1
`,
  unfit: `name: unfit
summary: it needs more sentinels than there are
cluster: { sentinels: 5 }
steps:
  - rest: 100ms
`,
  long: `name: long
summary: a replica is down for longer than anybody waits
cluster: { sentinels: 1, replicas: 1, quorum: 1 }
steps:
  - inject: replica-kill
  - rest: 10m
`,
  bad: `name: bad
summary: there is no such fault
steps:
  - inject: kil
`,
};

const ON_DEFAULT = ['--cluster', 'default'];

async function run(...args: string[]): Promise<{ result: ChaosResult; code: number | null; said: string }> {
  const ran = await cli.run(['chaos', 'run', '--json', ...args]);
  expect(ran.stdout, ran.stderr).not.toBe('');
  return { result: ran.json() as ChaosResult, code: ran.code, said: ran.stderr };
}

/** Nothing of an experiment is left: settings, keys, journals. */
async function expectUntouched(): Promise<void> {
  await healthyStatus(cli);
  for (const id of ['redis-1', 'redis-2', 'redis-3']) {
    await expect.poll(() => askNode(cli, id, 'DBSIZE'), { timeout: 30_000 }).toBe(0);
    expect(await askNode(cli, id, 'CONFIG', 'GET', 'maxmemory-samples')).toEqual(['maxmemory-samples', '5']);
  }
}

describe('what does nothing', () => {
  it('--dry-run names every act, and how it is rolled back', async () => {
    const before = await pidsOf(cli);
    const ran = await cli.run(['chaos', 'run', '--all', '--dry-run', '--json']);
    expect(ran.code, ran.stderr).toBe(0);
    const { scenarios } = ran.json() as ChaosPlan;
    expect(scenarios.length).toBeGreaterThan(35);
    for (const { name, steps } of scenarios) {
      const injections = steps.filter((s) => /^(inject|CONFIG|SENTINEL (SET|DEBUG))/.test(s.step));
      for (const { acts } of injections) expect(acts.length, name).toBeGreaterThan(0);
    }
    const kill = scenarios.find((s) => s.name === 'kill');
    expect(kill?.steps[0]?.acts[0]?.does).toBe('SIGKILL to redis-1 (127.0.0.1:6379)');
    expect(await pidsOf(cli)).toEqual(before);
    expect(await readdir(join(cli.home, 'clusters'))).toEqual(['default']);
    expect((await cli.run(['chaos', 'run', '--random', '--dry-run'])).stdout).toContain('random-1-');
  });

  it('refuses what has no meaning, and points at the line', async () => {
    const bad = {
      exit: 64,
      code: 'bad-scenario',
      says: 'bad.yaml:4:13: steps[0].inject: unknown fault "kil"; did you mean kill?',
    };
    // By a process of its own: the name is relative to where the command runs.
    await refusal(cli, ['chaos', 'run', 'bad.yaml'], bad, { via: [] });
    await refusal(cli, ['chaos', 'run', 'kil'], {
      exit: 64,
      code: 'scenario-unknown',
      says: 'did you mean kill?',
    });
    await refusal(cli, ['chaos', 'run', './none.yaml'], {
      exit: 64,
      code: 'scenario-file',
      says: 'none.yaml',
    });
    await refusal(cli, ['chaos', 'run', '--tags', 'nonsense'], {
      exit: 64,
      code: 'tag-unknown',
      says: 'failover',
    });
    await refusal(cli, ['chaos', 'run'], { exit: 64, code: 'missing-argument' });
    await refusal(cli, ['chaos', 'run', 'kill', '--all'], { exit: 64, code: 'contradiction' });
    await refusal(cli, ['chaos', 'run', '--all', '--keep'], { exit: 64, code: 'contradiction' });
    await refusal(cli, ['chaos', 'run', 'kill', '--cluster', 'none'], { exit: 3, code: 'cluster-unknown' });
  });
});

describe('on a cluster that was named', () => {
  it('plays a scenario of the user’s own and a built-in one, and leaves nothing behind', async () => {
    const { result, code, said } = await run('quick.yaml', 'kill', ...ON_DEFAULT);
    expect(code, `${result.reason}\n${said}`).toBe(0);
    expect(result).toMatchObject({
      outcome: 'holds',
      complete: true,
      counts: { holds: 2 },
      driver: 'process',
    });
    const [quick, kill] = result.scenarios;
    expect(quick?.steps.map((s) => s.outcome)).toEqual(['done', 'done', 'done', 'done', 'done']);
    expect(quick?.expectations.map((e) => e.verdict)).toEqual(['holds', 'holds', 'holds', 'holds']);
    expect(kill?.invariants.find((i) => i.id === 'right-replica')).toMatchObject({ verdict: 'holds' });
    expect(kill?.ledger).toMatchObject({ unexpected: 0 });
    await expectUntouched();
  });

  it('says what did not come true, and still puts everything back', async () => {
    const ran = await cli.run([
      'chaos',
      'run',
      'hopeless.yaml',
      ...ON_DEFAULT,
      '--tap',
      '--junit',
      'out.xml',
    ]);
    expect(ran.code, ran.stderr).toBe(1);
    expect(ran.stdout).toMatch(/^TAP version 14\n1\.\.1\nnot ok 1 - hopeless\n/);
    expect(ran.stdout).toContain('wait for a failover: no +switch-master yet');
    expect(await readFile(join(cli.home, 'out.xml'), 'utf8')).toContain('failures="1"');
    await expectUntouched();
  });

  it('skips what the cluster is not made for, by name, and passes nothing by that', async () => {
    const { result, code } = await run('unfit.yaml', ...ON_DEFAULT);
    expect(code).toBe(2);
    expect(result.scenarios[0]).toMatchObject({
      outcome: 'skipped',
      reason: 'it needs 5 sentinels, the cluster has 3',
    });
  });

  it('random ones go by their seed, which is said', async () => {
    const { result, said } = await run('--random', '--for', '1s', '--seed', '5', ...ON_DEFAULT);
    expect(result.scenarios.map((s) => s.outcome)).toEqual(['holds']);
    expect(said).toContain('sentinelctl chaos run --random --for 1s --seed 5 --cluster default');
    const shown = (await cli.run(['chaos', 'run', '--random', '--dry-run', '--seed', '5', '--json'])).json();
    expect(result.scenarios[0]?.name).toBe((shown as ChaosPlan).scenarios[0]?.name);
    await expectUntouched();
  });

  it('quorum-test at Ctrl-C says where it ended, what was rolled back and who is the master', async () => {
    const ran = await cli.run(['quorum-test', '--verbose'], {
      onStderr(text, child) {
        if (text.includes('inject sentinel-down …') && !text.includes('Interrupted')) child.kill('SIGINT');
      },
    });
    expect(ran.code, ran.stderr).toBe(130);
    const said = ran.stderr.replaceAll(/\s+/g, ' ');
    expect(said).toMatch(/error: interrupted by Ctrl-C .*interrupted in: /);
    expect(said).toMatch(/sentinel-\d is started; all nodes agree again redis-\d \S+ is /);
  });

  it('quorum-test: one sentinel can be spared, a majority cannot, and everything is as before', async () => {
    const setQuorum = (quorum: string): Promise<unknown> =>
      Promise.all(
        [1, 2, 3].map((n) => askNode(cli, `sentinel-${n}`, 'SENTINEL', 'SET', 'mymaster', 'quorum', quorum)),
      );
    // The settings in effect count, not those of `up`.
    await setQuorum('1');
    expect((await run('quick.yaml', ...ON_DEFAULT)).result.scenarios[0]).toMatchObject({
      outcome: 'skipped',
      reason: 'it needs quorum 2, the cluster has 1',
    });
    const ran = await cli.run(['quorum-test', '--json']);
    await setQuorum('2');
    expect(ran.code, ran.stderr).toBe(0);
    const result = ran.json() as QuorumResult;
    const command = { ...quorumTest, name: 'quorum-test', summary: '' };
    const view = { color: false, columns: 80 };
    const rows = await formatResult(command, result, { output: 'tsv', columns: null }, view, false);
    expect(rows.split('\n').map((row) => row.split('\t').slice(0, 6))).toEqual([
      ['id', 'outcome', 'down', 'left', 'failedOver', 'failedOverAfter'],
      ['one-down', 'holds', '1', '2', 'true', ''],
      ['majority-down', 'holds', '2', '1', 'false', 'true'],
      [''],
    ]);
    expect(result).toMatchObject({
      outcome: 'holds',
      sentinels: 3,
      quorum: 1,
      majority: 2,
      phases: [
        { id: 'one-down', outcome: 'holds', failedOver: true, failedOverAfter: null },
        { id: 'majority-down', outcome: 'holds', failedOver: false, failedOverAfter: true },
      ],
    });
    await expectUntouched();
  });
});

describe('on scratch clusters', () => {
  /** A home of its own: whatever is in it in the end was left behind. */
  const inOwnHome = async (work: (own: Cli) => Promise<void>): Promise<void> => {
    const own = await openCli({ hurried: true });
    try {
      await writeFile(join(own.home, 'long.yaml'), OWN.long);
      await work(own);
      expect(await leftBehind(own.home)).toEqual([]);
      expect(await readdir(join(own.home, 'scratch'))).toEqual([]);
    } finally {
      await own.close();
    }
  };
  const PLAY = ['chaos', 'run', 'long.yaml', '--driver', 'process', '--parallel', '1'];

  it('Ctrl-C takes everything down', () =>
    inOwnHome(async (own) => {
      const ran = await own.run(PLAY, {
        onStderr: (text, child) => {
          if (text.includes('inject replica-kill …') && !text.includes('Interrupted')) child.kill('SIGINT');
        },
      });
      expect(ran.code, ran.stderr).toBe(130);
      const said = ran.stdout.replaceAll(/\s+/g, ' ');
      expect(said).toMatch(/interrupted in: .*; its cluster chaos-\S+ was removed/);
      expect(said).toContain('the run was interrupted: scenarios that were not played are missing');
    }));

  it('after SIGKILL recover does', () =>
    inOwnHome(async (own) => {
      const ran = await own.run(PLAY, {
        onStderr: (text, child) => {
          if (text.includes('inject replica-kill …')) child.kill('SIGKILL');
        },
      });
      expect(ran.signal).toBe('SIGKILL');
      const [scratch] = await readdir(join(own.home, 'clusters'));
      const recovered = await own.run(['recover']);
      expect(recovered.code, recovered.stderr).toBe(0);
      expect(recovered.stderr).toContain(`removed ${scratch}`);
    }));

  it('--keep leaves the cluster and what was done to it, and says how to heal', async () => {
    const keeping = `name: keeping
summary: a replica stays down
cluster: { sentinels: 1, replicas: 1, quorum: 1 }
steps:
  - inject: replica-kill
`;
    await writeFile(join(cli.home, 'keeping.yaml'), keeping);
    const ran = await cli.run(['chaos', 'run', 'keeping.yaml', '--driver', 'process', '--keep']);
    const [kept] = (await readdir(join(cli.home, 'clusters'))).filter((name) => name !== 'default');
    expect(ran.stdout).toContain(`sentinelctl heal --cluster ${kept}`);
    expect((await cli.run(['recover', '--all'])).stderr).not.toContain('removed');
    expect((await cli.run(['status', '--cluster', kept ?? ''])).code).toBe(0);
    expect((await cli.run(['down', '--cluster', kept ?? ''])).code).toBe(0);
  });
});
