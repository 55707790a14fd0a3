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
    const withFile = (epoch: number) =>
      judged((sentinel, g) => {
        for (const { fields } of viewsIn(g)) Object.assign(fields, { 'config-epoch': '5' });
        const text = `sentinel monitor mymaster 127.0.0.1 6379 2\nsentinel config-epoch mymaster ${epoch}`;
        sentinel.conf = got({ file: '/etc/sentinel.conf', text });
      });
    expect(withFile(5)).toEqual([]);
    expect(withFile(4)).toMatchObject([
      {
        subject: 'sentinel-2',
        message: expect.stringContaining('has config-epoch 4 of mymaster, and the sentinel is at 5'),
      },
    ]);
  });
});
