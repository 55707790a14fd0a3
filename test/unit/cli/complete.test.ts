import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commands as shipped } from '../../../commands/index.js';
import { argument } from '../../../src/cli/argument.js';
import { defineCommand } from '../../../src/cli/command.js';
import { complete } from '../../../src/cli/complete.js';
import { knownClusters } from '../../../src/cli/known.js';
import { option } from '../../../src/cli/option.js';
import type { Registry } from '../../../src/cli/registry.js';
import { tempDir } from '../../helpers/temp-dir.js';

const act = defineCommand({
  examples: [],
  arguments: [argument.rest('NODE', { summary: '', complete: 'node' })],
  options: {
    signal: option.choice('--signal <name>', ['KILL', 'TERM'], { summary: 'which' }),
    set: option.words('--set <pair>', { summary: 'repeatable', example: 'a' }),
    only: option.words('--only <ids>', {
      summary: 'a list',
      example: 'a',
      complete: async () => ['ab', 'ac'],
    }),
    follow: option.flag('-f, --follow', { summary: 'keep printing' }),
    watch: option.duration('--watch [interval]', { summary: 'repeat', alone: 2000 }),
  },
  run: async () => undefined,
  render: () => '',
});
const commands: Registry = {
  act: { summary: 'act on a node', group: 'Inspect', load: async () => ({ default: act }) },
  attach: { summary: 'x', group: 'Inspect', load: () => Promise.reject(new Error('loaded for nothing')) },
  __hidden: { summary: 'x', group: 'Inspect', hidden: true, load: () => Promise.reject(new Error('loaded')) },
};

async function home(): Promise<string> {
  const dir = await tempDir();
  for (const [name, nodes] of [
    ['default', ['redis-1', 'sentinel-1']],
    ['other', ['redis-1', 'redis-9']],
  ] as const) {
    await mkdir(join(dir, 'clusters', name), { recursive: true });
    const plan = { driver: 'process', spec: { masterName: `m-${name}` }, nodes: nodes.map((id) => ({ id })) };
    await writeFile(join(dir, 'clusters', name, 'cluster.json'), JSON.stringify({ plan }));
  }
  await mkdir(join(dir, 'clusters', 'damaged'));
  await writeFile(join(dir, 'clusters', 'damaged', 'cluster.json'), '{ "plan": ');
  await mkdir(join(dir, 'clusters', 'empty'));
  return dir;
}

async function values(...words: string[]): Promise<string[]> {
  const env = { SENTINELCTL_HOME: await home() };
  return (await complete(words, { commands, env, cluster: 'default', fileClusters: [] })).map((c) => c.value);
}

describe('complete', () => {
  it.each([
    ['commands, hidden ones left out', [''], ['act', 'attach']],
    ['commands that begin so', ['at'], ['attach']],
    ['commands after global options', ['--cluster', 'other', 'ac'], ['act']],
    ['commands after help', ['help', 'ac'], ['act']],
    ['nothing after a word that is not a command', ['nonsense', ''], []],
    ['one of a list', ['act', '--only', 'a'], ['ab', 'ac']],
    ['what a list does not have yet', ['act', '--only', 'ab,'], ['ab,ac']],
    ['the same behind =', ['act', '--only=ac,a'], ['--only=ac,ab']],
    ['an option after one whose value may be left out', ['act', '--watch', '--foll'], ['--follow']],
    ['what comes after that', ['act', '--watch', '--follow', 'sen'], ['sentinel-1']],
    ['live nodes', ['act', ''], ['master', 'redis-1', 'sentinel-1']],
    ['nodes that were not named yet', ['act', 'redis-1', ''], ['master', 'sentinel-1']],
    ['nodes of the cluster that is named', ['act', '--cluster', 'other', 'redis'], ['redis-1', 'redis-9']],
    [
      'nodes of the cluster that is named with =',
      ['--cluster=other', 'act', 'redis'],
      ['redis-1', 'redis-9'],
    ],
    ['no node of an unknown cluster', ['--cluster', 'nope', 'act', ''], []],
    ['options', ['act', '--si'], ['--signal']],
    [
      'no option twice, unless it may be repeated',
      ['act', '--set', 'a', '--signal', 'KILL', '--s'],
      ['--set', '--sentinel-addrs', '--sentinel-password-file', '--sentinel-username', '--server-name'],
    ],
    ['choices', ['act', '--signal', ''], ['KILL', 'TERM']],
    ['choices with =', ['act', '--signal=T'], ['--signal=TERM']],
    ['choices as bash breaks the words', ['act', '--signal', '=', 'T'], ['TERM']],
    ['choices as bash breaks the words, before any letter', ['act', '--signal', '='], ['KILL', 'TERM']],
    ['clusters, damaged ones left out', ['--cluster', ''], ['default', 'other']],
    ['master names', ['--master-name', ''], ['m-default']],
    ['files', ['--password-file', 'x'], [':files']],
    ['no options after --', ['act', '--', '-'], []],
    ['nothing for a free text', ['act', '--set', ''], []],
  ])('%s: %j', async (_what, words, expected) => expect(await values(...words)).toEqual(expected));

  it.each([
    ['nodes that are gone', ['doctor', '--gone', ''], ['redis-1', 'sentinel-1']],
    ['a list of them', ['doctor', '--gone', 'redis-1,s'], ['redis-1,sentinel-1']],
    ['servers of a kind', ['call', '--on', 'master,re'], ['master,replicas', 'master,redis-1']],
    ['attached clusters alone', ['detach', ''], ['theirs']],
    ['replicas', ['inject', 'replica-kill', ''], ['redis-1']],
    ['sentinels', ['inject', 'sentinel-down', ''], ['sentinel-1']],
    ['data nodes', ['inject', 'freeze', ''], ['master', 'redis-1']],
    ['no target of a fault that takes none', ['inject', 'role-lie', ''], []],
    ['any node where targets are more than nodes', ['inject', 'partition', 's'], ['sentinel-1']],
  ])('of the real commands: %s', async (_what, words, expected) => {
    const dir = await home();
    await mkdir(join(dir, 'clusters', 'theirs'));
    const record = { masterName: 'm', servers: [{ id: 'redis-7' }] };
    await writeFile(join(dir, 'clusters', 'theirs', 'attached.json'), JSON.stringify(record));
    const place = { commands: shipped, env: { SENTINELCTL_HOME: dir }, cluster: 'default', fileClusters: [] };
    expect((await complete(words, place)).map(({ value }) => value)).toEqual(expected);
  });

  it('without any cluster nothing is live', async () => {
    expect(await knownClusters('/nonexistent', [])).toEqual([]);
  });
});
