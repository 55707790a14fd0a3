import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { option } from '../../../src/cli/option.js';
import { toSettable } from '../../../src/cli/parse.js';
import { loadFiles } from '../../../src/config/files.js';
import { duration, keyValue } from '../../../src/config/parsers.js';
import { resolveSettings, type SettableOption } from '../../../src/config/settings.js';
import { tempDir } from '../../helpers/temp-dir.js';

const OPTION: Omit<SettableOption, 'name' | 'attribute'> = {
  takesValue: true,
  repeatable: false,
  flagOnly: false,
  parse: (text) => text,
};
const OPTIONS: SettableOption[] = [
  { ...OPTION, name: 'down-after', attribute: 'downAfter', parse: duration('--down-after') },
  { ...OPTION, name: 'restart', attribute: 'restart', takesValue: false },
  { ...OPTION, name: 'all', attribute: 'all', takesValue: false, flagOnly: true },
  toSettable(option.values('--redis-conf <pair>', { summary: '', parse: keyValue('--redis-conf', 'a=b') })),
];

async function places(
  project?: string,
  user?: string,
): Promise<{ cwd: string; env: Record<string, string> }> {
  const dir = await tempDir();
  if (project !== undefined) await writeFile(join(dir, 'sentinelctl.yaml'), project);
  if (user !== undefined) {
    await mkdir(join(dir, 'xdg', 'sentinelctl'), { recursive: true });
    await writeFile(join(dir, 'xdg', 'sentinelctl', 'config.yaml'), user);
  }
  return { cwd: dir, env: { XDG_CONFIG_HOME: join(dir, 'xdg') } };
}

async function resolve(given: {
  flags?: Record<string, unknown>;
  env?: Record<string, string>;
  project?: string;
  user?: string;
}): Promise<Map<string, { value: unknown; origin: { from: string } }>> {
  const { cwd, env } = await places(given.project, given.user);
  return resolveSettings(OPTIONS, given.flags ?? {}, given.env ?? {}, await loadFiles(cwd, env));
}

describe('resolveSettings', () => {
  const all = {
    flags: { downAfter: 1000 },
    env: { SENTINELCTL_DOWN_AFTER: '2s' },
    project: 'down-after: 3s\n',
    user: 'down-after: 4s\n',
  };
  it.each([
    ['flag', 1000, all],
    ['environment', 2000, { ...all, flags: {} }],
    ['project', 3000, { ...all, flags: {}, env: {} }],
    ['user', 4000, { user: all.user }],
  ] as const)('the strongest origin is the %s here', async (from, value, given) => {
    expect((await resolve(given)).get('downAfter')).toMatchObject({ value, origin: { from } });
  });

  it('what was not set is absent', async () => expect(await resolve({})).toEqual(new Map()));

  it('an empty variable is as good as none', async () => {
    expect((await resolve({ env: { SENTINELCTL_DOWN_AFTER: '' } })).has('downAfter')).toBe(false);
  });

  it.each([
    ['restart: false', false],
    ['no-restart: true', false],
    ['restart: yes', true],
  ])('a switch may be written as %j', async (project, value) => {
    expect((await resolve({ project })).get('restart')?.value).toBe(value);
  });

  it('a repeatable option takes a list or a map', async () => {
    const pairs = [
      ['maxmemory', '100mb'],
      ['save', '900 1'],
    ];
    const list = await resolve({ project: 'redis-conf: [maxmemory=100mb, save=900 1]' });
    const map = await resolve({ project: 'redis-conf:\n  maxmemory: 100mb\n  save: 900 1\n' });
    expect([list.get('redisConf')?.value, map.get('redisConf')?.value]).toEqual([pairs, pairs]);
  });

  it('what must be said each time is never taken from anywhere else', async () => {
    expect((await resolve({ env: { SENTINELCTL_ALL: '1' }, project: 'all: true' })).has('all')).toBe(false);
  });

  it('a bad value says where it comes from', async () => {
    await expect(resolve({ env: { SENTINELCTL_DOWN_AFTER: 'soon' } })).rejects.toMatchObject({
      exitCode: 64,
      message: expect.stringContaining('--down-after: "soon"'),
      why: expect.stringContaining('SENTINELCTL_DOWN_AFTER'),
    });
    await expect(resolve({ project: '# mine\n\ndown-after: soon\n' })).rejects.toMatchObject({
      why: expect.stringContaining('sentinelctl.yaml, line 3'),
    });
    await expect(resolve({ env: { SENTINELCTL_RESTART: 'maybe' } })).rejects.toMatchObject({ exitCode: 64 });
    await expect(resolve({ project: 'down-after: [1s, 2s]' })).rejects.toMatchObject({ exitCode: 64 });
  });
});

describe('loadFiles', () => {
  it.each([
    ['no map', '- a\n- b\n', 'sentinelctl.yaml:1'],
    ['broken YAML', 'cluster: x\nport: [1\n', 'sentinelctl.yaml:'],
    ['a key twice', 'port: 1\nport: 2\n', 'sentinelctl.yaml:2'],
    ['an invalid value', 'cluster: a\nport:\n', 'sentinelctl.yaml:2'],
    ['a nested value', 'port: { a: { b: 1 } }\n', 'sentinelctl.yaml:1'],
    ['binary', '\0\x01\x02', 'sentinelctl.yaml:1'],
  ])('%s is a usage error with file and line', async (_what, text, where) => {
    const { cwd, env } = await places(text);
    await expect(loadFiles(cwd, env)).rejects.toMatchObject({
      exitCode: 64,
      code: 'settings-file',
      message: expect.stringContaining(where),
    });
  });

  it('an empty file sets nothing', async () => {
    const { cwd, env } = await places('# nothing yet\n');
    expect((await loadFiles(cwd, env))[0]?.entries.size).toBe(0);
  });

  it('a directory in the place of the file is a usage error', async () => {
    const { cwd, env } = await places();
    await mkdir(join(cwd, 'sentinelctl.yaml'));
    await expect(loadFiles(cwd, env)).rejects.toMatchObject({ exitCode: 64 });
  });
});
