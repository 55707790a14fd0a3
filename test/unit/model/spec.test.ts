import { describe, expect, it } from 'vitest';
import { formatAddress, parseAddress, parseAddressList } from '../../../src/model/address.js';
import {
  aboutLeft,
  formatDurationMs,
  humanDurationMs,
  parseDurationMs,
} from '../../../src/model/duration.js';
import { slotsOf } from '../../../src/model/plan.js';
import { DEFAULT_SPEC, isPasswordUsable, specDifferences, specFaults } from '../../../src/model/spec.js';

describe('a spec', () => {
  it('has nothing wrong with the procedure’s values', () => {
    expect(specFaults(DEFAULT_SPEC)).toEqual([]);
  });

  it.each(['', 'a/b', 'with space', 'x'.repeat(300), '🙂', '-x', 'UPPER', '..'])(
    'refuses the cluster name %j',
    (cluster) => {
      expect(specFaults({ ...DEFAULT_SPEC, cluster }).map((f) => f.option)).toEqual(['--cluster']);
    },
  );

  it('names a quorum that no number of votes can reach, and the majority to use', () => {
    const [fault] = specFaults({ ...DEFAULT_SPEC, sentinels: 3, quorum: 4 });
    expect(fault).toMatchObject({ option: '--quorum', hint: expect.stringContaining('--quorum 2') });
  });

  it('keeps directives that decide where a node lives out of --redis-conf', () => {
    expect(specFaults({ ...DEFAULT_SPEC, redisConf: [['Port', '1']] }).map((f) => f.option)).toEqual([
      '--redis-conf',
    ]);
  });

  it('compares only what was asked for', () => {
    expect(specDifferences(DEFAULT_SPEC, {})).toEqual([]);
    expect(specDifferences(DEFAULT_SPEC, { replicas: 2 })).toEqual([]);
    expect(specDifferences(DEFAULT_SPEC, { downAfterMs: 1000 })).toEqual([
      { option: '--down-after', running: '5s', asked: '1s' },
    ]);
  });

  it('lays out the procedure: a master that writes nothing to disk, two replicas that do, three sentinels', () => {
    expect(slotsOf(DEFAULT_SPEC, () => 'id').map((s) => [s.id, s.kind, s.persistent])).toEqual([
      ['redis-1', 'redis', false],
      ['redis-2', 'redis', true],
      ['redis-3', 'redis', true],
      ['sentinel-1', 'sentinel', false],
      ['sentinel-2', 'sentinel', false],
      ['sentinel-3', 'sentinel', false],
    ]);
  });
});

describe('durations', () => {
  it.each([
    [0, 'about 1 s left'],
    [27_200, 'about 27 s left'],
    [119_000, 'about 119 s left'],
    [125_000, 'about 2 min 5 s left'],
  ])('what is left of %i ms', (ms, text) => {
    expect(aboutLeft(ms)).toBe(text);
  });

  it.each([
    ['250ms', 250],
    ['5s', 5000],
    ['1.5s', 1500],
    ['2m', 120_000],
    ['1h', 3_600_000],
    ['300', 300],
  ])('reads %s', (text, ms) => {
    expect(parseDurationMs(text)).toBe(ms);
    expect(parseDurationMs(formatDurationMs(ms))).toBe(ms);
  });

  it.each(['', 's', '-5s', '5 s', '1e3', '5d', '0x5', 'NaN', '99999999999999999999h'])(
    'does not read %j',
    (text) => {
      expect(parseDurationMs(text)).toBeUndefined();
    },
  );

  it('shows them as a person reads them', () => {
    expect([84.2, 6290, 125_000, 179_600].map(humanDurationMs)).toEqual([
      ...['84 ms', '6.29 s', '2 min 5 s', '3 min 0 s'],
    ]);
  });
});

describe('addresses', () => {
  it('reads names, IPv4, IPv6 in brackets, and adds a default port only where there is one', () => {
    expect(parseAddress('redis-1:6379')).toEqual({ host: 'redis-1', port: 6379 });
    expect(parseAddress('[::1]:26379')).toEqual({ host: '::1', port: 26379 });
    expect(parseAddress('host', 26379)).toEqual({ host: 'host', port: 26379 });
    expect(parseAddress('host')).toBeUndefined();
    expect(formatAddress({ host: '::1', port: 1 })).toBe('[::1]:1');
  });

  it.each(['host:0', 'host:65536', 'host:x', ':1', 'a b:1', '::1', 'host:1:2'])(
    'does not read %j',
    (text) => {
      expect(parseAddress(text, 1)).toBeUndefined();
    },
  );

  it('reads the application’s list: commas, spaces trimmed, and names the part that it can’t read', () => {
    expect(parseAddressList(' a:1 , b ,')).toEqual({
      addresses: [
        { host: 'a', port: 1 },
        { host: 'b', port: 26379 },
      ],
    });
    expect(parseAddressList('a:1,b:x')).toEqual({ bad: 'b:x' });
  });
});

describe('a password', () => {
  it.each(['x', '#a\\x41;$b*{ü}`~%s', 'a'.repeat(500)])('%j can be used', (password) => {
    expect(isPasswordUsable(password)).toBe(true);
  });
  it.each(['', 'two words', 'tab\t', 'quo"te', "it's", 'nul\0', 'bell\u0007', 'nbsp\u00a0'])(
    '%j would keep a sentinel from starting again',
    (password) => {
      expect(isPasswordUsable(password)).toBe(false);
    },
  );
});
