import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { atEach, type Rights, requireRights } from '../../src/cluster/rights.js';
import type { NodeHost } from '../../src/drivers/node-host.js';
import type { OperatorError } from '../../src/errors.js';
import {
  ACT_RIGHTS,
  PURPOSES,
  type Purpose,
  STEP_RIGHTS,
  together,
} from '../../src/model/operator-rights.js';
import type { NodeKind } from '../../src/model/plan.js';
import { accessWith } from '../../src/wire/access.js';
import type { Ran } from '../helpers/cli.js';
import { GUEST, GUEST_PASSWORD, type Guests, openGuests } from '../helpers/guests.js';
import { planOf } from '../helpers/inside.js';
import { healthyStatus } from '../helpers/main-road.js';

let guests: Guests;

beforeAll(async () => {
  guests = await openGuests('--down-after', '2s');
});
afterAll(() => guests?.close());

const CLUSTER = ['--cluster', 'guests', '--confirm', 'guests'];
const run = (...words: string[]): Promise<Ran> => guests.cli.run([...words, ...CLUSTER]);

/** How many failovers the cluster has had. */
async function epoch(): Promise<string> {
  const masters = JSON.stringify(await guests.atEach('sentinel', 'SENTINEL', 'MASTERS'));
  const found = /"config-epoch","(\d+)"/.exec(masters)?.[1];
  if (found === undefined) throw new Error('the sentinels tell no epoch');
  return found;
}

/** Each server's pid, to see that none was ended. */
const pids = async (): Promise<string> => {
  const infos = await Promise.all([guests.atEach('redis', 'INFO'), guests.atEach('sentinel', 'INFO')]);
  return String(infos.flat().map((info) => /process_id:(\d+)/.exec(String(info))?.[1]));
};

/** What every act and every step of a scenario sends. */
const EVERYTHING = together(...Object.values(ACT_RIGHTS), ...Object.values(STEP_RIGHTS));
/** What a look needs before anything can be asked, and what tells which rights there are. */
const NOT_TRIED = ['+acl|dryrun', '+info', '+ping'];

/** The refusal of a user who is about to do this, asked in this process; null: it may. */
async function refusalOf(rights: Rights): Promise<string | null> {
  const plan = { ...(await planOf(guests.owner)), attached: true as const };
  const access = accessWith(GUEST_PASSWORD, { username: GUEST, sentinelUsername: GUEST });
  const asking = { clock: systemClock, deadlineMs: 30_000, access };
  // No file is read where no node is ended.
  const host = {} as NodeHost;
  return requireRights({ onProgress: () => {} }, { plan, host, asking }, rights).then(
    () => null,
    (error: OperatorError) => `${error.code}: ${error.message}`,
  );
}

/** What is asked for before a purpose, where the fault, the repair or the scenario is one that sends everything. */
const rightsOf = (purpose: Purpose): Rights => ({
  purpose,
  ...(['inject', 'fix', 'chaos'].includes(purpose) && { besides: atEach(EVERYTHING) }),
  clients: ['failover-test', 'sweep', 'chaos'].includes(purpose),
});

describe('every right that is asked for', () => {
  it.each(PURPOSES)('for %s is printed, and named where it is missing', async (purpose) => {
    const rights = await guests.printed(purpose === 'inject' || purpose === 'fix' ? 'chaos' : purpose);
    await guests.attachedAs(rights);
    expect(await refusalOf(rightsOf(purpose))).toBe(null);
    const asked: string[] = [];
    for (const kind of ['redis', 'sentinel'] as const) {
      for (const rule of rights[kind]) {
        if (!rule.startsWith('+') || NOT_TRIED.includes(rule)) continue;
        const name = rule.slice(1);
        await guests.atEach(kind, 'ACL', 'SETUSER', GUEST, `-${name}`);
        const said = await refusalOf(rightsOf(purpose));
        await guests.atEach(kind, 'ACL', 'SETUSER', GUEST, `+${name}`);
        // What only a look before it sends does not keep anything from being done.
        if (said === null) continue;
        asked.push(name);
        expect(said).toMatch(
          new RegExp(`^right-missing: .* may not run ${name.replace('|', ' ')} at ${kind}-1, so nothing`),
        );
      }
    }
    expect(asked).toEqual(expect.arrayContaining(LEAST[purpose]));
  });
});

/** Some of what must be asked for, of each purpose. */
const LEAST: Record<Purpose, string[]> = {
  look: ['config|get', 'sentinel|masters'],
  doctor: ['latency|latest', 'sentinel|pending-scripts'],
  fix: ['config|set', 'sentinel|set', 'sentinel|reset'],
  act: ['sentinel|masters', 'sentinel|myid'],
  inject: ['replicaof', 'eval', 'bgsave', 'client|pause', 'sentinel|debug', 'scan', 'unlink'],
  'failover-test': ['setbit', 'config|set', 'psubscribe', 'replicaof'],
  'quorum-test': ['role', 'psubscribe', 'replicaof'],
  sweep: ['setbit', 'config|set', 'sentinel|set'],
  chaos: ['setbit', 'set', 'exists', 'sentinel|failover', 'eval', 'sentinel|simulate-failure'],
  switchover: ['client|pause', 'client|unpause', 'client|kill', 'replicaof', 'multi', 'publish'],
};

/** A right that a command needs, and the command: it asks for it before it does anything. */
const LACKING: [command: string[], purpose: Purpose, kind: NodeKind, right: string][] = [
  [['kill', 'redis-2'], 'act', 'sentinel', 'sentinel|masters'],
  [['stop', 'sentinel-2'], 'act', 'sentinel', 'sentinel|ckquorum'],
  [['pause', 'redis-2'], 'act', 'sentinel', 'sentinel|replicas'],
  [['restart', 'redis-2'], 'act', 'redis', 'replicaof'],
  [['inject', 'priority-zero', 'redis-2'], 'inject', 'redis', 'config|set'],
  [['inject', 'freeze', 'redis-2', '--for', '1s'], 'inject', 'redis', 'role'],
  [['inject', 'pause-writes', '--dry-run'], 'inject', 'redis', 'client|unpause'],
  [['failover-test', '--clients', '1'], 'failover-test', 'redis', 'setbit'],
  [['quorum-test'], 'quorum-test', 'sentinel', 'psubscribe'],
  [['sweep', '--down-after', '2s', '--min-replicas', '0'], 'sweep', 'sentinel', 'sentinel|set'],
  [['chaos', 'run', 'kill'], 'chaos', 'redis', 'setbit'],
  [['switchover'], 'switchover', 'sentinel', 'publish'],
];

describe('nothing is done without a right', () => {
  it.each(LACKING)('%j for %s: %s %s', async (command, purpose, kind, right) => {
    await guests.attachedAs(await guests.printed(purpose));
    const before = [await epoch(), await pids()];
    await guests.atEach(kind, 'ACL', 'SETUSER', GUEST, `-${right}`);
    const said = await run(...command);
    expect([said.code, said.stderr]).toEqual([
      3,
      expect.stringMatching(
        `the user ${GUEST} may not run ${right.replace('|', ' ')} at ${kind}-[12], so nothing was done`,
      ),
    ]);
    expect(said.stderr).toContain(`--print-acl --for ${purpose}`);
    expect([await epoch(), await pids()]).toEqual(before);
  });

  it('or with a user that is not in the file of a node that is ended', async () => {
    const rights = await guests.printed('chaos');
    await guests.attachedAs(rights);
    await guests.atEach('redis', 'ACL', 'DELUSER', GUEST);
    await guests.atEach('redis', 'CONFIG', 'REWRITE');
    await guests.atEach('redis', 'ACL', 'SETUSER', GUEST, 'on', `>${GUEST_PASSWORD}`, ...rights.redis);
    const before = [await epoch(), await pids()];
    for (const command of [
      ['failover-test', '--clients', '0'],
      ['quorum-test'],
      ['sweep', '--down-after', '2s', '--min-replicas', '0'],
      ['chaos', 'run', 'kill'],
      ['inject', 'kill'],
      ['kill', 'redis-1'],
      ['restart', 'redis-1'],
    ]) {
      const said = await run(...command);
      expect([command, said.code, said.stderr]).toEqual([
        command,
        3,
        expect.stringContaining(`the user ${GUEST} is not in the file of redis-1, so nothing was done`),
      ]);
    }
    expect([await epoch(), await pids()]).toEqual(before);
    // What ends no node is done.
    expect((await run('inject', 'priority-zero', 'redis-2', '--for', '100ms')).code).toBe(0);
    const rewrite = ['call', 'CONFIG', 'REWRITE', '--on', 'redis-1,redis-2,redis-3'];
    expect((await run(...rewrite)).code).toBe(0);
    expect((await run('inject', 'replica-kill', '--for', '100ms')).code).toBe(0);
  });

  it('doctor --fix', async () => {
    await guests.attachedAs(await guests.printed('fix'));
    await plantTimeout();
    await guests.atEach('sentinel', 'ACL', 'SETUSER', GUEST, '-sentinel|set');
    const said = await run('doctor', '--fix', '--yes');
    expect([said.code, said.stderr]).toEqual([
      3,
      expect.stringContaining('may not run sentinel set at sentinel-2'),
    ]);
    await guests.atEach('sentinel', 'ACL', 'SETUSER', GUEST, '+sentinel|set');
    const fixed = await run('doctor', '--fix', '--yes', '--json');
    expect(fixed.json().fixed, fixed.stderr).toMatchObject([{ outcome: 'done' }]);
    expect(await guests.refused()).toEqual([]);
  });
});

/** One sentinel has another setting than the others. */
async function plantTimeout(): Promise<void> {
  const set = ['SENTINEL', 'SET', 'mymaster', 'failover-timeout', '77000'];
  const ran = await guests.owner.run(['call', ...set, '--on', 'sentinel-2', '--yes', '--cluster', 'default']);
  expect(ran.code, ran.stderr).toBe(0);
}

describe('the printed rights are enough', () => {
  it.each<[Purpose, string[][]]>([
    [
      'act',
      [
        ['kill', 'redis-3'],
        ['start', 'redis-3'],
        ['pause', 'sentinel-3'],
        ['resume', 'sentinel-3'],
        ['restart', 'redis-3'],
      ],
    ],
    [
      'inject',
      [
        ['inject', 'priority-zero', 'redis-2', '--for', '1s'],
        ['inject', 'replica-kill'],
        ['heal'],
        ['inject', 'pause-writes', '--for', '500ms'],
      ],
    ],
    ['sweep', [['sweep', '--down-after', '2s', '--min-replicas', '0', '--trials', '1', '--clients', '1']]],
    ['chaos', [['chaos', 'run', 'kill']]],
    ['quorum-test', [['quorum-test']]],
    ['switchover', [['switchover']]],
  ])('for %s', async (purpose, lines) => {
    await healthyStatus(guests.owner);
    const attached = await guests.attachedAs(await guests.printed(purpose));
    expect(attached.code, attached.stderr).toBe(0);
    for (const line of lines) {
      const ran = await (line[0] === 'heal'
        ? guests.cli.run([...line, '--cluster', 'guests'])
        : run(...line));
      expect([line, ran.code, ran.stderr]).toEqual([line, 0, expect.not.stringContaining('not known')]);
    }
    expect(await guests.refused()).toEqual([]);
  });
});
