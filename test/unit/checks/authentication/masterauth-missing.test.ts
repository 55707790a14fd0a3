import { describe, expect, it, onTestFinished } from 'vitest';
import masterauthMissing from '../../../../src/checks/authentication/masterauth-missing.js';
import { diagnose } from '../../../../src/checks/diagnose.js';
import { CHECKS } from '../../../../src/checks/registry.js';
import { OPEN, setLogins } from '../../../../src/model/secrets.js';
import { healthyGathered, nodeOf } from '../../../helpers/recorded-gathering.js';

const USER = { on: true, nopass: false, marks: ['a'] };

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
        // The first line of the verdict names what is at stake.
        brief:
          'redis-2 gets no data after the next failover or its next restart: masterauth of redis-2 is not the password of redis-1 and redis-3',
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
