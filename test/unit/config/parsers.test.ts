import { describe, expect, it } from 'vitest';
import { choice, duration, integer, keyValue, portOrAuto } from '../../../src/config/parsers.js';
import { EXIT, OperatorError } from '../../../src/errors.js';

function errorOf(work: () => unknown): OperatorError {
  try {
    work();
  } catch (error) {
    if (error instanceof OperatorError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('option values', () => {
  it('are turned into what they mean', () => {
    expect(duration('--wait')('1.5s')).toBe(1500);
    expect(duration('--wait')('250ms')).toBe(250);
    expect(duration('--wait')('2m')).toBe(120_000);
    expect(integer('--replicas', { min: 0, max: 9 })('0')).toBe(0);
    expect(portOrAuto('--port', 6379)('65535')).toBe(65535);
    expect(portOrAuto('--port', 6379)('auto')).toBe('auto');
    expect(portOrAuto('--port', 6379)('6379')).toBe(6379);
    expect(choice('--driver', ['docker', 'process'])('process')).toBe('process');
  });

  it('a duration without its unit is refused, but for 0 and where milliseconds are the custom', () => {
    expect(() => duration('--for')('10')).toThrow(
      '--for: "10" is not a duration with its unit (10s or 10ms)',
    );
    expect(duration('--for')('0')).toBe(0);
    expect(duration('--down-after', { bare: true })('1500')).toBe(1500);
  });

  it('KEY=VALUE may have an empty value and further equal signs', () => {
    const parse = keyValue('--redis-conf', 'maxmemory=100mb');
    expect(['a=b=c', 'save='].map(parse)).toEqual([
      ['a', 'b=c'],
      ['save', ''],
    ]);
  });

  const cases: [string, (text: string) => unknown, string[]][] = [
    [
      'a duration',
      duration('--x', { minMs: 100, maxMs: 60_000 }),
      ['', 'abc', '5 s', '-1s', '1d', '99ms', '2h', '🦊', '1e3', 'NaN'],
    ],
    [
      'a number',
      integer('--x', { min: 1, max: 9 }),
      ['', '0', '10', '-1', '1.5', 'two', '1e1', '0x3', '9'.repeat(300)],
    ],
    [
      'a port or auto',
      portOrAuto('--x', 6379),
      ['', '0', '65536', 'http', '-1', '6379.0', '999999', 'AUTO', 'automatic'],
    ],
    ['a choice', choice('--x', ['docker', 'process']), ['', 'Docker', 'podman', 'constructor']],
    ['KEY=VALUE', keyValue('--x', 'a=b'), ['', 'key', '=v', 'a b=c', 'a=b\nport 1', '1=2']],
  ];
  it.each(cases.flatMap(([kind, parse, bad]) => bad.map((text) => [kind, text, parse] as const)))(
    'as %s, %j is a usage error that names the option and gives an example',
    (_kind, text, parse) => {
      const error = errorOf(() => parse(text));
      expect(error.exitCode).toBe(EXIT.usage);
      expect(error.message).toMatch(/^--x: /);
      expect(error.message.length).toBeLessThan(160);
      expect(error.message).not.toMatch(/\n/);
      expect(error.hint).toMatch(/^--x ./);
    },
  );

  it.each([
    ['many', '--replicas 2'],
    ['', '--replicas 2'],
    ['-1', '--replicas 2'],
    ['10', '--replicas 9'],
  ])('a number that is %j is answered with one that makes sense, not with the least', (text, hint) => {
    expect(errorOf(() => integer('--replicas', { min: 0, max: 9 }, 2)(text)).hint).toBe(hint);
  });

  it('a bad choice is answered with the nearest good one', () => {
    expect(errorOf(() => choice('--driver', ['docker', 'process'])('proces')).hint).toBe('--driver process');
  });
});
