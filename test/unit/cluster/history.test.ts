import { appendFile, chmod, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  appendRun,
  endRun,
  historiesIn,
  noteRun,
  pruneHistory,
  readHistory,
} from '../../../src/cluster/store/history.js';
import { type RunRecord, readRun, trendsOf } from '../../../src/cluster/store/run-record.js';
import { recordRun, runRecordOf } from '../../../src/failover/record-run.js';
import { bareResult, cutShortResult, heldResult, violatedResult } from '../../helpers/results.js';
import { tempDir } from '../../helpers/temp-dir.js';
import { ledger, nothingCame, resultOfTrials, trial } from '../../helpers/trials.js';

const run = (n: number): RunRecord => ({ ...runRecordOf(heldResult()), seed: n });
const fileOf = (home: string, cluster = 'default'): string => join(home, 'history', `${cluster}.ndjson`);
const seeds = async (home: string): Promise<number[] | undefined> =>
  (await readHistory(home, 'default'))?.runs.map((r) => r.seed);

describe('a history', () => {
  it('is not there before the first run, and then one private line per run, in order', async () => {
    const home = await tempDir();
    expect(await readHistory(home, 'default')).toBeNull();
    expect(await historiesIn(home)).toEqual([]);
    for (const n of [1, 2, 3]) await appendRun(home, 'default', run(n));
    expect(await readHistory(home, 'default')).toEqual({
      runs: [run(1), run(2), run(3)],
      unreadable: [],
      truncated: false,
    });
    expect((await readFile(fileOf(home), 'utf8')).split('\n')).toHaveLength(4);
    expect((await stat(fileOf(home))).mode & 0o777).toBe(0o600);
    expect(await historiesIn(home)).toEqual(['default']);
  });

  it('has a run whose process was killed, once, and none that still runs or ended', async () => {
    const home = await tempDir();
    await noteRun(home, 'default', run(1));
    expect(await readHistory(home, 'default')).toBeNull();
    await endRun(home, 'default');
    await noteRun(home, 'default', run(2));
    const file = join(home, 'history', 'default.running.json');
    const asKilled = async (): Promise<void> => {
      const noted = await readFile(file, 'utf8');
      await writeFile(file, noted.replace(/"startTime":"[^"]*"/, '"startTime":"another"'));
    };
    await asKilled();
    expect((await readHistory(home, 'default'))?.runs).toMatchObject([
      { seed: 2, outcome: 'unknown', complete: false, reason: expect.stringContaining('killed') },
    ]);
    expect(await historiesIn(home)).toEqual([]);
    await noteRun(home, 'default', run(3));
    expect(await seeds(home)).toEqual([2]);
    await asKilled();
    expect(await seeds(home)).toEqual([2, 3]);
    await writeFile(file, 'damaged');
    expect(await seeds(home)).toEqual([2]);
  });

  it('keeps the last so many runs', async () => {
    const home = await tempDir();
    for (const n of [1, 2, 3, 4, 5]) await appendRun(home, 'default', run(n), 3);
    expect(await seeds(home)).toEqual([3, 4, 5]);
    expect(await pruneHistory(home, 'default', 1)).toBe(2);
    expect(await seeds(home)).toEqual([5]);
    expect(await pruneHistory(home, 'default', 1)).toBe(0);
  });

  it('runs that are added at the same time are all kept', async () => {
    const home = await tempDir();
    const numbers = Array.from({ length: 12 }, (_, i) => i);
    await Promise.all(numbers.map((n) => appendRun(home, 'default', run(n), 10)));
    const kept = (await seeds(home)) ?? [];
    expect(kept).toHaveLength(10);
    expect(new Set(kept).size).toBe(10);
  });

  it('a last line that was cut off is said, and the next run stands on a line of its own', async () => {
    const home = await tempDir();
    await appendRun(home, 'default', run(1));
    await appendFile(fileOf(home), JSON.stringify(run(2)).slice(0, 40));
    expect(await readHistory(home, 'default')).toEqual({ runs: [run(1)], unreadable: [2], truncated: true });
    await appendRun(home, 'default', run(3));
    expect(await readHistory(home, 'default')).toEqual({
      runs: [run(1), run(3)],
      unreadable: [2],
      truncated: false,
    });
  });

  it('a last line that only lacks its end is whole', async () => {
    const home = await tempDir();
    await appendRun(home, 'default', run(1));
    await appendFile(fileOf(home), JSON.stringify(run(2)));
    expect(await readHistory(home, 'default')).toMatchObject({ unreadable: [], truncated: false });
    await appendRun(home, 'default', run(3));
    expect(await seeds(home)).toEqual([1, 2, 3]);
  });

  it('garbage, empty lines and lines of something else do not stop it', async () => {
    const home = await tempDir();
    await appendRun(home, 'default', run(1));
    await appendFile(fileOf(home), '\n[1]\nnull\n{"outcome":"holds"}\n\u0000\u0001\n');
    expect(await readHistory(home, 'default')).toEqual({
      runs: [run(1)],
      unreadable: [3, 4, 5, 6],
      truncated: false,
    });
  });

  it('a directory that cannot be used is an error that an operator can act on', async () => {
    const home = await tempDir();
    await writeFile(join(home, 'history'), '');
    await expect(appendRun(home, 'default', run(1))).rejects.toMatchObject({
      name: 'OperatorError',
      code: 'state-directory',
      exitCode: 3,
    });
    await chmod(join(home, 'history'), 0o600);
  });
});

describe('what is written of a result', () => {
  it.each([
    ['held', heldResult(10)],
    ['violated', violatedResult()],
    ['cut short', cutShortResult()],
    ['without clients', bareResult()],
  ])('%s: can be read again as it was', async (_name, result) => {
    const home = await tempDir();
    await recordRun(home, result);
    expect((await readHistory(home, result.cluster))?.runs).toEqual([runRecordOf(result)]);
  });

  it('has the numbers of the result', () => {
    const result = violatedResult();
    expect(runRecordOf(result)).toMatchObject({
      outcome: 'violated',
      trials: 10,
      held: 9,
      switchedMs: { p50: result.summary.switchedMs?.p50, max: result.summary.switchedMs?.max },
      ledger: { acknowledged: 611_680, lost: 48 },
    });
    expect(runRecordOf(bareResult())).toMatchObject({ ledger: null, workload: null, outageMs: null });
  });

  it('has no count of losses where a master could not be read back', () => {
    const unread = trial({ ledger: ledger({ missingAt: [{ id: 'redis-2', missing: null }] }) });
    expect(runRecordOf(resultOfTrials([unread, trial({ ledger: ledger() })])).ledger).toBeNull();
  });

  it('counts no trial as held that tested nothing', () => {
    const held = [{ id: 'one-master', verdict: 'holds' as const, evidence: '' }];
    const trials = [
      trial({ outcome: 'holds', invariants: held }),
      nothingCame({ untested: 'thawed', outcome: 'unknown', invariants: held }),
    ];
    expect(runRecordOf(resultOfTrials(trials))).toMatchObject({ trials: 2, held: 1 });
  });

  it('is one line, whatever the reason says', () => {
    const line = JSON.stringify(runRecordOf({ ...heldResult(), reason: 'a\nb\u2028c' }));
    expect(line).not.toMatch(/\n/);
    expect(readRun(line)?.reason).toBe('a\nb\u2028c');
  });
});

describe('a trend', () => {
  const of = (n: number, switchedMs: number, over: Partial<RunRecord> = {}): RunRecord => ({
    ...run(n),
    startedAt: `2025-01-0${n}T00:00:00.000Z`,
    switchedMs: { p50: switchedMs, max: switchedMs },
    ...over,
  });

  it('compares with the last run of the same fault and settings, not with the last one', () => {
    const config = { ...run(1).config, downAfterMs: 5000 };
    const trends = trendsOf([of(1, 3000), of(2, 6000, { config }), of(3, 3100), of(4, 5900, { config })]);
    expect(trends.map((t) => t && [t.since.slice(8, 10), t.switchedMs])).toEqual([
      null,
      null,
      ['01', 100],
      ['02', -100],
    ]);
  });

  it('compares runs whose old master came back in the same way', () => {
    const trends = trendsOf([of(1, 3000), of(2, 9000, { rejoin: 'guarded' }), of(3, 3100)]);
    expect(trends.map((t) => t?.since.slice(8, 10))).toEqual([undefined, undefined, '01']);
  });

  it('a run that was cut short is compared, and nothing is compared with it', () => {
    const trends = trendsOf([of(1, 3000), of(2, 9000, { complete: false }), of(3, 3100)]);
    expect(trends.map((t) => t?.switchedMs ?? null)).toEqual([null, 6000, 100]);
  });

  it('has no number where one of the two has none', () => {
    const trends = trendsOf([of(1, 3000), { ...of(2, 0), switchedMs: null, ledger: null }]);
    expect(trends[1]).toMatchObject({ switchedMs: null, lost: null });
  });
});
