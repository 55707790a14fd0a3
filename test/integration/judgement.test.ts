import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assess } from '../../src/checks/assess.js';
import { systemClock } from '../../src/clock.js';
import { majorityMaster, statusExitCode } from '../../src/model/agreement.js';
import { convergence } from '../../src/model/convergence.js';
import type { NodePlan } from '../../src/model/plan.js';
import type { Snapshot } from '../../src/model/snapshot.js';
import type { Expectation } from '../../src/model/status.js';
import { replicasResult } from '../../src/model/views.js';
import { statusText } from '../../src/report/text/status.js';
import { membersText } from '../../src/report/text/views.js';
import { until } from '../../src/until.js';
import { type Asking, accessWith } from '../../src/wire/access.js';
import { survey } from '../../src/wire/survey.js';
import { cli } from '../helpers/by-hand.js';
import { QUIET_MS } from '../helpers/quiet.js';
import { type RawCluster, startRawCluster } from '../helpers/redis.js';

const PORT = 8100;
const PASSWORD = 'a-password-of-this-test';
const WIDE = { color: false, columns: 120 };

let cluster: RawCluster;
let plans: NodePlan[];

beforeAll(async () => {
  cluster = await startRawCluster({ port: PORT, password: PASSWORD, downAfterMs: QUIET_MS });
  plans = [
    ...cluster.nodes.map((n, i) => planned(`redis-${i + 1}`, 'redis', n.address)),
    ...cluster.sentinels.map((n, i) => planned(`sentinel-${i + 1}`, 'sentinel', n.address)),
  ];
});
afterAll(() => cluster?.stop());

const planned = (id: string, kind: NodePlan['kind'], address: NodePlan['announce']): NodePlan => ({
  id,
  kind,
  announce: address,
  endpoint: address,
  persistent: false,
});
const own = (): Expectation => ({
  cluster: 'default',
  driver: 'process',
  own: true,
  nodes: plans,
  masterName: cluster.masterName,
});
const attached: Expectation = {
  cluster: `127.0.0.1:${PORT + 50}`,
  driver: 'attached',
  own: false,
  masterName: null,
};

/** Asks the whole plan, or one sentinel only, which is enough to find the rest. */
function ask(known: NodePlan[], options: Partial<Asking> = {}) {
  const sentinels = known.filter((n) => n.kind === 'sentinel');
  const nodes = known
    .filter((n) => n.kind === 'redis')
    .map((n) => ({ ...n, masterName: cluster.masterName }));
  return survey(
    { sentinels, nodes, masterName: null, discover: true },
    {
      clock: systemClock,
      deadlineMs: 1500,
      access: accessWith(PASSWORD, { sentinelPassword: null }),
      ...options,
    },
  );
}
const oneSentinel = () => [
  planned(`127.0.0.1:${PORT + 50}`, 'sentinel', { host: '127.0.0.1', port: PORT + 50 }),
];

/** Waits for a snapshot that is as wanted, longer than TILT lasts (30 s); the last one where it never is. */
async function settled(wanted: (snapshot: Snapshot) => boolean): Promise<Snapshot> {
  const options = { clock: systemClock, everyMs: 250, deadlineMs: 45_000 };
  const found = await until(async () => {
    const snapshot = await ask(plans);
    return wanted(snapshot) ? snapshot : undefined;
  }, options);
  return found ?? (await ask(plans));
}
const idsOf = (snapshot: Snapshot): string[] => assess(snapshot, own()).problems.map((p) => p.id);

describe('a real cluster', () => {
  it('is proved to have converged, and judged healthy by its plan', async () => {
    const proof = (s: Snapshot) => convergence(s, { masterName: cluster.masterName, nodes: plans });
    const snapshot = await settled((s) => proof(s).length === 0);
    expect(proof(snapshot)).toEqual([]);
    expect(assess(snapshot, own()).problems).toEqual([]);
    expect(majorityMaster(snapshot, cluster.masterName)).toEqual({ host: '127.0.0.1', port: PORT });
    expect(statusText(assess(snapshot, own()), { ...WIDE, columns: 160 })).toContain(
      `HEALTHY  mymaster → redis-1 127.0.0.1:${PORT}, 2/2 replicas linked, 3/3 sentinels agree, quorum 2 reachable (checks of doctor not run)`,
    );
  });

  it('is judged healthy when it is found through one sentinel', async () => {
    const status = assess(await ask(oneSentinel()), attached);
    expect(status.problems).toEqual([]);
    expect(status.sentinels).toHaveLength(3);
    expect(status.masters[0]?.nodes).toHaveLength(3);
  });

  it('shows what every sentinel answers about the replicas', async () => {
    const text = membersText(replicasResult(await ask(plans), cluster.masterName), WIDE);
    expect(text).toContain(`redis-2 127.0.0.1:${PORT + 1}`);
    expect(text).toContain('sentinel-3  slave');
  });

  it('says that a password is missing, and no more than that', async () => {
    const status = assess(await ask(oneSentinel(), { access: accessWith(null) }), attached);
    expect(new Set(status.problems.map((p) => p.id))).toEqual(new Set(['auth']));
    expect(JSON.stringify(status)).not.toContain(PASSWORD);
  });

  it('lists the masters there are when another one is asked for', async () => {
    const status = assess(await ask(oneSentinel()), { ...attached, masterName: 'nobody' });
    expect(status.problems[0]?.message).toBe(
      'no sentinel monitors a master named nobody; they monitor mymaster',
    );
    // The name may be the slip.
    expect(status.verdict.word).toBe('UNKNOWN');
    expect(statusExitCode(status)).toBe(2);
  });

  it('names a frozen replica, and how to wake it', async () => {
    const replica = cluster.nodes[1];
    replica?.signal('SIGSTOP');
    try {
      const status = assess(await ask(plans, { deadlineMs: 500 }), own());
      expect(status.problems.find((p) => p.id === 'node-unreachable')).toMatchObject({
        subjects: ['redis-2'],
        fix: 'sentinelctl resume redis-2',
      });
    } finally {
      replica?.signal('SIGCONT');
    }
    expect(idsOf(await settled((s) => idsOf(s).length === 0))).toEqual([]);
  });

  it('says at once that no failover is possible, while CKQUORUM still counts the frozen sentinels', async () => {
    const frozen = cluster.sentinels.slice(0, 2);
    for (const sentinel of frozen) sentinel.signal('SIGSTOP');
    try {
      const [first] = assess(await ask(plans, { deadlineMs: 500 }), own()).problems;
      expect(first).toMatchObject({
        id: 'no-quorum',
        severity: 'critical',
        subjects: ['sentinel-1', 'sentinel-2'],
        message: 'no failover is possible: 1 of 3 sentinels answers, 2 are needed',
        why: expect.stringMatching(/^a master that fails now is not replaced; CKQUORUM .*sentinel-3: OK/),
        fix: 'sentinelctl resume sentinel-1',
      });
    } finally {
      for (const sentinel of frozen) sentinel.signal('SIGCONT');
    }
    expect(idsOf(await settled((s) => idsOf(s).length === 0))).toEqual([]);
  });

  it('says at once that the master is down, once, and who will replace it', async () => {
    await cluster.nodes[0]?.stop();
    const [first, ...others] = assess(await ask(plans), own()).problems;
    expect(first).toMatchObject({
      id: 'no-master',
      severity: 'critical',
      subjects: ['redis-1'],
      message: expect.stringContaining(
        `mymaster: its master redis-1 127.0.0.1:${PORT} is down, nothing can be written`,
      ),
      fix: 'sentinelctl status --watch',
    });
    expect(others).toEqual([]);
  });

  it('moves on to a new master, and names the lost one', async () => {
    await cluster.setDownAfter(1500);
    const moved = (s: Snapshot): boolean =>
      majorityMaster(s, cluster.masterName)?.port !== PORT && idsOf(s).every((id) => id === 'node-down');
    const status = assess(await settled(moved), own());
    expect(status.problems).toMatchObject([
      {
        id: 'node-down',
        severity: 'warning',
        subjects: ['redis-1'],
        fix: 'sentinelctl start redis-1',
      },
    ]);
    expect(status.masters[0]?.agreement).toBe('all');
  });

  it('says that no failover comes where the only replica was cut off from its master for too long', async () => {
    await cluster.setDownAfter(60_000);
    const name = majorityMaster(await ask(plans), cluster.masterName);
    await cluster.nodes.find((n) => n.address.port === name?.port)?.stop();
    const cutForS = (s: Snapshot): number =>
      Math.max(0, ...(s.groups[0]?.nodes ?? []).map((n) => n.answer?.linkDownS ?? 0));
    await settled((s) => cutForS(s) >= 3);
    // 10 x 200 ms are allowed.
    await cluster.setDownAfter(200);
    const status = assess(
      await settled((s) => assess(s, attached).verdict.text.includes('no replica may be promoted')),
      attached,
    );
    expect(status.verdict.word).toBe('DOWN');
    expect(status.verdict.text).toMatch(
      /\(master\) is down; no replica may be promoted: \S+ was without its master for \d.*, \d.* are allowed/,
    );
    const lines = status.problems.find((p) => p.id === 'no-master')?.fix?.split('\n') ?? [];
    const commands = lines.flatMap((line) => /^redis-cli -h \S+ -p (\d+) (.*)$/.exec(line)?.slice(1) ?? []);
    expect(commands).toHaveLength(2 * (cluster.sentinels.length + 1));
    expect(status.verdict.next).toBe(lines.find((line) => line.startsWith('redis-cli')));
    // Typed as it stands: the replica is promoted with what it has.
    const isReplaced = (s: Snapshot): boolean => {
      const now = majorityMaster(s, cluster.masterName);
      const node = s.groups[0]?.nodes.find((n) => n.announce.port === now?.port);
      return now?.port !== name?.port && node?.answer?.role === 'master';
    };
    for (let i = 0; i < commands.length; i += 2) {
      const [port, words = ''] = [Number(commands[i]), commands[i + 1]];
      // An attempt of its own, which fails, may be under way: then it is typed again, as the comment says.
      const typed = async (): Promise<true | undefined> => {
        try {
          expect(await cli(port, words)).toMatch(/^OK/);
          return true;
        } catch (error) {
          if (!words.startsWith('SENTINEL FAILOVER') || !/INPROG|NOGOODSLAVE/.test(String(error)))
            throw error;
          // Or it has succeeded meanwhile, and there is no other replica to promote.
          return isReplaced(await ask(plans)) || undefined;
        }
      };
      expect(await until(typed, { clock: systemClock, everyMs: 100, deadlineMs: 30_000 }), words).toBe(true);
    }
    expect(isReplaced(await settled(isReplaced))).toBe(true);
  });
});
