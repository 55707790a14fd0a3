import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commands } from '../../../commands/index.js';
import * as reports from '../../../commands/shared/write-reports.js';
import { main } from '../../../src/cli/main.js';
import { compare } from '../../../src/failover/baseline.js';
import { recordRun } from '../../../src/failover/record-run.js';
import type { FailoverResult } from '../../../src/observe/result.js';
import { FAILOVER_FORMATS } from '../../../src/report/formats.js';
import { heldResult, violatedResult } from '../../helpers/results.js';
import { tempDir } from '../../helpers/temp-dir.js';
import { memoryWorld } from '../../helpers/world.js';

async function run(argv: string[], env: Record<string, string> = {}) {
  const world = memoryWorld({ commands, env });
  const code = await main(argv, world);
  return { code, out: world.stdout.text, err: world.stderr.text };
}

const writeReports = async (result: FailoverResult, destination: string): Promise<string[]> =>
  reports.writeReports(result, await reports.planReports(destination, FAILOVER_FORMATS));

const ALL = ['events.ndjson', 'junit.xml', 'report.html', 'report.json', 'report.md'];

it('report without a file names one that is there, else its help', async () => {
  const cwd = await tempDir();
  const hint = async (): Promise<string> => {
    const world = memoryWorld({ commands, cwd });
    expect(await main(['report'], world)).toBe(64);
    return world.stderr.text;
  };
  expect(await hint()).toMatch(/try: sentinelctl report --help$/m);
  await mkdir(join(cwd, 'rep'));
  await writeFile(join(cwd, 'rep', 'report.json'), '{}');
  expect(await hint()).toMatch(/try: sentinelctl report rep\/report\.json$/m);
});

describe('writing reports', () => {
  it('a directory that is not there yet gets all of them', async () => {
    const directory = join(await tempDir(), 'a', 'b');
    const files = await writeReports(heldResult(), directory);
    expect((await readdir(directory)).sort()).toEqual(ALL);
    expect(files.map((f) => f.slice(directory.length + 1)).sort()).toEqual(ALL);
    expect(JSON.parse(await readFile(join(directory, 'report.json'), 'utf8'))).toEqual(
      JSON.parse(JSON.stringify(heldResult())),
    );
  });

  it('a file gets the format of its ending, whatever else is beside it', async () => {
    const file = join(await tempDir(), 'out', 'run.md');
    expect(await writeReports(heldResult(), file)).toEqual([file]);
    expect(await readFile(file, 'utf8')).toMatch(/^## /);
  });

  it('a run that ends before its first result leaves no directory behind', async () => {
    const root = await tempDir();
    await reports.planReports(join(root, 'a', 'b'), FAILOVER_FORMATS);
    await reports.planReports(join(root, 'c', 'run.html'), FAILOVER_FORMATS);
    expect(await readdir(root)).toEqual([]);
    await mkdir(join(root, 'old'));
    await reports.planReports(join(root, 'old', 'new'), FAILOVER_FORMATS);
    expect(await readdir(root)).toEqual(['old']);
  });

  it('a directory whose name looks like a file is one when it is there', async () => {
    const directory = join(await tempDir(), 'run.html');
    await mkdir(directory);
    await writeReports(heldResult(), directory);
    expect((await readdir(directory)).sort()).toEqual(ALL);
  });

  it('a later run replaces what is there', async () => {
    const file = join(await tempDir(), 'run.json');
    await writeReports(heldResult(), file);
    await writeReports(violatedResult(), file);
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ outcome: 'violated' });
    const first = await run(['report', file, '--report', `${file}.html`]);
    expect(first.err).toContain(`note: written: ${file}.html`);
    const second = await run(['report', file, '--report', `${file}.html`]);
    expect(second.err).toContain(`note: replaced: ${file}.html`);
  });

  it.each([
    ['run.pdf', 'report-format', 64],
    ['', 'report-format', 64],
  ])('"%s" is refused before anything is written', async (name, code, exitCode) => {
    const at = name === '' ? '' : join(await tempDir(), name);
    await expect(writeReports(heldResult(), at)).rejects.toMatchObject({ code, exitCode });
  });

  it.runIf(process.platform === 'linux')(
    'where nothing can be written, it is refused beforehand',
    async () => {
      for (const at of ['/proc/nope/x', '/proc/nope/run.html', '/proc/run.html'])
        await expect(reports.planReports(at, FAILOVER_FORMATS)).rejects.toMatchObject({
          code: 'report-unwritable',
          exitCode: 3,
        });
    },
  );

  it('a file of another option is tried beforehand too, and nothing is left of it', async () => {
    const root = await tempDir();
    await expect(reports.planFile(root, '--junit FILE')).rejects.toMatchObject({
      code: 'report-unwritable',
      why: 'it is a directory',
      hint: '--junit FILE',
    });
    const path = join(root, 'new', 'run.xml');
    expect(await reports.planFile(path, '--junit FILE')).toEqual({ path, replaces: false });
    expect(await readdir(root)).toEqual([]);
  });

  it('a path that cannot be written is named', async () => {
    const file = join(await tempDir(), 'file');
    await writeFile(file, '');
    await expect(writeReports(heldResult(), join(file, 'x', 'run.html'))).rejects.toMatchObject({
      code: 'report-unwritable',
      exitCode: 3,
    });
  });
});

describe('report', () => {
  const saved = async (result: FailoverResult): Promise<string> => {
    const file = join(await tempDir(), 'report.json');
    await writeReports(result, file);
    return file;
  };

  it('shows an old run as it was shown then, and exits 0 whatever its verdict was', async () => {
    const { code, out } = await run(['report', await saved(violatedResult())]);
    expect(code).toBe(0);
    expect(out).toMatch(
      /^FAIL {2}48 of 611,680 acknowledged writes lost \(38 of them: [^)]*\); clients had no answer for\s+3.82 s at worst; 9 of\s+10 trials passed$/m,
    );
  });

  it('says in the files what to type to play it again, with every value, and on the terminal what only looks', async () => {
    const command =
      'sentinelctl failover-test --cluster default --signal KILL --trials 3 --seed 1 --clients 8';
    const file = await saved({ ...heldResult(), command });
    const { out } = await run(['report', file]);
    expect(out).toContain('→ sentinelctl history  # beside the runs before it\n');
    expect(out).not.toContain('→ sentinelctl failover-test');
    expect(await readFile(file, 'utf8')).toContain(command);
    const page = join(await tempDir(), 'run.html');
    await run(['report', file, '--report', page]);
    expect(await readFile(page, 'utf8')).toContain(`<code>${command}</code>`);
  });

  it('--json answers the result itself, so that it can be read again', async () => {
    const { code, out } = await run(['report', '--json', await saved(heldResult())]);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual(JSON.parse(JSON.stringify(heldResult())));
  });

  it('--report writes the other formats, and what it wrote can be read again', async () => {
    const directory = join(await tempDir(), 'again');
    const { code, err } = await run(['report', await saved(heldResult(2)), '--report', directory]);
    expect(code).toBe(0);
    expect(err).toContain('report.html');
    expect((await readdir(directory)).sort()).toEqual(ALL);
    expect((await run(['report', join(directory, 'report.json')])).code).toBe(0);
  });

  it('--baseline compares with an earlier run, and draws it in the page as failover-test does', async () => {
    const [file, earlier] = [await saved(violatedResult()), await saved(heldResult(10))];
    const directory = join(await tempDir(), 'again');
    const { code, out } = await run(['report', file, '--baseline', earlier, '--report', directory]);
    expect(code).toBe(0);
    expect(out).toMatch(/since the baseline|not comparable with the baseline/);
    const page = await readFile(join(directory, 'report.html'), 'utf8');
    const [html] = FAILOVER_FORMATS;
    // The embedded JSON has its fields in another order once it was read.
    const drawn = (text: string | undefined): string | undefined =>
      text?.split('<script type="application')[0];
    const comparison = compare(heldResult(10), violatedResult());
    expect(drawn(page) === drawn(html?.render(violatedResult(), heldResult(10), comparison))).toBe(true);
    expect(drawn(page) === drawn(html?.render(violatedResult()))).toBe(false);
    const json = await run(['report', file, '--baseline', earlier, '--json']);
    expect(JSON.parse(json.out)).toMatchObject({
      outcome: 'violated',
      baseline: { outcome: expect.any(String) },
    });
  });

  it('--baseline that cannot be read is named before anything is written', async () => {
    const page = join(await tempDir(), 'run.html');
    const { code, err } = await run([
      'report',
      await saved(heldResult()),
      '--baseline',
      '/none.json',
      '--report',
      page,
    ]);
    expect(code).toBe(64);
    expect(err).toContain('--baseline: cannot read /none.json');
    await expect(readFile(page)).rejects.toThrow();
  });

  it.each([
    ['no JSON', 'hello', 'not-a-result'],
    ['JSON of something else', '{"healthy":true}', 'not-a-result'],
    ['an error of a run', '{"error":{"code":"x","message":"no engine","hint":"y"}}', 'not-a-result'],
    ['nothing', '', 'not-a-result'],
  ])('%s is an error that names the file', async (_name, text, code) => {
    const file = join(await tempDir(), 'x.json');
    await writeFile(file, text);
    const { code: exitCode, out } = await run(['report', '--json', file]);
    expect(exitCode).toBe(64);
    const { error } = JSON.parse(out) as { error: { code: string; message: string } };
    expect(error.code).toBe(code);
    expect(error.message).toContain('x.json');
  });

  it('a result that lacks a part says which', async () => {
    const { summary: _s, ...rest } = heldResult();
    const file = join(await tempDir(), 'old.json');
    await writeFile(file, JSON.stringify(rest));
    const { code, err } = await run(['report', file]);
    expect(code).toBe(64);
    expect(err).toContain('summary is missing');
  });

  it.each([
    ['nowhere.json', 'file not found'],
    ['', 'it is a directory'],
  ])('a file that cannot be read, "%s", is explained', async (name, why) => {
    const file = name === '' ? await tempDir() : join(await tempDir(), name);
    const { code, err } = await run(['report', file]);
    expect(code).toBe(64);
    expect(err).toMatch(/cannot read/);
    expect(err).toContain(why);
    expect(err).not.toMatch(/ENOENT|EISDIR/);
    expect(err).not.toMatch(/\n\s+at /);
  });
});

describe('history', () => {
  it('shows the newest run first, and its trend against the one before', async () => {
    const home = await tempDir();
    await recordRun(home, { ...heldResult(), startedAt: '2025-01-01T00:00:00.000Z' });
    await recordRun(home, { ...heldResult(2), startedAt: '2025-01-02T00:00:00.000Z' });
    const env = { SENTINELCTL_HOME: home };
    const { code, out } = await run(['history', '--json'], env);
    expect(code).toBe(0);
    const history = JSON.parse(out) as { runs: { startedAt: string; trend: unknown }[] };
    expect(history.runs.map((r) => r.startedAt.slice(8, 10))).toEqual(['02', '01']);
    expect(history.runs.map((r) => r.trend !== null)).toEqual([true, false]);
    const table = await run(['history', '--limit', '1'], env);
    expect(table.out).toContain('1 older of 2 not shown');
    const tsv = await run(['history', '--output', 'tsv'], env);
    expect(tsv.out.trimEnd().split('\n')).toHaveLength(3);
  });

  it('--keep forgets the older ones and says how many', async () => {
    const home = await tempDir();
    for (const n of [1, 2, 3]) await recordRun(home, { ...heldResult(), seed: n });
    const env = { SENTINELCTL_HOME: home };
    const { out } = await run(['history', '--keep', '1', '--json'], env);
    expect(JSON.parse(out)).toMatchObject({ pruned: 2, total: 1, runs: [{ seed: 3 }] });
  });

  it('a cluster that never was is refused, and those that have a history are named', async () => {
    const home = await tempDir();
    await recordRun(home, heldResult());
    const { code, err } = await run(['history', '--cluster', 'defualt'], { SENTINELCTL_HOME: home });
    expect(code).toBe(3);
    expect(err).toContain('clusters with recorded runs: "default"');
  });

  it.each(['0', 'x', '-1', '1.5'])('--limit %s is a usage error', async (limit) => {
    expect((await run(['history', `--limit=${limit}`])).code).toBe(64);
  });
});
