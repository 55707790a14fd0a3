import { describe, expect, it } from 'vitest';
import authPassMissing from '../../../../src/checks/authentication/auth-pass-missing.js';
import authUserMissing from '../../../../src/checks/authentication/auth-user-missing.js';
import protectedMode from '../../../../src/checks/authentication/protected-mode.js';
import tlsMismatch from '../../../../src/checks/authentication/tls-mismatch.js';
import { diagnose } from '../../../../src/checks/diagnose.js';
import { answersWrongly } from '../../../../src/checks/passwords.js';
import { CHECKS } from '../../../../src/checks/registry.js';
import { down } from '../../../helpers/alterations/alteration.js';
import {
  healthyGathered,
  nodeOf,
  onThreeMachines,
  sentinelOf,
  viewOf,
} from '../../../helpers/recorded-gathering.js';

/** Faults that need several machines, or that no diagnosis gets behind: a real gathering, altered. */
describe('auth-user-missing', () => {
  const fixAt = (change: (g: ReturnType<typeof onThreeMachines>) => void = () => {}) => {
    const gathered = onThreeMachines();
    const node = nodeOf(gathered, 2);
    node.sentinelsUser = 'watch';
    node.dryrun = { ok: false, why: "ERR User 'watch' not found" };
    node.channels = { ok: false, why: 'has no such user' };
    change(gathered);
    const [found] = authUserMissing.live(gathered) as { fix: string[] }[];
    return found?.fix ?? [];
  };

  it('makes the sentinels connect again, and ends no connection of an application', () => {
    const fix = fixAt();
    expect(fix.join('\n')).not.toContain('CLIENT');
    expect(fix.slice(-3)).toEqual(
      [1, 2, 3].map(() =>
        expect.stringMatching(/^redis-cli -h \S+ -p 26\d+ SENTINEL SET mymaster auth-user watch$/),
      ),
    );
  });

  it('has no such command for a sentinel before Redis 7.0', () => {
    const fix = fixAt((g) => {
      const { info } = sentinelOf(g, 2);
      if (info.ok) info.value = { ...info.value, redis_version: '6.2.14' };
    });
    expect(fix.at(-1)).toBe('# restart sentinel-2: before Redis 7.0 nothing else does');
    expect(fix.filter((line) => line.includes('SENTINEL SET'))).toHaveLength(2);
  });
});

describe('a master that refuses the login', () => {
  it('is what it is also while Sentinel opens its link again, and not once nothing was answered for long', () => {
    const record = (replyMs: number) => ({
      flags: 's_down,master,disconnected',
      'last-ping-reply': String(replyMs),
      'last-ok-ping-reply': '30000',
      'info-refresh': '0',
    });
    expect([700, 4000, 12000].map((ms) => answersWrongly(record(ms)))).toEqual([true, true, false]);
  });
});

describe('protected-mode', () => {
  it('a node that turns us away says so itself', () => {
    const gathered = onThreeMachines();
    const node = nodeOf(gathered, 3);
    const why = 'DENIED Redis is running in protected mode because protected mode is enabled';
    node.silence = { kind: 'error', message: why };
    node.config = { ok: false, why };
    expect(protectedMode.live(gathered)).toMatchObject([
      { subject: 'redis-3', fix: expect.arrayContaining(['# on the machine of redis-3:']) },
    ]);
    expect(JSON.stringify(protectedMode.live(gathered))).toContain('redis-cli -h 127.0.0.1 -p');
  });

  it('a sentinel that turns us away runs: it is shut down on its own machine before it is started', () => {
    const gathered = onThreeMachines();
    gathered.own = false;
    const sentinel = sentinelOf(gathered, 2);
    const why = 'answered: DENIED Redis is running in protected mode';
    sentinel.silence = { kind: 'error', message: why };
    const { port } = sentinel.endpoint;
    const others = gathered.sentinels.filter((s) => s !== sentinel).map(({ id }) => id);
    expect(protectedMode.live(gathered)).toMatchObject([
      {
        subject: sentinel.id,
        message: expect.stringMatching(new RegExp(`it rejects ${others.join(', ')}$`)),
        fix: [
          `# on the machine of ${sentinel.id}:`,
          `redis-cli -h 127.0.0.1 -p ${port} SHUTDOWN`,
          expect.stringContaining('protected-mode no'),
          expect.stringMatching(/^redis-server .* --sentinel$/),
        ],
      },
    ]);
    const { findings } = diagnose(gathered, CHECKS);
    expect(JSON.stringify(findings)).not.toContain('start the server again');
  });

  it('on, on one machine, refuses no server; with a password neither', () => {
    const home = healthyGathered();
    const away = onThreeMachines();
    for (const gathered of [home, away]) {
      for (const node of gathered.nodes) {
        if (node.config.ok) node.config.value = { ...node.config.value, 'protected-mode': 'yes' };
      }
    }
    expect(protectedMode.live(home)).toEqual([]);
    expect(protectedMode.live(away)).toHaveLength(3);
    for (const node of away.nodes) {
      if (node.config.ok) node.config.value = { ...node.config.value, requirepass: '(set)' };
    }
    expect(protectedMode.live(away)).toEqual([]);
  });

  it('an address of this machine counts by where its connections come from', () => {
    const gathered = healthyGathered();
    const [node, other] = [nodeOf(gathered, 1), nodeOf(gathered, 3)];
    if (node.config.ok) node.config.value = { ...node.config.value, 'protected-mode': 'yes' };
    other.announce = { ...other.announce, host: '127.0.0.77' };
    expect(protectedMode.live(gathered)).toEqual([]);
    if (other.config.ok) other.config.value = { ...other.config.value, 'bind-source-addr': '127.0.0.77' };
    expect(protectedMode.live(gathered)).toMatchObject([{ subject: 'redis-1' }]);
  });
});

describe('auth-pass-missing', () => {
  const record = (ping: number, ok: number, flags = 's_down,master,disconnected') => ({
    flags,
    'last-ping-reply': String(ping),
    'last-ok-ping-reply': String(ok),
    // A sentinel that is not let in gets no INFO either.
    'info-refresh': String(ok + 2000),
  });

  it('tells a wrong answer from none', () => {
    expect(answersWrongly(record(400, 8000))).toBe(true);
    // It is let in, and only its PING is refused.
    expect(answersWrongly({ ...record(400, 8000), 'info-refresh': '3000' })).toBe(false);
    expect(answersWrongly(record(8000, 8000))).toBe(false);
    expect(answersWrongly(record(400, 400, 'master'))).toBe(false);
  });

  it('one that lists no other may have peers that cannot log in either', () => {
    const fixAt = (isAlone: boolean): string => {
      const gathered = healthyGathered();
      const { config } = nodeOf(gathered, 1);
      if (config.ok) config.value = { ...config.value, requirepass: '(set)' };
      for (const n of [1, 2, 3]) {
        const view = viewOf(gathered, n);
        Object.assign(view.fields, record(400, 8000));
        if (isAlone) view.sentinels = { ok: true, value: [] };
      }
      return JSON.stringify(authPassMissing.live(gathered));
    };
    expect(fixAt(true)).toContain('the same at every other sentinel of');
    expect(fixAt(false)).not.toContain('the same at every other sentinel of');
  });

  it('a master that does not answer is not judged, unless what it wants is a password', () => {
    const gathered = healthyGathered();
    const node = nodeOf(gathered, 1);
    node.silence = { kind: 'timeout', message: 'did not answer within 1.5s' };
    node.config = node.conf = { ok: false, why: 'did not answer within 1.5s' };
    expect(authPassMissing.live(gathered)).toEqual({ skip: 'redis-1: did not answer within 1.5s' });
    node.silence = { kind: 'auth', message: 'NOAUTH Authentication required.' };
    expect(authPassMissing.live(gathered)).toMatchObject([
      {
        message: expect.stringContaining(
          'needs a password, but sentinel-1, sentinel-2, sentinel-3 have none',
        ),
      },
    ]);
  });

  it('a password that was changed at run time is told to the sentinels that have not connected again too', () => {
    const gathered = healthyGathered();
    const node = nodeOf(gathered, 1);
    if (node.config.ok) node.config.value = { ...node.config.value, requirepass: '(set)' };
    for (const n of [1, 2, 3]) {
      const { conf } = sentinelOf(gathered, n);
      if (conf.ok) conf.value.text += 'sentinel auth-pass mymaster (redacted)\n';
    }
    const view = viewOf(gathered, 3);
    view.fields = { ...view.fields, ...record(400, 8000) };
    const found = authPassMissing.live(gathered);
    expect(found).toMatchObject([{ subject: 'mymaster at sentinel-3' }]);
    const fix = JSON.stringify(found);
    for (const port of [26381, 26379, 26380])
      expect(fix).toContain(`-p ${port} -x SENTINEL SET mymaster auth-pass`);
  });

  it('a master that answers PING with -MISCONF does not lack a password', () => {
    const gathered = healthyGathered();
    const node = nodeOf(gathered, 1);
    if (node.config.ok) node.config.value = { ...node.config.value, requirepass: '(set)' };
    for (const n of [1, 2, 3]) {
      const view = viewOf(gathered, n);
      view.fields = { ...view.fields, ...record(400, 8000) };
      const { conf } = sentinelOf(gathered, n);
      if (conf.ok) conf.value.text += 'sentinel auth-pass mymaster (redacted)\n';
    }
    expect(authPassMissing.live(gathered)).toMatchObject([
      { subject: 'mymaster at sentinel-1, sentinel-2, sentinel-3' },
    ]);
    node.pingMs = { ok: false, why: 'PING: MISCONF Redis is configured to save RDB snapshots' };
    expect(authPassMissing.live(gathered)).toEqual([]);
  });
});

describe('tls-mismatch', () => {
  it('a sentinel that speaks plainly to the TLS port', () => {
    const gathered = healthyGathered();
    const node = nodeOf(gathered, 1);
    if (node.config.ok) node.config.value = { ...node.config.value, port: '0', 'tls-port': '6379' };
    // A connection that works shows that the settings are not in effect.
    expect(tlsMismatch.live(gathered)).toMatchObject([{ subject: 'redis-2' }, { subject: 'redis-3' }]);
    for (const n of [1, 2, 3]) down([viewOf(gathered, n).fields]);
    expect(tlsMismatch.live(structuredClone(gathered))).toMatchObject([
      {
        subject: 'sentinel-1, sentinel-2, sentinel-3',
        message: expect.stringContaining('connect without TLS (tls-replication no)'),
      },
      {
        subject: 'redis-2',
        fix: expect.arrayContaining(['redis-cli -h 127.0.0.1 -p 6380 CONFIG SET tls-replication yes']),
      },
      { subject: 'redis-3' },
    ]);
  });

  it('a node that hangs up on us, and whose file cannot be read, is not judged', () => {
    const gathered = healthyGathered();
    const node = nodeOf(gathered, 1);
    node.silence = { kind: 'closed', message: 'closed the connection' };
    node.config = node.conf = { ok: false, why: 'not asked' };
    expect(tlsMismatch.live(gathered)).toEqual({ skip: expect.stringContaining('as a TLS port does') });
  });
});
