import { expect, it } from 'vitest';
import { type Called, callExitCode, callResult } from '../../../src/model/called.js';

const answer = (id: string, raw: unknown, more: Partial<Called> = {}): Called => {
  return { id, host: '127.0.0.1', port: 6379, role: 'replica', raw, error: null, answered: true, ...more };
};
const result = (line: string, ...called: Called[]) => callResult('x', line.split(' '), false, called);

it('compares names and values, and marks what most servers do not have', () => {
  const { differences, servers } = result(
    'CONFIG GET max*',
    answer('a', ['maxmemory', '0', 'maxclients', '9']),
    answer('b', ['maxmemory', '0', 'maxclients', '9']),
    answer('c', ['maxmemory', '1', 'maxclients', '9']),
  );
  expect(differences).toEqual(['maxmemory']);
  expect(servers.map(({ differs }) => differs)).toEqual([false, false, true]);
  expect(servers[2]?.reply).toEqual({ maxmemory: '1', maxclients: '9' });
});

it('says that passwords differ without showing one', () => {
  const shown = result(
    'CONFIG GET requirepass',
    answer('a', ['requirepass', 'one']),
    answer('b', ['requirepass', 'two']),
    answer('c', ['requirepass', '']),
  );
  expect(shown.differences).toEqual(['requirepass']);
  expect(shown.servers.map(({ reply }) => reply)).toEqual([
    { requirepass: '(set)' },
    { requirepass: '(set)' },
    { requirepass: '' },
  ]);
  const users = result('ACL LIST', answer('a', ['user default on #0123abcd ~* +@all']));
  expect(JSON.stringify(users)).not.toContain('0123abcd');
  const user = result('ACL GETUSER bob', answer('a', ['flags', ['on'], 'passwords', ['0123abcd']]));
  expect(user.servers[0]?.reply).toEqual({ flags: ['on'], passwords: '(set)' });
});

it('reads INFO as names, and leaves a list that is none alone', () => {
  const info = result(
    'info replication',
    answer('a', '# Replication\r\nrole:master\r\nslave0:ip=1,port=2\r\n'),
  );
  expect(info.servers[0]?.reply).toEqual({ role: 'master', slave0: 'ip=1,port=2' });
  expect(result('LRANGE q 0 -1', answer('a', ['x', 'y'])).servers[0]?.reply).toEqual(['x', 'y']);
});

it('exits by what came: 1 for an error, 2 for silence, 5 where none answered', () => {
  const error = answer('b', null, { error: 'answered: ERR no' });
  const silent = answer('c', null, { error: 'did not answer', answered: false });
  expect(callExitCode(result('PING', answer('a', 'PONG')))).toBe(0);
  expect(callExitCode(result('PING', answer('a', 'PONG'), error, silent))).toBe(1);
  expect(callExitCode(result('PING', answer('a', 'PONG'), silent))).toBe(2);
  expect(callExitCode(result('PING', silent))).toBe(5);
});
