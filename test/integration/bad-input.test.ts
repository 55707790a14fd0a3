import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Cli, openCli, runInside } from '../helpers/cli.js';
import { leftBehind, type Refusal, refusal } from '../helpers/refusal.js';
import { tempDir } from '../helpers/temp-dir.js';

let cli: Cli;
beforeAll(async () => {
  cli = await openCli();
});
afterAll(() => cli?.close());

/** Usage errors: nothing was even tried. */
const usage = (code: string, says: string | RegExp): Refusal => ({ exit: 64, code, says });
const badValue = (says: string | RegExp): Refusal => usage('bad-value', says);

const LONG = 'a'.repeat(300);
const CASES: [words: string[], expected: Refusal][] = [
  [['statsu'], usage('unknown-command', 'did you mean status?')],
  [['frobnicate'], usage('unknown-command', 'sentinelctl --help # lists the commands')],
  [['__proto__'], usage('unknown-command', '"__proto__"')],
  [['\u001b[31mred'], usage('unknown-command', '"\\u001b[31mred"')],
  [['up', '--qourum', '2'], usage('unknown-option', 'did you mean --quorum?')],
  [['--josn', 'status'], usage('unknown-option', 'did you mean --json?')],
  [['status', '--zzz'], usage('unknown-option', 'sentinelctl status --help')],
  [['up', '--replicas'], usage('bad-option', 'argument missing')],
  [['status', '--yes=maybe'], usage('bad-option', 'takes no value')],
  [['status', 'redis-1'], usage('too-many-arguments', 'status takes no argument')],
  [['kill'], usage('missing-argument', 'kill needs NODE')],
  [['attach'], usage('missing-argument', 'sentinelctl attach NAME --sentinel-addrs HOST:PORT')],
  [['detach'], usage('missing-argument', 'sentinelctl list')],
  [['completion', 'tcsh'], badValue('one of bash, zsh, fish')],

  [['up', '--replicas', '-1'], badValue('0 to 9')],
  [['up', '--replicas', '10'], badValue('0 to 9')],
  [['up', '--replicas', '1.5'], badValue('a whole number')],
  [['up', '--replicas', '1e1'], badValue('a whole number')],
  [['up', '--sentinels', '0'], badValue('1 to 9')],
  [['up', '--sentinels', 'three'], badValue('a whole number')],
  [['up', '--quorum', '0'], badValue('1 to 9')],
  [['up', '--quorum', '4'], usage('bad-spec', 'can never be reached by 3 sentinels')],
  [
    ['up', '--sentinels', '1', '--quorum', '2'],
    usage('bad-spec', 'sentinelctl up --sentinels 1 --quorum 1 # a majority of 1'),
  ],
  [['up', '--parallel-syncs', ''], badValue('is empty')],
  [['logs', '--tail', 'all'], badValue('a whole number')],

  [['up', '--down-after', 'soon'], badValue('a duration')],
  [['up', '--down-after', '-5s'], badValue('a duration')],
  [['up', '--down-after', '5 parsecs'], badValue('a duration')],
  [['up', '--down-after', '0'], badValue('the minimum is 1ms')],
  [['up', '--down-after', '9'.repeat(400)], badValue('a duration')],
  [['status', '--timeout', '0s'], badValue('the minimum is 1ms')],
  [['failover-test', '--budget', 'fast'], badValue('a duration')],

  [['up', '--port', '0'], badValue('1 to 65535')],
  [['up', '--port', '65536'], badValue('1 to 65535')],
  [['up', '--port', 'redis'], badValue('or auto')],
  [['up', '--sentinel-port', '99999999999'], badValue('1 to 65535')],
  [['up', '--driver', 'process', '--port', '65534'], usage('bad-port', 'leaves no room')],
  [
    ['up', '--driver', 'process', '--port', '8600', '--sentinel-port', '8602'],
    usage('bad-port', 'port 8602 would be used twice'),
  ],
  [['status', '--sentinel-addrs', '127.0.0.1:0'], badValue('"127.0.0.1:0" is not host:port')],
  [['status', '--sentinel-addrs', '127.0.0.1:65536'], badValue('"127.0.0.1:65536" is not host:port')],
  [['status', '--sentinel-addrs', 'host:redis'], badValue('"host:redis" is not host:port')],
  [['status', '--sentinel-addrs', ','], badValue('contains no address')],

  ...['a/b', '../up', '/etc', 'a b', '', '.', 'Ä', '🐙', 'a\nb', '-x', LONG].map(
    (name): [string[], Refusal] => [['up', `--cluster=${name}`], badValue('is not a valid cluster name')],
  ),
  ...['a b', 'a/b', '', '🐙', LONG].map((name): [string[], Refusal] => [
    ['up', `--master-name=${name}`],
    badValue('is not a valid master name'),
  ]),
  [['up', '--driver', 'podman'], badValue('one of process, docker')],
  [['up', '--persistence', 'some'], badValue('one of procedure, all, none')],
  [['up', '--redis-conf', 'maxmemory'], badValue('not KEY=VALUE')],
  [['up', '--redis-conf', 'a=1\nrequirepass x'], badValue('not KEY=VALUE')],
  [
    ['up', '--redis-conf', 'PORT=1'],
    usage('bad-spec', 'leave it out; --port sets it: sentinelctl up --help'),
  ],
  [['status', '--output', 'xml'], badValue('one of table, json, yaml, tsv')],
  [['completion', 'bash', '--output', 'tsv'], usage('no-rows', 'no rows')],
  [['up', '--password-file', '/nonexistent/secret'], usage('password-file', 'file not found')],
  [['up', '--password-file', '/'], usage('password-file', 'it is a directory')],
  [['up', '--password-file', '-'], usage('password-file', 'it is empty')],
  [['down', '--all', '--cluster', 'one'], usage('all-or-one', '--all cannot be combined with --cluster')],
  [
    ['down', '--all', '--sentinel-addrs', 'h:1'],
    usage('all-or-one', '--all cannot be combined with --sentinel-addrs'),
  ],
  [['up', '--sentinel-addrs', 'h:1'], usage('not-for-up', 'sentinelctl status --sentinel-addrs h:1')],
  [['down', '--sentinel-addrs', 'h:1'], { exit: 3, code: 'attached', says: 'did not create h:1' }],
  [['status', '--cluster', 'one', '--sentinel-addrs', 'h:1'], usage('contradiction', 'cannot be combined')],

  [
    ['status', '--cluster', 'nope'],
    { exit: 3, code: 'cluster-unknown', says: 'sentinelctl up --cluster nope' },
  ],
  [
    ['down', '--cluster', 'nope'],
    { exit: 3, code: 'cluster-unknown', says: /try: sentinelctl list$|"hint":"sentinelctl list"/m },
  ],
  [['kill', 'redis-1'], { exit: 3, code: 'cluster-unknown', says: 'cluster "default" does not exist' }],
  [['failover-test'], { exit: 3, code: 'cluster-unknown', says: 'cluster "default" does not exist' }],
];
// `--json` and another `--output` cannot be combined, so these are only said to a person.
const PLAIN_ONLY = new Set(['xml', 'tsv']);
/** That the process around main() changes nothing is looked at with these. */
const SPAWNED = [
  ['frobnicate'],
  ['up', '--qourum', '2', '--json'],
  ['up', '--quorum', '4'],
  ['completion', 'bash', '--output', 'tsv'],
  ['down', '--sentinel-addrs', 'h:1', '--json'],
  ['kill', 'redis-1'],
];

describe('words that are wrong', () => {
  it.each(CASES)('%j', async (words, expected) => {
    if (words.some((word) => PLAIN_ONLY.has(word))) {
      const ran = await runInside(cli.home, words);
      expect(ran).toMatchObject({ code: expected.exit, stdout: '' });
      expect(ran.stderr).toMatch(expected.says ?? '');
      // Standard input is the process's own, whatever main() is given.
    } else await refusal(cli, words, expected, words.includes('-') ? { via: [] } : undefined);
  });

  it.each(SPAWNED)('%j: a process of its own says the same', async (...words) => {
    const { stdout, stderr, code } = await runInside(cli.home, words);
    expect(await cli.run(words, { via: [] })).toMatchObject({ stdout, stderr, code });
  });

  it('are errors, and help is not', async () => {
    for (const words of [['--help'], ['up', '--help'], ['help', 'up'], ['-h', 'nonsense', '--help=']]) {
      const ran = await runInside(cli.home, words);
      expect([words, ran.code]).toEqual([words, words[1] === 'nonsense' ? 64 : 0]);
    }
  });

  it('come from the environment and the project file too, and are named by where they stand', async () => {
    const env = { SENTINELCTL_REPLICAS: 'many' };
    await refusal(cli, ['up'], badValue('SENTINELCTL_REPLICAS'), { env });
    await refusal(cli, ['status'], badValue('REDIS_SENTINEL_ADDRS'), {
      env: { REDIS_SENTINEL_ADDRS: 'a:b' },
    });
    // The application's side is what is judged there: what can't be read is a finding of its own.
    const judged = await runInside(cli.home, ['doctor', '--app', '--json'], {
      env: { REDIS_SENTINEL_ADDRS: 'a:b', REDIS_MASTER_NAME: 'orders' },
    });
    expect(judged.code, judged.stderr).toBe(1);
    expect(judged.json().findings).toMatchObject([{ id: 'app-addrs-bad', severity: 'critical' }]);
    const cwd = await tempDir();
    const project = join(cwd, 'sentinelctl.yaml');
    await writeFile(project, 'replicsa: 3\n');
    const meant: Refusal = { exit: 64, code: 'settings-file', says: 'did you mean "replicas"?' };
    await refusal(cli, ['up'], meant, { cwd });
    await writeFile(project, 'replicas: [\n');
    await refusal(cli, ['up'], { exit: 64, code: 'settings-file', says: `${project}:` }, { cwd });
  });

  it('leave nothing running and nothing on the disk', async () => {
    expect(await leftBehind(cli.home)).toEqual([]);
  });
});
