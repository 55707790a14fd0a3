import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { refusalOf } from '../../../src/model/login.js';
import { WireError } from '../../../src/wire/error.js';
import { loginOf, parseConfig, parseUsers } from '../../../src/wire/gather-login.js';
import { seenUser } from '../../../src/wire/gather-node.js';
import {
  parseChannels,
  parseClients,
  parseCount,
  parseFieldsList,
  parseLatency,
  parseSettings,
  parseSlowlog,
  parseTimeMs,
  parseWord,
} from '../../../src/wire/gather-parse.js';
import { parseInfo } from '../../../src/wire/info.js';
import { parseCkquorum, parseMasterAddress, parseRole } from '../../../src/wire/replies.js';

describe('what servers answer', () => {
  it('CLIENT LIST: a record for each line', () => {
    const line = 'id=3 addr=127.0.0.1:37414 name=sentinel-a68b046a-cmd flags=N cmd=client|list user=default';
    expect(parseClients(`${line}\nid=4 addr=[::1]:2 name= user=bob\n`)).toEqual([
      {
        id: '3',
        addr: '127.0.0.1:37414',
        name: 'sentinel-a68b046a-cmd',
        flags: 'N',
        cmd: 'client|list',
        user: 'default',
      },
      { id: '4', addr: '[::1]:2', name: '', user: 'bob' },
    ]);
  });

  it('CONFIG GET: that a secret is set is all that stays of it', () => {
    const reply = [
      'requirepass',
      'hunter2',
      'masterauth',
      '',
      'port',
      '6379',
      'SENTINEL-PASS',
      'x',
      'tls-key-file-pass',
      'y',
    ];
    expect(parseSettings(reply)).toEqual({
      requirepass: '(set)',
      masterauth: '',
      port: '6379',
      'SENTINEL-PASS': '(set)',
      'tls-key-file-pass': '(set)',
    });
  });

  it('CONFIG GET and ACL LIST: which login each node accepts, and no password or its hash', () => {
    const sha256 = '4dc68b54d2bb3a38ed51bc7f5d1a0e5f2cda5e4bb09e3fd50a1ddb0b5ae2d0b1';
    const node = (config: string[], users: string[]) =>
      loginOf(
        { ok: true, value: parseConfig(config) },
        users.length === 0
          ? { ok: false, why: "ERR unknown command 'ACL'" }
          : { ok: true, value: parseUsers(users) },
      );
    const logins = {
      plain: node(['requirepass', 'hunter2', 'masterauth', 'hunter2'], []),
      wrong: node(['requirepass', 'hunter2', 'masterauth', 'hunter3'], []),
      open: node(['requirepass', '', 'masterauth', ''], ['user default on nopass ~* &* +@all']),
      asUser: node(
        ['masteruser', 'rep', 'masterauth', 'x'],
        [`user default off #${sha256} ~* +@all`, 'user rep on nopass +psync'],
      ),
    };
    const refused = (from: keyof typeof logins, to: keyof typeof logins) => {
      const [a, b] = [logins[from], logins[to]];
      return a.ok && b.ok ? refusalOf(a.value, b.value) : 'unread';
    };
    expect(refused('plain', 'wrong')).toBeNull();
    expect(refused('wrong', 'plain')).toBe('wrong-password');
    expect(refused('plain', 'open')).toBe('none-wanted');
    expect(refused('open', 'plain')).toBe('none-sent');
    expect(refused('open', 'open')).toBeNull();
    expect(refused('plain', 'asUser')).toBe('user-off');
    expect(refused('asUser', 'asUser')).toBeNull();
    expect(refused('asUser', 'plain')).toBe('no-user');
    expect(JSON.stringify(logins)).not.toMatch(/hunter|4dc68b54/);
    const rules = (line: string) => parseUsers([line]).watch?.deniesPing;
    expect(rules('user watch on nopass ~* &* +@all -ping')).toBe(true);
    expect(rules('user watch on nopass ~* &* -@all +ping +info')).toBeUndefined();
    expect(rules('user watch on nopass ~* &* -@all +@connection')).toBeUndefined();
    expect(rules('user watch on nopass ~* &* -@all (%R~* +ping)')).toBeUndefined();
    // What is not UTF-8 cannot be compared.
    expect(parseConfig(['masterauth', 'p\uFFFD']).sends).toEqual({ user: null, mark: null });
    const denied = loginOf({ ok: true, value: parseConfig([]) }, { ok: false, why: 'NOPERM no permissions' });
    expect(denied).toEqual({ ok: false, why: 'NOPERM no permissions' });
  });

  it('a name that JavaScript has a meaning for is a name like any other', () => {
    const settings = parseSettings(['__proto__', 'x', 'constructor', 'y']);
    expect(Object.entries(settings)).toEqual([
      ['__proto__', 'x'],
      ['constructor', 'y'],
    ]);
    expect(Object.getPrototypeOf(settings)).toBe(Object.prototype);
  });

  it('TIME, LATENCY LATEST and SLOWLOG GET: milliseconds, and no arguments', () => {
    expect(parseTimeMs(['1700000000', '500000'])).toBe(1_700_000_000_500);
    expect(parseLatency([['fork', 1_700_000_000, 12, 90]])).toEqual([
      { event: 'fork', atMs: 1_700_000_000_000, lastMs: 12, maxMs: 90 },
    ]);
    const slow = parseSlowlog([[7, 1_700_000_000, 25_000, ['SET', 'card', '4111'], '127.0.0.1:5', '']]);
    expect(slow).toEqual([{ atMs: 1_700_000_000_000, us: 25_000, command: 'set', client: '127.0.0.1:5' }]);
  });

  it('ACL GETUSER: the channels of every version', () => {
    expect(parseChannels(['flags', ['on'], 'channels', '&*', 'selectors', []])).toBe('&*');
    expect(parseChannels(['channels', ['__sentinel__:hello', 'news']])).toBe('&__sentinel__:hello &news');
    expect(parseChannels(['flags', ['on'], 'channels', ''])).toBe('');
    expect(parseChannels(['flags', ['on'], 'keys', ['*']])).toBe('&*');
  });

  it('more entries than any cluster has are not taken', () => {
    const many = Array.from({ length: 501 }, () => ['name', 'x']);
    expect(() => parseFieldsList(many)).toThrow('more than 500 entries');
  });
});

describe('what no Redis answers', () => {
  const PARSERS = {
    parseChannels,
    parseCkquorum,
    parseClients,
    parseCount,
    parseFieldsList,
    parseInfo,
    parseLatency,
    parseMasterAddress,
    parseRole,
    parseSettings,
    parseSlowlog,
    parseTimeMs,
    parseWord,
  };
  /** Whatever RESP can carry, and the words that parsers look for in places where they do not belong. */
  const words = fc.constantFrom(
    'master',
    'slave',
    'sentinel',
    'channels',
    'OK',
    'ip',
    'port',
    '__proto__',
    '=',
    ':',
    '\r\n',
  );
  const leaf = fc.oneof(fc.string(), words, fc.integer(), fc.constant(null), fc.double());
  const reply = fc.letrec<{ reply: unknown }>((tie) => ({
    reply: fc.oneof(
      { maxDepth: 4, depthSize: 'small' },
      leaf,
      fc.array(tie('reply'), { maxLength: 8 }),
      fc.array(fc.tuple(leaf, tie('reply')), { maxLength: 4 }).map((pairs) => new Map(pairs)),
    ),
  })).reply;

  it('each parser reads it, or says that it is not one: no other error', () => {
    fc.assert(
      fc.property(reply, (value) => {
        for (const [name, parse] of Object.entries(PARSERS)) {
          try {
            parse(value);
          } catch (error) {
            if (!(error instanceof WireError)) throw new Error(`${name} failed`, { cause: error });
          }
        }
      }),
      { numRuns: Number(process.env.PARSER_RUNS ?? 2000) },
    );
  });
});

describe('the user as which the sentinels log in', () => {
  const seen = (...clients: Record<string, string>[]): string | undefined =>
    seenUser({ ok: true, value: clients });

  it('is that of their connections, by name or by what they send', () => {
    expect(seen({ name: 'sentinel-ab12-cmd', cmd: 'ping', user: 'watcher' })).toBe('watcher');
    expect(seen({ name: '', cmd: 'publish', user: 'watcher' })).toBe('watcher');
  });

  it('is not known by the link to the master alone, which passes PUBLISH on', () => {
    expect(seen({ name: '', cmd: 'publish', flags: 'M', user: '(superuser)' })).toBeUndefined();
  });
});
