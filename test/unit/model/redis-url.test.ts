import { describe, expect, it } from 'vitest';
import { parseRedisUrl } from '../../../src/model/redis-url.js';

describe('REDIS_URL', () => {
  it('is read with what is secret apart', () => {
    expect(parseRedisUrl('rediss://web:p%40ss@db:7000/1')).toEqual({
      address: { host: 'db', port: 7000 },
      tls: true,
      username: 'web',
      password: 'p@ss',
      shown: 'rediss://db:7000/1',
    });
  });

  it.each([
    ['redis://db', { host: 'db', port: 6379 }],
    ['redis://[::1]:7', { host: '::1', port: 7 }],
    ['redis://:100%@db', { host: 'db', port: 6379 }],
  ])('has its address: %s', (text, address) => expect(parseRedisUrl(text)?.address).toEqual(address));

  it.each(['', 'db:6379', 'http://db', 'redis://', 'redis://db:99999'])('is not such a URL: %j', (text) =>
    expect(parseRedisUrl(text)).toBeUndefined(),
  );
});
