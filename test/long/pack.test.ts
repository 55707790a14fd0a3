import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { documents } from '../helpers/documents.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const TSC = join(ROOT, 'node_modules', '.bin', 'tsc');
const LONG_MS = 600_000;
const run = promisify(execFile);

/**
 * The package as npm makes it, in a project that has what the package says it depends on and nothing else. It is unpacked
 * here: npm reads such a file three times, and writes a hundred packages that it has just written for this clone.
 */
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
    const home = join(project, 'node_modules', 'sentinelctl');
    await mkdir(home, { recursive: true });
    await run('tar', [
      '-xzf',
      join(dir, `sentinelctl-${version}.tgz`),
      '-C',
      home,
      '--strip-components',
      '1',
    ]);
    await linkDependencies(home, project);
    await linkBins(home, project);
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

interface Manifest {
  dependencies?: Record<string, string>;
  bin?: Record<string, string>;
}

const manifestOf = async (folder: string): Promise<Manifest> =>
  JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Manifest;

/** What the package names, and what that needs by the lock file, each where the lock file has it. */
async function linkDependencies(home: string, project: string): Promise<void> {
  const { packages } = JSON.parse(await readFile(join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, Manifest>;
  };
  /** As Node looks for it: beside the one that needs it, then further out. */
  const placeOf = (name: string, from: string): string => {
    for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf('node_modules') - 1))) {
      const place = `${at === '' ? '' : `${at}/`}node_modules/${name}`;
      if (place in packages) return place;
      if (at === '') throw new Error(`the lock file does not have ${name}`);
    }
  };
  const { dependencies = {} } = await manifestOf(home);
  const places = Object.keys(dependencies).map((name) => placeOf(name, ''));
  for (const place of places)
    for (const name of Object.keys(packages[place]?.dependencies ?? {})) {
      const needed = placeOf(name, place);
      if (!places.includes(needed)) places.push(needed);
    }
  // One inside another comes with it.
  const outer = places.filter((place) => place.lastIndexOf('node_modules') === 0);
  for (const place of outer) {
    await mkdir(dirname(join(project, place)), { recursive: true });
    await symlink(join(ROOT, place), join(project, place));
  }
}

/** As npm links commands. */
async function linkBins(home: string, project: string): Promise<void> {
  const bins = join(project, 'node_modules', '.bin');
  await mkdir(bins);
  const { bin = {} } = await manifestOf(home);
  for (const [name, path] of Object.entries(bin)) {
    await chmod(join(home, path), 0o755);
    await symlink(join(home, path), join(bins, name));
  }
}

async function packed(dir: string): Promise<string | undefined> {
  return (await readdir(dir)).find((name) => name.endsWith('.tgz'));
}
