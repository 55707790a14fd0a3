import { describe, expect, it, onTestFinished } from 'vitest';
import aclChannel from '../../../../src/checks/authentication/acl-channel.js';
import aclShort from '../../../../src/checks/authentication/acl-short.js';
import authPassMissing from '../../../../src/checks/authentication/auth-pass-missing.js';
import authUserMissing from '../../../../src/checks/authentication/auth-user-missing.js';
import masterauthMissing from '../../../../src/checks/authentication/masterauth-missing.js';
import protectedMode from '../../../../src/checks/authentication/protected-mode.js';
import tlsMismatch from '../../../../src/checks/authentication/tls-mismatch.js';
import { diagnose } from '../../../../src/checks/diagnose.js';
import { answersWrongly } from '../../../../src/checks/passwords.js';
import { CHECKS } from '../../../../src/checks/registry.js';
import { OPEN, setLogins } from '../../../../src/model/secrets.js';
import { down } from '../../../helpers/alterations/alteration.js';
import {
  healthyGathered,
  nodeOf,
  onThreeMachines,
  sentinelOf,
  viewOf,
} from '../../../helpers/recorded-gathering.js';

const USER = { on: true, nopass: false, marks: ['a'] };

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
  });

  it('tells a wrong answer from none', () => {
    expect(answersWrongly(record(400, 8000))).toBe(true);
    expect(answersWrongly(record(8000, 8000))).toBe(false);
    expect(answersWrongly(record(400, 400, 'master'))).toBe(false);
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

describe('masterauth-missing', () => {
  const set = (n: number, config: Record<string, string>, info: Record<string, string> = {}) => {
    const gathered = healthyGathered();
    const node = nodeOf(gathered, n);
    if (node.config.ok) node.config.value = { ...node.config.value, ...config };
    if (node.info.ok) node.info.value = { ...node.info.value, ...info };
    return gathered;
  };

  it('a password that only a replica wants is fixed there', () => {
    expect(masterauthMissing.live(set(2, { requirepass: '(set)' }))).toMatchObject([
      {
        subject: 'redis-2',
        message: expect.stringContaining('only redis-2 has one'),
        fix: [
          'redis-cli -h 127.0.0.1 -p 6380 CONFIG SET requirepass ""',
          'redis-cli -h 127.0.0.1 -p 6380 CONFIG REWRITE',
        ],
      },
    ]);
    const locked = set(2, {});
    nodeOf(locked, 2).silence = { kind: 'auth', message: 'requires a password' };
    nodeOf(locked, 2).config = { ok: false, why: 'NOAUTH Authentication required.' };
    expect(masterauthMissing.live(locked)).toMatchObject([
      {
        fix: [
          `test -n "\${REDISCLI_AUTH:?is not set}" && redis-cli -h 127.0.0.1 -p 6380 CONFIG SET requirepass ""`,
          expect.stringContaining('REDISCLI_AUTH'),
        ],
      },
    ]);
    expect(masterauthMissing.live(set(1, { requirepass: '(set)' }))).toMatchObject([
      { subject: 'redis-2, redis-3' },
    ]);
  });

  it('a masterauth for a master that wants none costs the link', () => {
    const down = { master_link_status: 'down' };
    expect(masterauthMissing.live(set(3, { masterauth: '(set)' }, down))).toMatchObject([
      { subject: 'redis-3', message: expect.stringContaining('without any password configured') },
    ]);
    // It is emptied where sentinelctl created the cluster without a password.
    const clears = { kind: 'masterauth', node: 'redis-3', clears: true };
    expect(masterauthMissing.live(set(3, { masterauth: '(set)' }, down))).toMatchObject([
      { repairs: [clears], fix: ['sentinelctl doctor --fix --only masterauth-missing'] },
    ]);
    expect(masterauthMissing.live(set(3, { masterauth: '(set)' }))).toEqual([]);
    expect(masterauthMissing.live(set(3, { masterauth: '(set)', masteruser: 'rep' }, down))).toEqual([]);
  });

  it('is repaired only where sentinelctl has the password of the default user', () => {
    const repairs = (own: boolean, user: string) => {
      const gathered = set(1, { requirepass: '(set)' });
      gathered.own = own;
      for (const n of [1, 2, 3]) nodeOf(gathered, n).whoami = { ok: true, value: user };
      const found = masterauthMissing.live(gathered);
      return Array.isArray(found) ? found.flatMap((f) => [...(f.repairs ?? []), ...f.fix]) : found;
    };
    const both = ['redis-2', 'redis-3'].map((node) => ({ kind: 'masterauth', node }));
    expect(repairs(false, 'default')).toEqual(expect.arrayContaining(both));
    expect(repairs(true, 'default')).toEqual([...both, 'sentinelctl doctor --fix --only masterauth-missing']);
    for (const own of [true, false]) {
      expect(JSON.stringify(repairs(own, 'ops'))).not.toMatch(/"kind"|--fix/);
      expect(JSON.stringify(repairs(own, 'ops'))).toContain('-x CONFIG SET masterauth');
    }
  });
});

describe('masterauth-missing, by what every node would let in', () => {
  /** All have one password, and send it. */
  const logins = (
    change: (login: (n: number) => { user: string | null; marks: string[]; sent: string }) => void,
  ) => {
    const gathered = healthyGathered();
    const wanted = [1, 2, 3].map(() => ({ user: null as string | null, marks: ['a'], sent: 'a' }));
    change((n) => wanted[n - 1] ?? expect.fail(`no redis-${n}`));
    for (const [i, { user, marks, sent }] of wanted.entries()) {
      const node = nodeOf(gathered, i + 1);
      if (node.config.ok) Object.assign(node.config.value, { requirepass: '(set)', masterauth: '(set)' });
      const takes = { default: { on: true, nopass: marks.length === 0, marks } };
      node.login = { ok: true, value: { sends: { user, mark: sent }, takes } };
    }
    return gathered;
  };
  const says = (gathered: ReturnType<typeof logins>) => {
    const found = masterauthMissing.live(gathered);
    return Array.isArray(found) ? found.map(({ subject, message }) => [subject, message]) : found;
  };

  it('nothing where each lets in each other', () => {
    expect(says(logins(() => {}))).toEqual([]);
  });

  it('the one that sends another, by its own repair', () => {
    const gathered = logins((n) => {
      n(2).sent = 'b';
    });
    expect(says(gathered)).toEqual([
      [
        'redis-2',
        'masterauth of redis-2 is not the password of redis-1 and redis-3; the link of redis-2 is still up, because it logged in before',
      ],
    ]);
    expect(masterauthMissing.live(gathered)).toMatchObject([
      {
        fix: ['sentinelctl doctor --fix --only masterauth-missing'],
        repairs: [{ kind: 'masterauth', node: 'redis-2', replaces: true }],
      },
    ]);
  });

  it('the one without a password beside another one that sends a wrong one, without a word against itself', () => {
    setLogins({ redis: { username: null, password: { from: 'file', path: 'pw' } }, sentinel: OPEN });
    onTestFinished(() => setLogins({ redis: OPEN, sentinel: OPEN }));
    const gathered = logins((n) => {
      n(1).sent = 'b';
      n(3).marks = [];
    });
    const open = nodeOf(gathered, 3);
    if (open.config.ok) open.config.value = { ...open.config.value, requirepass: '' };
    gathered.own = false;
    const found = masterauthMissing.live(gathered);
    const fixes = Array.isArray(found) ? found.flatMap(({ fix }) => fix).join('\n') : '';
    expect(fixes).toMatch(/-p 6379 -x CONFIG SET masterauth/);
    expect(fixes).toMatch(/-p 6381 -x CONFIG SET requirepass/);
    expect(fixes).not.toContain('CONFIG SET masterauth ""');
  });

  it('a node that does not answer, and has users as all others have, is not the only one with a password', () => {
    const gathered = logins(() => {});
    for (const node of gathered.nodes) {
      if (node.config.ok) node.config.value = { ...node.config.value, requirepass: '' };
      if (node.login?.ok) {
        const takes = { default: { on: false, nopass: false, marks: [] }, replication: USER };
        node.login.value = { sends: { user: 'replication', mark: 'a' }, takes };
      }
    }
    expect(masterauthMissing.live(gathered)).toEqual([]);
    const silent = nodeOf(gathered, 3);
    const why = 'does not answer within 1500 ms';
    Object.assign(silent, {
      silence: { kind: 'timeout', message: why },
      config: { ok: false, why },
      login: { ok: false, why },
      conf: { ok: true, value: { file: 'redis.conf', text: 'user default off\n' } },
    });
    expect(masterauthMissing.live(gathered)).toMatchObject({ skip: expect.stringContaining('redis-3') });
  });

  it('it explains the logins that its master refuses', () => {
    const gathered = logins((n) => {
      n(2).sent = 'b';
    });
    const [master, replica] = [nodeOf(gathered, 1), nodeOf(gathered, 2)];
    master.aclLog = {
      ok: true,
      value: [{ reason: 'auth', count: '9', 'age-seconds': '1', username: 'default', 'client-info': '' }],
    };
    const roots = () => diagnose(gathered, CHECKS).findings.map(({ id }) => id);
    expect(roots()).toContain('client-refused');
    if (replica.info.ok) Object.assign(replica.info.value, { master_link_status: 'down' });
    expect(roots()).toContain('masterauth-missing');
    expect(roots()).not.toContain('client-refused');
  });

  it('it does not explain a master that asks for more replicas than there are', () => {
    const roots = (least: string) => {
      const gathered = logins((n) => {
        n(2).sent = 'b';
      });
      const [master, replica] = [nodeOf(gathered, 1), nodeOf(gathered, 2)];
      if (master.info.ok) Object.assign(master.info.value, { min_slaves_good_slaves: '1' });
      if (master.config.ok) Object.assign(master.config.value, { 'min-replicas-to-write': least });
      if (replica.info.ok) Object.assign(replica.info.value, { master_link_status: 'down' });
      return diagnose(gathered, CHECKS).findings.map(({ id }) => id);
    };
    expect(roots('2')).toContain('masterauth-missing');
    expect(roots('2')).not.toContain('writes-refused');
    expect(roots('5')).toEqual(expect.arrayContaining(['writes-refused', 'masterauth-missing']));
  });

  it('the one that wants another, which may be the next master', () => {
    const odd = logins((n) => {
      n(3).marks = ['c'];
    });
    expect(says(odd)).toEqual([
      ['redis-3', 'redis-3 refuses the password or user that redis-1, redis-2 send (masterauth)'],
    ]);
    const open = logins((n) => {
      n(3).marks = [];
    });
    expect(says(open)).toMatchObject([['redis-3', expect.stringContaining('redis-3 has no password')]]);
  });

  it('all of them, after a change of requirepass alone', () => {
    const all = logins((n) => {
      for (const i of [1, 2, 3]) n(i).marks = ['new'];
    });
    expect(says(all)).toMatchObject([
      ['redis-1, redis-2, redis-3', expect.stringContaining('is not the password of the other data nodes')],
    ]);
  });

  it('a user that the others do not have', () => {
    const user = logins((n) => {
      n(1).user = 'rep';
    });
    expect(says(user)).toMatchObject([
      ['redis-1', 'masteruser of redis-1 does not exist at redis-2 and redis-3'],
    ]);
  });

  it('not judged where no node says which logins it accepts', () => {
    const denied = logins(() => {});
    for (const n of [1, 2, 3]) nodeOf(denied, n).login = { ok: false, why: 'NOPERM' };
    expect(masterauthMissing.live(denied)).toEqual({ skip: 'redis-1, redis-2, redis-3: NOPERM' });
  });
});

describe('acl-short', () => {
  const short = (...lacking: number[]) => {
    const gathered = healthyGathered();
    for (const n of lacking) {
      const node = nodeOf(gathered, n);
      if (node.dryrun.ok) node.dryrun.value = { ...node.dryrun.value, slaveof: 'NOPERM slaveof' };
    }
    return aclShort.live(gathered);
  };

  it('of one replica beside another: a failover that chooses the other succeeds', () => {
    expect(short(3)).toMatchObject([
      {
        subject: 'redis-3',
        consequence: expect.stringMatching(
          /^a failover that chooses redis-3 ends .* chooses redis-2 succeeds/,
        ),
      },
    ]);
  });

  const denying = (verdicts: Record<string, string>) => {
    const gathered = healthyGathered();
    for (const { dryrun } of gathered.nodes) if (dryrun.ok) Object.assign(dryrun.value, verdicts);
    return aclShort.live(gathered);
  };

  it('is not a command that is refused for its channel alone', () => {
    const verdict = "User sentinel has no permissions to access the '__sentinel__:hello' channel";
    expect(denying({ publish: verdict, subscribe: verdict })).toEqual([]);
  });

  it('of commands that no promotion sends: a note', () => {
    const found = denying({ role: 'NOPERM role', 'script kill': 'NOPERM script' });
    expect(found).toMatchObject(Array(3).fill({ severity: 'info', impact: 'none' }));
  });

  it('of every replica: no promotion succeeds', () => {
    for (const finding of [short(2, 3)].flat()) expect(finding).not.toHaveProperty('consequence');
  });
});

describe('acl-channel', () => {
  it('comes first where no sentinel has found another, and explains what they do not hear', () => {
    const gathered = healthyGathered();
    for (const node of gathered.nodes) node.channels = { ok: true, value: '' };
    for (const n of [1, 2, 3]) {
      const view = viewOf(gathered, n);
      view.sentinels = { ok: true, value: [] };
      view.ckquorum = { ok: true, value: { ok: false, usable: 1, message: 'NOQUORUM 1 usable Sentinels' } };
    }
    const { findings, verdict } = diagnose(gathered, CHECKS);
    expect(verdict.text).toMatch(/^mymaster: no failover is possible.*may not use __sentinel__:hello/);
    expect(findings[0]?.id).toBe('acl-channel');
    expect(findings[0]?.consequences.map(({ id }) => id)).toContain('sentinel-isolated');
    expect(findings.map(({ id }) => id)).not.toContain('sentinel-isolated');
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

describe('channels', () => {
  it.each([
    ['&*', true],
    ['&__sentinel__:*', true],
    ['&news &__sentinel__:hello', true],
    ['allchannels', true],
    ['&__sentinel__?hello', true],
    ['', false],
    ['&news', false],
    ['&sentinel', false],
    ['&__sentinel__', false],
  ])('%s: %s', (patterns, allowed) => {
    const gathered = healthyGathered();
    nodeOf(gathered, 1).channels = { ok: true, value: patterns };
    expect(aclChannel.live(gathered)).toMatchObject(allowed ? [] : [{ subject: 'redis-1' }]);
  });
});
