import { describe, expect, it } from 'vitest';
import { resolveGlobals, withReadableApp } from '../../../src/config/globals.js';
import { stateHome, userFile } from '../../../src/config/paths.js';
import type { Origin, Setting } from '../../../src/config/settings.js';

const FLAG: Origin = { from: 'flag' };
const ENV: Origin = { from: 'environment', variable: 'SENTINELCTL_X' };
const FILE: Origin = { from: 'project', path: '/p/sentinelctl.yaml', line: 2 };

function globals(
  settings: Record<string, [unknown, Origin]>,
  env: Readonly<Record<string, string | undefined>> = {},
): ReturnType<typeof resolveGlobals> {
  const map = new Map<string, Setting>(
    Object.entries(settings).map(([name, [value, origin]]) => [name, { value, origin }]),
  );
  return resolveGlobals(map, env);
}

const APPLICATION = { REDIS_SENTINEL_ADDRS: ' localhost:26380, [::1] ,', REDIS_MASTER_NAME: 'orders' };
const ADDRESSES = [
  { host: 'localhost', port: 26380 },
  { host: '::1', port: 26379 },
];

describe('which cluster is meant', () => {
  it('default, where nothing is set', () => {
    expect(globals({})).toMatchObject({
      cluster: 'default',
      clusterGiven: false,
      sentinelAddrs: null,
      masterName: null,
    });
  });

  it("the application's own variables, where no cluster was named", () => {
    expect(globals({}, APPLICATION)).toMatchObject({
      clusterGiven: false,
      sentinelAddrs: ADDRESSES,
      sentinelAddrsFrom: 'environment',
      masterName: 'orders',
    });
  });

  it.each([FLAG, ENV, FILE])(
    'a cluster that was named (%o) silences the variables of the application',
    (origin) => {
      expect(globals({ cluster: ['staging', origin] }, APPLICATION)).toMatchObject({
        cluster: 'staging',
        clusterGiven: true,
        sentinelAddrs: null,
        masterName: null,
      });
    },
  );

  it('of cluster and addresses the stronger origin decides', () => {
    const addrs = 'h:1';
    expect(globals({ cluster: ['c', ENV], sentinelAddrs: [addrs, FLAG] })).toMatchObject({
      clusterGiven: false,
      sentinelAddrs: [{ host: 'h', port: 1 }],
      sentinelAddrsFrom: 'flag',
    });
    expect(globals({ cluster: ['c', FLAG], sentinelAddrs: [addrs, FILE] })).toMatchObject({
      cluster: 'c',
      sentinelAddrs: null,
    });
    expect(globals({ sentinelAddrs: [addrs, FILE] }).sentinelAddrsFrom).toBe('file');
  });

  it('both as flags cannot be combined', () => {
    expect(() => globals({ cluster: ['c', FLAG], sentinelAddrs: ['h:1', FLAG] })).toThrow(
      expect.objectContaining({
        message: expect.stringMatching(/cannot be combined/),
        why: 'both are set: --cluster on the command line, and --sentinel-addrs on the command line',
      }),
    );
  });

  it.each(['', 'a/b', '../x', 'a b', 'Ä', '🦊', 'x'.repeat(300), '-a', 'a\nb'])(
    '%j is not a valid cluster name',
    (name) => {
      expect(() => globals({ cluster: [name, FLAG] })).toThrow(/^--cluster: .* is not a valid cluster name$/);
    },
  );

  it.each(['', 'a/b', 'a b', 'x'.repeat(101)])('%j is not a valid master name', (name) => {
    expect(() => globals({ masterName: [name, FLAG] })).toThrow(
      /^--master-name: .* is not a valid master name$/,
    );
  });

  it.each(['h:0', 'h:65536', 'h:x', 'h:1,:2', 'http://h:1', '::1', ',', ' '])(
    '%j is not a list of addresses',
    (list) => {
      expect(() => globals({ sentinelAddrs: [list, FLAG] })).toThrow(/^--sentinel-addrs: /);
    },
  );

  it('a bad variable is called by its own name', () => {
    expect(() => globals({}, { REDIS_SENTINEL_ADDRS: 'h:0' })).toThrow(/^REDIS_SENTINEL_ADDRS: /);
  });
});

describe('where the application itself is judged', () => {
  it('what cannot be read in its variables is left out, and the rest is used', () => {
    const env = { REDIS_SENTINEL_ADDRS: 'h:0, localhost:26380', REDIS_MASTER_NAME: 'a b', HOME: '/h' };
    expect(withReadableApp(env)).toEqual({ REDIS_SENTINEL_ADDRS: ' localhost:26380', HOME: '/h' });
    expect(withReadableApp(APPLICATION)).toEqual(APPLICATION);
    expect(globals({}, withReadableApp({ REDIS_SENTINEL_ADDRS: 'a:b' })).sentinelAddrs).toBeNull();
    expect(withReadableApp({})).toEqual({});
  });
});

describe('how results are printed', () => {
  it('--json is --output json, and the stronger origin decides', () => {
    expect(globals({}).output).toBe('table');
    expect(globals({ json: [true, FLAG] }).output).toBe('json');
    expect(globals({ json: [true, FLAG], output: ['yaml', ENV] }).output).toBe('json');
    expect(globals({ json: [true, ENV], output: ['yaml', FLAG] }).output).toBe('yaml');
    expect(() => globals({ json: [true, FLAG], output: ['tsv', FLAG] })).toThrow(/cannot be combined/);
  });
});

describe('where things are kept', () => {
  it('state: SENTINELCTL_HOME, XDG_STATE_HOME, the home directory', () => {
    expect(stateHome({ SENTINELCTL_HOME: '/s', XDG_STATE_HOME: '/x' })).toBe('/s');
    expect(stateHome({ SENTINELCTL_HOME: 'here' }, '/tmp')).toBe('/tmp/here');
    expect(stateHome({ XDG_STATE_HOME: '/x' })).toBe('/x/sentinelctl');
    expect(stateHome({ XDG_STATE_HOME: 'relative', HOME: '/h' })).toBe('/h/.local/state/sentinelctl');
  });

  it("the user's settings: XDG_CONFIG_HOME, the home directory", () => {
    expect(userFile({ XDG_CONFIG_HOME: '/c' })).toBe('/c/sentinelctl/config.yaml');
    expect(userFile({ HOME: '/h' })).toBe('/h/.config/sentinelctl/config.yaml');
  });
});
