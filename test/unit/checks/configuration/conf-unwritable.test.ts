import { describe, expect, it } from 'vitest';
import confUnwritable from '../../../../src/checks/configuration/conf-unwritable.js';
import type { Gathered, GatheredSentinel } from '../../../../src/model/gathered.js';
import { given, got, no, said, sentinelIn, viewsIn } from '../../../helpers/healthy-gathering.js';

/** What is said of a cluster that sentinelctl did not make: no FLUSHCONFIG is sent there. */
const judged = (alter: (sentinel: GatheredSentinel, g: Gathered) => void) =>
  said(confUnwritable, (g) => {
    for (const n of [1, 2, 3]) sentinelIn(g, n).flushConfig = no('not asked');
    alter(sentinelIn(g, 2), g);
  });

describe('conf-unwritable, by what this machine sees of a sentinel', () => {
  it('a directory that its user may write is not enough: its disk is full', () => {
    expect(judged(() => {})).toEqual([]);
    const found = judged((sentinel) => {
      sentinel.life = got({ ...given(sentinel.life), dirFull: true });
    });
    expect(found).toMatchObject([
      {
        subject: 'sentinel-2',
        message: expect.stringMatching(/^the disk under .* is full$/),
        fix: [expect.stringContaining('make room'), expect.stringContaining('SENTINEL FLUSHCONFIG')],
      },
    ]);
  });

  it('its file is older than what it knows: it could not write the last failover', () => {
    const withFile = (epoch: number, master: string) =>
      judged((sentinel, g) => {
        for (const { fields } of viewsIn(g))
          Object.assign(fields, { 'config-epoch': '5', ip: '127.0.0.1', port: '6379' });
        const text = `sentinel monitor mymaster ${master} 2\nsentinel config-epoch mymaster ${epoch}`;
        sentinel.conf = got({ file: '/etc/sentinel.conf', text });
      });
    expect(withFile(5, '127.0.0.1 6379')).toEqual([]);
    expect(withFile(4, '127.0.0.1 6380')).toMatchObject([
      {
        subject: 'sentinel-2',
        message: expect.stringContaining(
          'has 127.0.0.1:6380 as the master of mymaster (config-epoch 4), and the sentinel is at 127.0.0.1:6379 (5)',
        ),
      },
    ]);
    expect(withFile(4, '10.0.0.9 6379')).toHaveLength(1);
    // A name may be that address; and an epoch that was heard of at the same address is not written by itself.
    expect(withFile(4, 'redis-1 6379')).toEqual([]);
    expect(withFile(4, '127.0.0.1 6379')).toEqual([]);
  });
});
