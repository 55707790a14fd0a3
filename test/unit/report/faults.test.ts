import { describe, expect, it } from 'vitest';
import { faultOf } from '../../../src/faults/catalogue/index.js';
import type { InjectResult } from '../../../src/faults/inject.js';
import {
  faultsText,
  faultText,
  injectText,
  recoverAllText,
  recoverText,
} from '../../../src/report/text/faults.js';

const view = { color: false, columns: 72 };
const injected: InjectResult = {
  cluster: 'c',
  fault: 'kill',
  acts: [{ does: 'SIGKILL to redis-1 (127.0.0.1:1)', undo: 'redis-1 is started' }],
  impact: 'redis-1 is the master: writes stop for about 6 s',
  dryRun: false,
  forMs: null,
  healed: false,
  converged: false,
  lostKeys: null,
  expires: null,
  correct: ['it is replaced'],
  mustNot: ['two masters'],
  seen: [],
  heal: 'sentinelctl heal --cluster c',
};

describe('faults', () => {
  it('are listed in lines that fit', () => {
    const text = faultsText([faultOf('kill'), faultOf('sentinel-majority-down')], { ...view, columns: 50 });
    expect(text).toMatchInlineSnapshot(`
      "kill                    a data node crashes
      sentinel-majority-down  a majority of the
                              sentinels crashes: the
                              others cannot elect a
                              leader

      → sentinelctl faults kill # one fault in full"
    `);
  });

  it('are shown in full', () => {
    const text = faultText(faultOf('pause-writes'), view);
    for (const part of [
      'Target',
      '--for: by default down-after + 10s',
      'docker: CLIENT PAUSE',
      'Ends by itself',
      'must not',
    ])
      expect(text).toContain(part);
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(72);
  });
});

describe('inject', () => {
  it('left in effect says what is to be expected and how it is rolled back', () => {
    expect(injectText(injected, view)).toMatchInlineSnapshot(`
      "kill is active on cluster "c"
        redis-1 is the master: writes stop for about 6 s
        SIGKILL to redis-1 (127.0.0.1:1)
          heal will roll it back: redis-1 is started
      A correct cluster
        it is replaced
      What must not happen
        two masters
      → sentinelctl heal --cluster c"
    `);
  });

  it('--dry-run says first that nothing was done', () => {
    const [first] = injectText({ ...injected, dryRun: true, forMs: 2000, heal: null }, view).split('\n');
    expect(first).toBe('kill would be injected into cluster "c", for 2s; nothing was done');
    expect(injectText({ ...injected, dryRun: true }, view)).toContain(
      'would be rolled back: redis-1 is started',
    );
  });

  it('healed says what was seen', () => {
    const seen = [{ atMs: 1500, message: 'master moved: redis-1 → redis-2' }];
    expect(
      injectText(
        { ...injected, forMs: 2000, healed: true, converged: true, lostKeys: 0, heal: null, seen },
        view,
      ),
    ).toMatchInlineSnapshot(`
      "✔ kill was active for 2s, and cluster "c" is converged again
        SIGKILL to redis-1 (127.0.0.1:1)
      Seen
        1.50 s: master moved: redis-1 → redis-2"
    `);
  });

  it('healed, it says how long it was active where that was longer than was asked', () => {
    const healed = { ...injected, forMs: 2000, healed: true, converged: true, lostKeys: 0, heal: null };
    const first = (guarded: boolean): string | undefined =>
      injectText({ ...healed, activeMs: 6000, guarded }, view).split('\n')[0];
    expect(first(true)).toBe('✔ kill was active for 6.00 s (--for 2s), and cluster "c" is converged again');
    // A slow machine does not change what is said.
    expect(first(false)).toBe('✔ kill was active for 2s, and cluster "c" is converged again');
  });

  it('healed, it says how many keys are gone', () => {
    const lost = { ...injected, fault: 'fast-restart', forMs: 0, healed: true, lostKeys: 12, heal: null };
    expect(injectText({ ...lost, converged: true }, { ...view, columns: 200 })).toMatch(
      /^✗ fast-restart was done, and cluster "c" is converged again: the data of 12 keys is gone$/m,
    );
    expect(injectText({ ...lost, lostKeys: null, converged: true }, { ...view, columns: 200 })).toMatch(
      /^fast-restart was done, and cluster "c" is converged again: how many keys are gone is not known$/m,
    );
    expect(injectText({ ...lost, converged: false }, { ...view, columns: 200 })).toMatch(
      /^✗ fast-restart was done, and it was rolled back: the data of 12 keys is gone; convergence was not/m,
    );
  });

  it('healed without a proof does not claim convergence', () => {
    const text = injectText(
      { ...injected, forMs: 2000, healed: true, lostKeys: 0, heal: null },
      { ...view, columns: 200 },
    );
    expect(text).toMatch(
      /^kill was active for 2s, and it was rolled back; convergence was not checked, because it was not proved before$/m,
    );
    expect(text).not.toContain('✔');
  });

  it('healed says again, of what was shown as it happened, who is the master and that there were two', () => {
    const seen = [
      { atMs: 900, message: 'redis-1 did not answer within 500 ms' },
      { atMs: 1500, message: 'master moved: redis-1 → redis-2' },
      { atMs: 9000, message: 'AT RISK: c: redis-1 and redis-2 both accept writes' },
    ];
    const text = injectText(
      { ...injected, forMs: 2000, healed: true, converged: true, lostKeys: 0, heal: null, seen, shown: true },
      view,
    );
    expect(text).toContain('converged again');
    expect(text.split('\n').slice(2)).toEqual([
      'Seen',
      '  1.50 s: master moved: redis-1 → redis-2',
      '  9.00 s: AT RISK: c: redis-1 and redis-2 both accept writes',
    ]);
  });
});

describe('recover', () => {
  const result = {
    cluster: 'c',
    what: 'sweep',
    since: '',
    undone: ['a', 'b'],
    stays: [],
    started: ['redis-2'],
    keys: 8,
    converged: true,
    master: 'redis-1',
  };
  it('says what was rolled back', () => {
    expect(recoverText(result, view)).toMatchInlineSnapshot(`
      "✔ rolled back what "sweep" had done to cluster "c"; the cluster is converged again
        a
        b
        started, because it was down: redis-2
        removed 8 keys that its clients had written
        the master is redis-1
      → sentinelctl status --cluster c"
    `);
  });

  it('without a proof does not claim convergence', () => {
    const text = recoverText({ ...result, converged: false }, { ...view, columns: 200 });
    expect(text).toMatch(
      /^rolled back what "sweep" had done to cluster "c"; convergence was not checked, because it was/,
    );
    expect(text).not.toMatch(/✔|converged again/);
  });

  it('says that there was nothing, and that it was rolled back already', () => {
    expect(recoverText({ ...result, what: null }, view)).toMatch(/^nothing to roll back on cluster "c"/);
    expect(recoverText({ ...result, undone: [] }, { ...view, columns: 200 })).toMatch(
      /^✔ nothing that "sweep" had done to cluster "c" was left to roll back; the cluster is converged again\n {2}started, because it was down: redis-2\n/,
    );
    const reset = { ...result, what: 'doctor --fix', undone: [], stays: ['SENTINEL RESET mymaster'] };
    const text = recoverText(reset, { ...view, columns: 200 });
    expect(text).toContain('\n  done, and stays: SENTINEL RESET mymaster\n');
    expect(text).not.toContain('rolled back');
    expect(recoverAllText([], view)).toBe('nothing to roll back on any cluster');
  });
});
