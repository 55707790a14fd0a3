import { describe, expect, it } from 'vitest';
import { optionDirectives, parseConf } from '../../../../src/checks/files/conf.js';
import type { FileServer } from '../../../../src/checks/files/project.js';
import { bytesOf, lastOf, savePointsOf, settingOf } from '../../../../src/checks/files/settings.js';

const server = (text: string): FileServer => ({
  id: 'redis.conf',
  kind: 'redis',
  directives: parseConf('redis.conf', text).directives,
  seen: true,
  conf: null,
  service: null,
  copies: 1,
  at: { file: 'redis.conf', line: 1 },
});

describe('a configuration file', () => {
  it('has its directives with their lines, in any case, and comments only at the start of a line', () => {
    const { directives, troubles } = parseConf('a.conf', '# port 1\r\n\n  PORT 7000\r\nrequirepass a # b\n');
    expect(troubles).toEqual([]);
    expect(directives).toEqual([
      { name: 'port', args: ['7000'], file: 'a.conf', line: 3 },
      { name: 'requirepass', args: ['a', '#', 'b'], file: 'a.conf', line: 4 },
    ]);
  });

  it('knows older names, and what a sentinel line is about', () => {
    const { directives } = parseConf(
      'a.conf',
      'slaveof a 1\nslave-priority 0\nmin-slaves-to-write 1\nSENTINEL Known-Slave m h 1',
    );
    expect(directives.map((d) => [d.name, ...d.args].join(' '))).toEqual([
      'replicaof a 1',
      'replica-priority 0',
      'min-replicas-to-write 1',
      'sentinel known-replica m h 1',
    ]);
  });

  it('names the line of quotes that are not balanced, and reads on', () => {
    const { directives, troubles } = parseConf('a.conf', 'port 1\nrequirepass "x\nbind ::1\n');
    expect(troubles).toEqual([
      { file: 'a.conf', line: 2, message: expect.stringContaining('unbalanced quotes') },
    ]);
    expect(directives.map((d) => d.line)).toEqual([1, 3]);
  });

  it('lets the last line win', () => {
    const twice = server('port 1\nport 2\nreplicaof a 1\nslaveof b 2');
    expect(settingOf(twice, 'port')).toBe('2');
    expect(lastOf(twice, 'replicaof')).toMatchObject({ args: ['b', '2'], line: 4 });
  });

  it.each([
    ['', 3],
    ['save 900 1', 1],
    ['save 900 1\nsave 300 10', 2],
    ['save 900 1 300 10', 2],
    ['save 900 1\nsave ""', 0],
    ['save ""\nsave 60 5', 1],
  ])('counts the save points of %j', (text, points) => expect(savePointsOf(server(text))).toBe(points));

  it('reads the options of a command line as the lines they become', () => {
    const words = [
      '--save',
      '',
      '--appendonly',
      'no',
      '--replicaof',
      'redis-master 6379',
      '--sentinel',
      '--port',
      '7',
    ];
    expect(optionDirectives(words, 'c.yml', 4).map((d) => [d.name, ...d.args])).toEqual([
      ['save', ''],
      ['appendonly', 'no'],
      ['replicaof', 'redis-master', '6379'],
      ['port', '7'],
    ]);
  });

  it('keeps a quoted value of a command line whole where a directive has one value only', () => {
    const found = optionDirectives(['--masterauth', 'a b', '--save', '900 1'], 'c.yml', 1);
    expect(found.map((d) => d.args)).toEqual([['a b'], ['900', '1']]);
  });

  it.each([
    ['1mb', 1048576],
    ['1m', 1e6],
    ['64GB', 64 * 1024 ** 3],
    ['100', 100],
    ['10%', undefined],
  ])('reads %s as bytes', (text, bytes) => expect(bytesOf(text)).toBe(bytes));
});
