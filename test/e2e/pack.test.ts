import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { documents } from '../helpers/documents.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const TSC = join(ROOT, 'node_modules', '.bin', 'tsc');
const LONG_MS = 600_000;
const run = promisify(execFile);

/** The package as npm makes it, installed into an empty project. */
describe('the packed package', () => {
  let dir: string;
  let project: string;
  const npm = (words: string[], cwd: string) => run('npm', words, { cwd, maxBuffer: 1 << 24 });

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'sentinelctl-pack-'));
    project = join(dir, 'project');
    await mkdir(project);
    await writeFile(
      join(project, 'package.json'),
      '{ "name": "empty", "private": true, "type": "module" }\n',
    );
    // dist/ is there already, and other tests are running it: it must not be rebuilt under them.
    await npm(['pack', '--ignore-scripts', '--pack-destination', dir], ROOT);
    const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { version: string };
    const tarball = join(dir, `sentinelctl-${version}.tgz`);
    await npm(
      ['install', '--no-audit', '--no-fund', '--prefer-offline', '--ignore-scripts', tarball],
      project,
    );
  }, LONG_MS);
  afterAll(() => rm(dir, { recursive: true, force: true }));

  it('has the command, which says its version and its help', { timeout: LONG_MS }, async () => {
    const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { version: string };
    expect((await npm(['exec', '--no', 'sentinelctl', '--', '--version'], project)).stdout.trim()).toBe(
      version,
    );
    // The other name of the command, without npm in between.
    const other = join(project, 'node_modules', '.bin', 'redis-sentinelctl');
    expect((await run(other, ['--help'], { cwd: project })).stdout).toContain('failover-test');
  });

  it('carries what it says it carries, and no test, source or settings', async () => {
    const { stdout } = await run('tar', ['-tzf', join(dir, (await packed(dir)) ?? '')]);
    const files = stdout
      .trim()
      .split('\n')
      .map((path) => path.replace(/^package\//, ''));
    for (const wanted of [
      'README.md',
      'CHANGELOG.md',
      'LICENSE',
      'dist/src/index.d.ts',
      'docs/reference.md',
      'scenarios/kill.yaml',
    ]) {
      expect(files).toContain(wanted);
    }
    expect(
      files.filter(
        (path) =>
          !/^(dist|docs)\/|^scenarios\/[a-z-]+\.yaml$|^(README|CHANGELOG)\.md$|^LICENSE$|^package\.json$/.test(
            path,
          ),
      ),
    ).toEqual([]);
  });

  it('has the library, whose functions are there at run time', async () => {
    const program = `import * as all from 'sentinelctl';
      for (const name of ['connect', 'openCluster', 'runFailoverTest', 'snapshot', 'OperatorError', 'EXIT'])
        if (all[name] === undefined) throw new Error(name + ' is missing');`;
    await writeFile(join(project, 'run.mjs'), program);
    await run(process.execPath, ['run.mjs'], { cwd: project });
  });

  it('has types by which every example of the documents compiles', { timeout: LONG_MS }, async () => {
    // What docs/contributing.md cites stands in the sources, and is held against them by a test of its own.
    const examples = documents()
      .filter(({ path }) => path !== 'docs/contributing.md')
      .flatMap(({ fences }) => fences.filter(({ language }) => language === 'ts'));
    expect(examples.length).toBeGreaterThan(0);
    const files = await Promise.all(
      examples.map(async ({ lines }, i) => {
        await writeFile(join(project, `example-${i}.ts`), `${lines.join('\n')}\nexport {};\n`);
        return `example-${i}.ts`;
      }),
    );
    const roots = ['--typeRoots', join(ROOT, 'node_modules', '@types')];
    const how = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2022', '--types', 'node'];
    const { stdout } = await run(TSC, ['--ignoreConfig', ...how, ...roots, ...files], { cwd: project }).catch(
      (error: { stdout: string }) => error,
    );
    expect(stdout).toBe('');
  });
});

async function packed(dir: string): Promise<string | undefined> {
  return (await readdir(dir)).find((name) => name.endsWith('.tgz'));
}
