import { expect, it } from 'vitest';
import { kindOf, secretIn } from '../../../src/model/command-facts.js';

/** What servers say of a command: its flags, then its categories. */
const says = (flags: string, categories = '') => ({
  flags: flags.split(' ').filter(Boolean),
  categories: categories.split(' ').filter(Boolean),
});
const kind = (line: string, ...facts: (ReturnType<typeof says> | null)[]): string =>
  kindOf(line.split(' '), facts).kind;

it('takes what writes, administers or runs a script for acting, whatever its name is', () => {
  expect(kind('GET a', says('readonly fast'))).toBe('looks');
  expect(kind('FROBNICATE a', says('write denyoom'))).toBe('acts');
  expect(kind('config set maxmemory 1', says('admin noscript'))).toBe('acts');
  expect(kind('DEBUG SLEEP 1', says('admin noscript loading'))).toBe('acts');
  expect(kind('SENTINEL FAILOVER x', says('admin only_sentinel'))).toBe('acts');
  expect(kind('PUBLISH a b', says('pubsub loading fast may_replicate'))).toBe('acts');
  // 6.0 has no flag for it, 5.0 no categories.
  expect(kind('EVAL x 0', says('noscript movablekeys', 'slow scripting'))).toBe('acts');
  expect(kind('EVAL x 0', says('noscript movablekeys'))).toBe('acts');
  expect(kind('EVAL_RO x 0', says('readonly noscript', 'slow scripting'))).toBe('looks');
  expect(kind('PFCOUNT a', says('readonly may_replicate'))).toBe('looks');
});

it('takes what one of several servers says, and what none says, for acting', () => {
  expect(kind('GET a', says('readonly'), says('write'))).toBe('acts');
  expect(kind('GET a', says('readonly'), null)).toBe('acts');
  expect(kind('GET a', null)).toBe('acts');
});

it('knows what only looks although it is for administrators', () => {
  const admin = says('admin noscript loading stale');
  for (const line of ['CONFIG GET save', 'CLIENT LIST', 'ACL LOG', 'SLOWLOG GET 5', 'sentinel master x'])
    expect(kind(line, admin), line).toBe('looks');
  for (const line of ['SENTINEL MASTERS', 'INFO', 'ROLE', 'PING'])
    expect(kind(line, null), line).toBe('looks');
  expect(kind('SENTINEL CONFIG GET *', admin)).toBe('looks');
  expect(kind('SENTINEL DEBUG', admin)).toBe('looks');
  for (const line of ['ACL LOG RESET', 'SLOWLOG RESET', 'CLIENT KILL ID 3', 'CONFIG REWRITE'])
    expect(kind(line, admin), line).toBe('acts');
  for (const line of ['SENTINEL RESET x', 'SENTINEL CONFIG SET a b', 'SENTINEL DEBUG ping-period 1'])
    expect(kind(line, admin), line).toBe('acts');
  expect(kind('constructor', null)).toBe('acts');
});

it('refuses what waits, never ends, or is about its connection alone', () => {
  expect(kind('MONITOR', says('admin'))).toBe('endless');
  expect(kind('psubscribe a', says('pubsub'))).toBe('endless');
  expect(kind('BLPOP q 0', says('write noscript blocking'))).toBe('endless');
  expect(kind('BLPOP q 0', says('write noscript', 'write list slow blocking'))).toBe('endless');
  expect(kind('XREAD COUNT 1 STREAMS s 0', says('readonly blocking'))).toBe('looks');
  expect(kind('XREAD block 0 STREAMS s $', says('readonly blocking'))).toBe('endless');
  expect(kind('WAIT 9 0', says('noscript'))).toBe('endless');
  expect(kind('WAITAOF 1 1 0', says('noscript'))).toBe('endless');
  expect(kind('WAIT 0 100', says('noscript'))).toBe('looks');
  expect(kind('AUTH x', says('fast'))).toBe('connection');
  expect(kind('CLIENT REPLY OFF', says('noscript'))).toBe('connection');
});

it('finds a password among the words', () => {
  const found = (line: string): string | null => secretIn(line.split(' '));
  expect(found('config set requirepass x')).toBe('requirepass');
  expect(found('CONFIG SET maxmemory 1 masterauth x')).toBe('masterauth');
  expect(found('SENTINEL SET mymaster auth-pass x')).toBe('auth-pass');
  expect(found('SENTINEL CONFIG SET sentinel-pass x')).toBe('sentinel-pass');
  expect(found('ACL SETUSER bob on >x')).toBe('ACL SETUSER');
  expect(secretIn(['CONFIG', 'SET', 'requirepass', ''])).toBeNull();
  expect(found('CONFIG GET requirepass')).toBeNull();
  expect(found('ACL SETUSER bob +get')).toBeNull();
});
