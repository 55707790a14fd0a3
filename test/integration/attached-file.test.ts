import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Cli, openCli, type Ran } from '../helpers/cli.js';
import { QUIET_MS } from '../helpers/quiet.js';
import { type RawCluster, startRawCluster } from '../helpers/redis.js';
import { refusal } from '../helpers/refusal.js';

/** A cluster that nothing of sentinelctl started, in the file that a team commits. */
const PORT = 8600;
const PASSWORD = 'a-secret-of-the-team';
const SENTINEL = `127.0.0.1:${PORT + 50}`;
const SHOP = [
  'clusters:',
  '  shop:',
  `    sentinel-addrs: [${SENTINEL}, 127.0.0.1:${PORT + 51}]`,
  '    password-env: SHOP_PASSWORD',
  '    local: true',
];

let cluster: RawCluster;
let cli: Cli;
let project = '';
const env = { SHOP_PASSWORD: PASSWORD };
const file = (): string => join(project, 'sentinelctl.yaml');
const run = (...words: string[]): Promise<Ran> => cli.run(words, { env, cwd: project });
const write = (...lines: string[]): Promise<void> => writeFile(file(), `${lines.join('\n')}\n`);
const refused = (words: string[], code: string, says: string | RegExp, exit = 64) =>
  refusal(cli, words, { exit, code, says }, { env, cwd: project });

beforeAll(async () => {
  cli = await openCli();
  project = join(cli.home, 'project');
  await mkdir(project);
  await write(...SHOP);
  const options = { port: PORT, masterName: 'orders', downAfterMs: QUIET_MS, password: PASSWORD };
  cluster = await startRawCluster(options);
});
afterAll(async () => {
  await cluster?.stop();
  await cli?.close();
});

describe('a cluster in the project’s file', () => {
  it('is known before any server of it was asked, and only there', async () => {
    expect((await run('__complete', '--', '--cluster', '')).stdout.trim()).toBe('shop');
    expect((await cli.run(['__complete', '--', '--cluster', ''], { env })).stdout.trim()).toBe('');
    expect((await run('use', 'shop')).code).toBe(0);
    expect((await run('use')).stdout).toContain('shop');
    expect((await run('use', '--clear')).code).toBe(0);
  });

  it('is listed with where it comes from, and is looked at without being named', async () => {
    const [listed] = (await run('list', '--json')).json().clusters;
    expect(listed).toMatchObject({ cluster: 'shop', driver: 'attached', verdict: 'HEALTHY', file: file() });
    expect((await run('list')).stdout).toContain(`shop: from ${file()}`);
    expect((await run('status')).code).toBe(0);
  });

  it('is acted on with its name, as it was written down', async () => {
    await refused(['pause', 'redis-2', '--cluster', 'shop'], 'not-confirmed', 'shop', 3);
    for (const action of ['pause', 'resume']) {
      const ran = await run(action, 'redis-2', '--cluster', 'shop', '--confirm', 'shop');
      expect(ran.code, ran.stderr).toBe(0);
    }
    expect((await run('audit')).stdout).toContain('pause redis-2');
    expect(await readFile(join(cli.home, 'clusters', 'shop', 'attached.json'), 'utf8')).not.toContain(
      PASSWORD,
    );
    // A rollback must work wherever it is typed.
    expect((await cli.run(['recover', '--cluster', 'shop'], { env })).code).toBe(0);
  });

  it('is changed in the file alone', async () => {
    await refused(['attach', 'shop', '--readonly'], 'contradiction', `${file()}:2`);
    await refused(['detach', 'shop'], 'in-file', `${file()}:2`, 3);
    await refused(['up', '--cluster', 'shop'], 'attached', `${file()}:2`, 3);
    expect((await run('attach', 'shop', '--json')).json()).toMatchObject({ again: true, way: 'local' });
    await write(...SHOP, '    readonly: true');
    await refused(['pause', 'redis-2', '--cluster', 'shop', '--confirm', 'shop'], 'readonly', file(), 3);
    await write(...SHOP);
  });

  it('is not taken for another one of the same name', async () => {
    await write('clusters:', '  shop:', '    sentinel-addrs: 127.0.0.1:1');
    const other = join(cli.home, 'elsewhere');
    await mkdir(other);
    await writeFile(join(other, 'sentinelctl.yaml'), await readFile(file(), 'utf8'));
    const ran = await cli.run(['status', '--cluster', 'shop'], { env, cwd: other });
    expect(ran.code, ran.stdout).toBe(3);
    expect(ran.stderr).toContain(`${join(other, 'sentinelctl.yaml')}:2 has the name of another one`);
    // In its own file the lines were changed: what was found before is still shown.
    expect((await run('status', '--cluster', 'shop')).code).not.toBe(0);
    await write(...SHOP);
  });
});

describe('the lines of a cluster', () => {
  it.each([
    ['a password', '    password: hunter2', 'never written into a settings file'],
    ['an option that there is not', '    labell: x', 'did you mean "label"'],
    ['an option about one run', '    check: true', 'unknown option "check"'],
    ['a value', '    map: nonsense', ''],
    ['two ways', '    docker: true', '--local and --docker cannot be combined'],
    ['a name', '  Shop X: {}', 'is not a cluster name'],
  ])('%s that is wrong is refused with its line', async (_what, line, says) => {
    await write(...SHOP, line);
    const ran = await run('status', '--cluster', 'shop');
    expect(ran.code, ran.stdout).toBe(64);
    expect(ran.stderr).toContain(file());
    expect(ran.stderr).toContain(says);
    expect(ran.stderr).toMatch(line.includes('docker') ? /:2\b/ : /(:|line )6\b/);
    expect(ran.stderr).not.toContain('hunter2');
    await write(...SHOP);
  });

  it('are printed by attach, and are the same cluster', async () => {
    await writeFile(join(project, 'pw'), PASSWORD);
    const attach = ['attach', 'printed', '--sentinel-addrs', SENTINEL, '--password-file', 'pw'];
    const command = ['--kill-command', 'kill -KILL {pid}', '--start-command', "redis-2=ssh box 'start it'"];
    const ran = await run(...attach, ...command, '--label', 'production', '--print-yaml');
    expect(ran.code, ran.stderr).toBe(0);
    expect(ran.stdout).not.toContain(PASSWORD);
    await writeFile(file(), ran.stdout);
    const printed = (await run('attach', 'printed', '--json')).json();
    expect(printed).toMatchObject({ again: false, way: 'commands', label: 'production', readonly: false });
    const record = JSON.parse(await readFile(join(cli.home, 'clusters', 'printed', 'attached.json'), 'utf8'));
    expect(record.commands).toEqual({
      redis: { kill: ['kill', '-KILL', '{pid}'] },
      sentinel: { kill: ['kill', '-KILL', '{pid}'] },
      nodes: { 'redis-2': { start: ['ssh', 'box', 'start it'] } },
    });
    expect(record.access.credentials.redis.password).toEqual({ from: 'file', path: join(project, 'pw') });
    await write(...SHOP);
  });
});
