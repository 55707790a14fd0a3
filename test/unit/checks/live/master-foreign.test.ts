import { describe, expect, it } from 'vitest';
import dataGone from '../../../../src/checks/data/data-gone.js';
import restartedEmpty from '../../../../src/checks/data/restarted-empty.js';
import masterForeign from '../../../../src/checks/live/master-foreign.js';
import { convergence } from '../../../../src/model/convergence.js';
import type { Gathered } from '../../../../src/model/gathered.js';
import { unlinked } from '../../../helpers/alterations/alteration.js';
import { alter, nodeIn, said } from '../../../helpers/healthy-gathering.js';
import { altered, nodeOf } from '../../../helpers/snapshots.js';

const OTHER = 'pid 4242, no configuration file';

/** Another server answers at the master's port, and is younger than the replicas. */
function foreign(g: Gathered): void {
  nodeIn(g, 1).other = OTHER;
  const info = { uptime_in_seconds: '7', aof_enabled: '0', master_replid: 'b'.repeat(40) };
  alter(nodeIn(g, 1).info, { ...info, rdb_last_load_keys_loaded: '0' });
  for (const n of [2, 3]) alter(nodeIn(g, n).info, { uptime_in_seconds: '600' });
}

describe('another server at the port of the master', () => {
  it('is named, with what its replicas lost, and how it is replaced', () => {
    const copied = said(masterForeign, (g) => {
      foreign(g);
      alter(nodeIn(g, 1).info, { db0: 'keys=3,expires=0' });
    });
    expect(copied).toMatchObject([
      {
        subject: 'redis-1',
        servers: ['redis-1', 'redis-2', 'redis-3'],
        brief:
          'redis-1 (master) is down, and another server answers at 127.0.0.1:6379, which clients write to',
        evidence: `that server: ${OTHER}, started 7 s ago, holds 3 keys; redis-2 and redis-3 copied that server, and what they held is deleted`,
        fix: [
          `sentinelctl explain master-foreign  # ${OTHER}: find out what uses it, then end it`,
          expect.stringMatching(
            /^# if it has data of its own, .* redis-cli -h 127\.0\.0\.1 -p 6379 --rdb FILE \(the sentinels count .*\)$/,
          ),
          expect.stringMatching(
            /^# then end it, and start redis-1 within 5\.00 s \(down-after\); if it is later than that, copy /,
          ),
          'redis-cli -h 127.0.0.1 -p 6379 SHUTDOWN',
          'sentinelctl start redis-1',
          expect.stringMatching(/^# where it exits 3, redis-1 has no append-only file: /),
          expect.stringMatching(/^# .* restore the earlier data from a backup$/),
        ],
      },
    ]);
  });

  it('is ended without waiting for its replicas, while they still hold their data', () => {
    const holds = said(masterForeign, (g) => {
      foreign(g);
      for (const n of [2, 3]) {
        unlinked(g, n);
        const old = { master_replid: 'a'.repeat(40), slave_repl_offset: '900', db0: 'keys=200,expires=0' };
        alter(nodeIn(g, n).info, old);
      }
    });
    expect(holds).toMatchObject([
      {
        evidence: expect.stringMatching(
          /; redis-2 and redis-3 still hold 200 keys, which the next full resync deletes$/,
        ),
        fix: expect.arrayContaining(['redis-cli -h 127.0.0.1 -p 6379 SHUTDOWN NOW']),
      },
    ]);
    expect((holds as { fix: string[] }[])[0]?.fix.join()).not.toContain('backup');
  });

  it('is not called the node that restarted empty', () => {
    for (const check of [dataGone, restartedEmpty]) expect(said(check, foreign)).toEqual([]);
  });

  it('is not what convergence was to prove', () => {
    const snapshot = altered((s) => {
      nodeOf(s, 1).other = OTHER;
    });
    expect(convergence(snapshot, { masterName: 'mymaster', nodes: [] })).toContain(
      `another server answers at the address of redis-1 (${OTHER})`,
    );
  });
});
