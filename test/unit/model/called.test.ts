import { expect, it } from 'vitest';
import { type Called, callExitCode, callResult, differsAt, notMeant } from '../../../src/model/called.js';

const answer = (id: string, raw: unknown, more: Partial<Called> = {}): Called => {
  const heard = { raw, error: null, answered: true, isLocked: false };
  return { id, host: '127.0.0.1', port: 6379, role: 'replica', ...heard, ...more };
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

it('compares names in any order, and says of each value whether it differs', () => {
  const shown = result(
    'CONFIG GET *max*',
    answer('a', ['maxmemory', '0', 'maxclients', '9']),
    answer('b', ['maxclients', '9', 'maxmemory', '0']),
  );
  expect(shown.differences).toEqual([]);
  expect(shown.servers.map(({ differs }) => differs)).toEqual([false, false]);
  const values = (name: string, ...given: string[]) => {
    const one = result(`CONFIG GET ${name}`, ...given.map((value) => answer(value, [name, value])));
    return one.servers.map((server) => [server.differs, differsAt(one, server, name)]);
  };
  const apart = [
    [false, false],
    [true, true],
    [false, false],
  ];
  expect(values('maxmemory', '0', '1', '0')).toEqual(apart);
  expect(values('requirepass', 'one', 'two', 'one')).toEqual(apart);
});

it('leaves out those that a command is not for, unless that is all of them', () => {
  const left = (...called: Called[]): string[] => notMeant(called).map(({ id }) => id);
  const sentinel = (id: string, error: string) => answer(id, null, { role: 'sentinel', error });
  const unknown = "answered: ERR unknown command 'CONFIG'";
  const denied = 'denies the command: NOPERM no permissions';
  const node = answer('redis-1', 'x');
  expect(left(node, sentinel('s-1', unknown), sentinel('s-2', unknown))).toEqual(['s-1', 's-2']);
  expect(left(node, sentinel('s-1', denied), sentinel('s-2', denied))).toEqual(['s-1', 's-2']);
  // One sentinel unlike the others is a finding, and so is a data node.
  expect(left(node, sentinel('s-1', denied), answer('s-2', 'x', { role: 'sentinel' }))).toEqual([]);
  expect(left(node, answer('redis-2', null, { error: denied }))).toEqual([]);
  expect(left(sentinel('s-1', unknown))).toEqual([]);
});

it('reads INFO as names, and leaves a list that is none alone', () => {
  const info = result(
    'info replication',
    answer('a', '# Replication\r\nrole:master\r\nslave0:ip=1,port=2\r\n'),
  );
  expect(info.servers[0]?.reply).toEqual({ role: 'master', slave0: 'ip=1,port=2' });
  expect(result('LRANGE q 0 -1', answer('a', ['x', 'y'])).servers[0]?.reply).toEqual(['x', 'y']);
});

it('exits by what came: 1 for an error of the command, 2 for silence and for what it lacks, 5 where none answered', () => {
  const error = answer('b', null, { error: 'answered: ERR no' });
  const silent = answer('c', null, { error: 'did not answer', answered: false });
  const closed = answer('d', null, { error: 'requires a password', isLocked: true });
  const coded = (...called: Called[]) =>
    callExitCode(
      result('PING', ...called),
      called.flatMap(({ id, isLocked }) => (isLocked ? [id] : [])),
    );
  expect(coded(answer('a', 'PONG'))).toBe(0);
  expect(coded(answer('a', 'PONG'), error, silent)).toBe(1);
  expect(coded(answer('a', 'PONG'), silent)).toBe(2);
  expect(coded(silent)).toBe(5);
  expect(coded(closed)).toBe(2);
  expect(coded(closed, silent)).toBe(2);
  expect(coded(closed, error)).toBe(1);
  expect(result('PING', closed).servers[0]).not.toHaveProperty('isLocked');
});
