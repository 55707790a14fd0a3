import { describe, expect, it } from 'vitest';
import { assess } from '../../../../src/checks/assess.js';
import protectedMode from '../../../../src/checks/authentication/protected-mode.js';
import quorumLtMajority from '../../../../src/checks/configuration/quorum-lt-majority.js';
import sentinelsEven from '../../../../src/checks/configuration/sentinels-even.js';
import { statusExitCode } from '../../../../src/model/agreement.js';
import type { Silence, Snapshot } from '../../../../src/model/snapshot.js';
import type { StatusResult } from '../../../../src/model/status.js';
import { noSentinel } from '../../../../src/model/unasked.js';
import { flawless } from '../../../helpers/alterations/index.js';
import {
  given,
  healthyGathering,
  judge as judgeGathered,
  nodeIn,
} from '../../../helpers/healthy-gathering.js';
import {
  altered,
  attached,
  discovered,
  nodeOf,
  sentinelOf,
  silenceNode,
  silenceSentinel,
  viewsIn,
} from '../../../helpers/snapshots.js';

const judge = (alter: (s: Snapshot) => void): StatusResult => assess(discovered(altered(alter)), attached());
const problem = ({ problems }: StatusResult, id: string) => problems.find((p) => p.id === id);
const NO_ROUTE: Silence = {
  kind: 'error',
  message: 'cannot be reached: no route to the host',
  unreached: true,
};
const THIRD = '127.0.0.1:26381';
const ROUTE = `sentinelctl attach NAME --map ${THIRD}=HOST:PORT --sentinel-addrs 127.0.0.1:26379  # HOST:PORT is where this machine reaches it; where its container publishes the port, --map-published finds that; else run sentinelctl where ${THIRD} can be reached`;

/** What the peers say of sentinel-3. */
const seen = (s: Snapshot, change: object): void => {
  for (const view of viewsIn(s))
    for (const peer of view.sentinels) if (peer.address.port === 26381) Object.assign(peer, change);
};

describe('a sentinel that only this machine does not reach', () => {
  const away = (silence: Silence, change: object = { answeredMsAgo: 300 }): StatusResult =>
    judge((s) => {
      silenceSentinel(s, 3, silence);
      seen(s, change);
    });

  it('has its vote, and is not to be started', () => {
    const status = away(NO_ROUTE);
    expect(status.verdict).toMatchObject({
      word: 'UNKNOWN',
      text: `mymaster: writes go to 127.0.0.1:6379; ${THIRD} cannot be reached from this machine, and the other sentinels reach it`,
      next: ROUTE,
    });
    expect(statusExitCode(status)).toBe(2);
    expect(problem(status, 'sentinel-unreachable')).toMatchObject({
      impact: 'unknown',
      why: 'only this machine lacks a route to it: it counts as usable for the others, and votes in a failover',
      fix: ROUTE,
    });
    expect(JSON.stringify(status)).not.toMatch(/no vote|start the machine|is down/);
  });

  it('is looked at again where no answer came in time, as a data node is', () => {
    const status = away({ kind: 'timeout', message: 'did not answer within 1.50 s', unreached: true });
    expect(status.verdict).toMatchObject({
      word: 'UNKNOWN',
      next: expect.stringContaining('status --watch'),
    });
    expect(JSON.stringify(status)).not.toMatch(/no vote|start the machine/);
  });

  it('is said to have no vote where a peer calls it down, or hears it no longer', () => {
    for (const change of [{ answeredMsAgo: 300, flags: ['s_down', 'sentinel'] }, { answeredMsAgo: 9000 }]) {
      const status = away(NO_ROUTE, change);
      expect(status.verdict.word).toBe('DEGRADED');
      expect(problem(status, 'sentinel-unreachable')?.why).toMatch(/has no vote in a failover/);
    }
  });
});

describe('a further address that was typed, and that no sentinel lists', () => {
  const address = { host: '10.99.0.1', port: 26379 };
  const extra = { id: '10.99.0.1:26379', announce: address, endpoint: address, silence: NO_ROUTE };

  it('is not said to have no vote', () => {
    const status = judge((s) => {
      s.sentinels.push({ ...sentinelOf(s, 3), ...extra, answer: null });
    });
    expect(status.verdict).toMatchObject({
      word: 'UNKNOWN',
      cause: '10.99.0.1:26379 cannot be reached from this machine, and no sentinel lists it',
      next: expect.stringMatching(
        /^sentinelctl status --sentinel-addrs (127\.0\.0\.1:263\d\d,?){3} {2}# without it; /,
      ),
    });
    expect(JSON.stringify(status)).not.toMatch(/no vote|start the machine/);
  });

  it('where nothing listens, is not called a dead sentinel', () => {
    const status = judge((s) => {
      const silence: Silence = { kind: 'refused', message: 'refused the connection' };
      s.sentinels.push({ ...sentinelOf(s, 3), ...extra, silence, answer: null });
    });
    expect(status.verdict).toMatchObject({
      word: 'UNKNOWN',
      cause: 'nothing listens at 10.99.0.1:26379, and no sentinel lists it',
    });
  });

  it('connects to nothing that protected mode would reject', () => {
    const gathered = { ...flawless('one machine'), own: false };
    for (const n of [1, 2, 3])
      Object.assign(given(nodeIn(gathered, n).config), { 'protected-mode': 'yes', requirepass: '' });
    const unasked = { ok: false, why: NO_ROUTE.message } as const;
    const [first] = gathered.sentinels;
    if (first === undefined) throw new Error('there are sentinels');
    const silent = { ...first, ...extra, masters: unasked, info: unasked, myid: unasked };
    gathered.sentinels.push(silent);
    expect(judgeGathered(protectedMode, gathered)).toEqual([]);
    // One that the others list does.
    for (const { masters } of gathered.sentinels)
      for (const master of masters.ok ? masters.value : [])
        if (master.sentinels.ok)
          Object.assign(master.sentinels, {
            value: [...master.sentinels.value, { ip: address.host, port: String(address.port) }],
          });
    expect(judgeGathered(protectedMode, gathered)).toMatchObject([{}, {}, {}]);
  });

  it('makes three sentinels neither four nor their quorum too low', () => {
    const gathered = { ...healthyGathering(), own: false };
    const unasked = { ok: false, why: NO_ROUTE.message } as const;
    const [first] = gathered.sentinels;
    if (first === undefined) throw new Error('there are sentinels');
    gathered.sentinels.push({ ...first, ...extra, masters: unasked, info: unasked, myid: unasked });
    // Nothing is found, and of one that gave no answer nothing is passed.
    for (const check of [sentinelsEven, quorumLtMajority])
      expect(judgeGathered(check, gathered)).toEqual({ skip: `10.99.0.1:26379: ${NO_ROUTE.message}` });
    // One that the others list counts, whether it answers or not.
    const listed = structuredClone(gathered);
    for (const { masters } of listed.sentinels)
      for (const master of masters.ok ? masters.value : [])
        if (master.sentinels.ok)
          Object.assign(master.sentinels, {
            value: [...master.sentinels.value, { ip: address.host, port: String(address.port) }],
          });
    expect(judgeGathered(sentinelsEven, listed)).toMatchObject([{ message: expect.stringMatching(/^4 /) }]);
  });
});

describe('a login that is refused', () => {
  const refuse = (message: string, ...ns: number[]): StatusResult =>
    judge((s) => {
      for (const n of ns) silenceNode(s, n, { kind: 'auth', message });
    });

  it.each([
    ["denies the command: NOPERM User ops has no permissions to run the 'info' command", 'ops', '+info'],
    [
      "denies the command: NOPERM this user has no permissions to run the 'info' command or its subcommand",
      'default',
      '+info',
    ],
    [
      "denies the command: NOPERM User ops has no permissions to run the 'config|get' command",
      'ops',
      "'+config|get'",
    ],
    [
      "denies the command: NOPERM User ops;id has no permissions to run the 'info' command",
      "'ops;id'",
      '+info',
    ],
  ])('for lack of a right asks for the right: %s', (message, user, rule) => {
    const { verdict, problems } = refuse(message, 2, 3);
    expect(verdict.word).toBe('UNKNOWN');
    expect(verdict.cause).toBe(
      `127.0.0.1:6380 and 127.0.0.1:6381 deny a command to this user: ${user} needs ${rule}`.replaceAll(
        "'",
        '',
      ),
    );
    expect(verdict.next).toContain(
      `" && redis-cli -h 127.0.0.1 -p 6380 --user ADMIN ACL SETUSER ${user} ${rule}  # FILE has the `,
    );
    expect(JSON.stringify([verdict, problems])).not.toContain('--password-file');
  });

  it('is said of a healthy cluster whose settings this user may not read', () => {
    const status = judge((s) => {
      const no = { ok: false, why: 'NOPERM' };
      Object.assign(nodeOf(s, 3).answer ?? {}, { raw: { info: {}, config: no, login: no, whoami: no } });
    });
    expect(status.verdict).toMatchObject({ word: 'HEALTHY' });
    expect(status.verdict.text).toContain('; the settings of 127.0.0.1:6381 were not read (');
  });

  it('is not a server of which doctor knows nothing, where it allows other questions', () => {
    const status = judge((s) => {
      Object.assign(nodeOf(s, 3), {
        answer: null,
        withheld: "NOPERM this user has no permissions to run the 'info' command",
      });
    });
    expect(status.verdict.cause).toBe(`127.0.0.1:6381 denies a command to this user: default needs +info`);
  });

  it('for another right than a command’s shows what the server said', () => {
    const { problems } = refuse('denies the command: NOPERM No permissions to access a channel', 3);
    expect(problems.find(({ id }) => id === 'auth')).toMatchObject({
      evidence: 'denies the command: NOPERM No permissions to access a channel',
      fix: expect.stringMatching(/^# .*ACL SETUSER default/),
    });
  });

  it('for a wrong password says that it is wrong', () => {
    const evidence = (message: string) => problem(refuse(message, 3), 'auth')?.evidence;
    expect(evidence('rejects this password')).toBe('the password is wrong');
    expect(evidence('rejects this user name or password')).toBe('the password or the user name is wrong');
    expect(evidence('requires a password')).toBeNull();
  });
});

it('the password that tells whether writes work comes before the node that is down', () => {
  const status = judge((s) => {
    for (const n of [1, 2]) silenceNode(s, n, { kind: 'auth', message: 'requires a password' });
    silenceNode(s, 3);
    seenDown(s);
  });
  expect(status.verdict).toMatchObject({
    word: 'UNKNOWN',
    text: 'mymaster: whether writes work is not known; 127.0.0.1:6379 and 127.0.0.1:6380 want a password: --password-file FILE; 127.0.0.1:6381 is down',
    next: expect.stringContaining('--password-file FILE'),
  });
  for (const exitOn of ['down', 'at-risk', 'degraded'] as const)
    expect(statusExitCode(status, exitOn)).toBe(2);
  expect(problem(status, 'node-down')?.fix).toMatch(/^start the server again/);
});

/** The sentinels call redis-3 down, too. */
function seenDown(s: Snapshot): void {
  const { port } = nodeOf(s, 3).announce;
  for (const view of viewsIn(s))
    for (const replica of view.replicas) if (replica.address.port === port) replica.flags.push('s_down');
}

it('commands that need a sentinel ask for the right, where all sentinels deny a command', () => {
  const message = "denies the command: NOPERM User ops has no permissions to run the 'info' command";
  const denying = altered((s) => {
    for (const n of [1, 2, 3]) silenceSentinel(s, n, { kind: 'auth', message });
  });
  const { message: said, hint } = noSentinel(denying, { hint: 'start one' });
  expect(said).toBe('sentinel-1, sentinel-2 and sentinel-3 deny a command to this user');
  expect(hint).toMatch(/ACL SETUSER USER '\+info' '\+sentinel'$/);
});
