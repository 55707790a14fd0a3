import { describe, expect, it } from 'vitest';
import { byNumber } from '../../../src/model/words.js';

describe('the order of names', () => {
  const names = [
    ...[
      'redis-1',
      'redis-2',
      'redis-10',
      'redis-010',
      'redis',
      'Redis-3',
      'sentinel-1',
      'r-1-2',
      'r-1-10',
      '10',
      '9',
    ],
    ...[
      '127.0.0.1:6379',
      '127.0.0.1:26379',
      '127.0.0.2:80',
      '[::1]:6379',
      'é-1',
      'z',
      '',
      '_a',
      'a b',
      'shard-2a',
    ],
  ];
  const collator = new Intl.Collator('en', { numeric: true });

  it.each(names)('of %j and each other is that of a collator', (a) => {
    for (const b of names) expect(Math.sign(byNumber(a, b)), `${a} and ${b}`).toBe(collator.compare(a, b));
  });
});
