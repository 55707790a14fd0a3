import { describe, expect, it } from 'vitest';
import { connectTarget } from '../../../src/wire/connect-target.js';

describe('where an application connects to', () => {
  it('is the sentinels, whose list may have spaces, empty parts and no ports, and mymaster by default', () => {
    const env = {
      REDIS_SENTINEL_ADDRS: ' localhost:26379 , ,127.0.0.1:26380,sentinel-3',
      REDIS_URL: 'redis://h',
    };
    expect(connectTarget(env, {})).toEqual({
      kind: 'sentinel',
      sentinels: [
        { host: 'localhost', port: 26379 },
        { host: '127.0.0.1', port: 26380 },
        { host: 'sentinel-3', port: 26379 },
      ],
      masterName: 'mymaster',
    });
  });

  it('takes the name from REDIS_MASTER_NAME, and an option before any variable', () => {
    const env = { REDIS_SENTINEL_ADDRS: 'a:1', REDIS_MASTER_NAME: 'orders' };
    expect(connectTarget(env, {})).toMatchObject({ masterName: 'orders' });
    expect(connectTarget(env, { masterName: 'other', sentinels: [{ host: 'b', port: 2 }] })).toEqual({
      kind: 'sentinel',
      sentinels: [{ host: 'b', port: 2 }],
      masterName: 'other',
    });
  });

  it('is the URL where no sentinels are given', () => {
    const env = { REDIS_SENTINEL_ADDRS: '', REDIS_URL: ' rediss://:secret@h:1/2 ' };
    expect(connectTarget(env, {})).toEqual({ kind: 'url', url: 'rediss://:secret@h:1/2' });
  });

  it('says which variables are missing', () => {
    expect(() => connectTarget({}, {})).toThrow(
      expect.objectContaining({
        code: 'no-redis-address',
        exitCode: 64,
        why: 'REDIS_SENTINEL_ADDRS and REDIS_URL are both missing or empty',
      }),
    );
  });

  it('names the address that is none', () => {
    expect(() => connectTarget({ REDIS_SENTINEL_ADDRS: 'a:1,b:0' }, {})).toThrow(
      /"b:0" in REDIS_SENTINEL_ADDRS/,
    );
  });

  it.each(['http://h', 'h:6379', 'secret@@', '/tmp/redis.sock'])(
    'takes no URL like %s, and does not repeat it',
    (url) => {
      expect(() => connectTarget({ REDIS_URL: url }, {})).toThrow(
        expect.objectContaining({
          code: 'bad-redis-url',
          message: 'REDIS_URL is not a URL of a Redis server',
        }),
      );
    },
  );
});
