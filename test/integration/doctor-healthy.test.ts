import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Cli, openCli, type Ran } from '../helpers/cli.js';
import { expectHealthy } from '../helpers/doctor-healthy.js';
import { failoverTest } from '../helpers/main-road.js';

const SECRET = 'correct-horse%battery~staple';

let cli: Cli;
let file: string;
beforeAll(async () => {
  cli = await openCli();
  file = join(cli.home, 'secret');
  await writeFile(file, `${SECRET}\n`, { mode: 0o600 });
});
afterAll(() => cli?.close());

describe.each([
  ['without a password', 'open', []],
  ['with a password', 'locked', ['--password-file', 'secret']],
])('a cluster as up makes it, %s', (_name, cluster, more) => {
  // A server of a busy machine answers late, and is healthy.
  const doctor = (...words: string[]): Promise<Ran> =>
    cli.run(['doctor', '--cluster', cluster, '--timeout', '60s', ...words]);

  it('has nothing critical and no warning: right after up, and after a failover', async () => {
    const up = await cli.run([
      'up',
      '--cluster',
      cluster,
      '--driver',
      'process',
      '--port',
      'auto',
      '--sentinel-port',
      'auto',
      ...more.map((word) => (word === 'secret' ? file : word)),
    ]);
    expect(up.code, up.stderr).toBe(0);
    expectHealthy(await doctor('--json'));
    await failoverTest(cli, '--cluster', cluster, '--clients', '0', '--rejoin', 'guarded');
    const after = await doctor('--json', '--watch-for', '3s');
    expectHealthy(after);
    expect(after.stdout).not.toContain(SECRET);
    expect(JSON.stringify(after.json())).not.toContain('battery');
    expect(JSON.stringify(after.json().skipped)).not.toContain('--watch-for');
  });

  it('says so in each format', async () => {
    const text = await doctor();
    expect(text.stdout).toMatch(/^HEALTHY {2}mymaster → redis-\d 127\.0\.0\.1:\d+, \d+ checks passed/);
    expect((await doctor('--markdown')).stdout).toMatch(
      /^## HEALTHY: mymaster → redis-\d 127\.0\.0\.1:\d+, \d+ checks passed/,
    );
    expect((await doctor('--output', 'tsv')).stdout.split('\n')[0]).toBe(
      'id\tseverity\tsubject\tmessage\tfix\tat\tcause',
    );
    expect((await doctor('--output', 'yaml', '--severity', 'warning')).stdout).toContain('findings: []');
  });
});

describe('what is asked for', () => {
  it('a check that there is not is a usage error, with the one that was meant', async () => {
    const ran = await cli.run(['doctor', '--cluster', 'open', '--only', 'no-quorm', '--json']);
    expect(ran.code).toBe(64);
    expect(ran.json().error).toMatchObject({ code: 'check-unknown', why: 'did you mean no-quorum?' });
    expect((await cli.run(['explain', 'split-brian'])).code).toBe(64);
  });

  it('a risk that is accepted is said with its reason, until it is taken back', async () => {
    const doctor = (...words: string[]): Promise<Ran> => cli.run(['doctor', '--cluster', 'open', ...words]);
    const note = (await doctor('--json')).json().findings[0].id;
    const reason = ['--because', 'one host is enough here'];
    const kept = await doctor('--accept', note, ...reason, '--until', '2999-12-31');
    expect(kept.stdout.replace(/\s+/g, ' ')).toContain(
      `1 accepted: ${note}, because one host is enough here, until 2999-12-31`,
    );
    const later = (await doctor('--json')).json();
    expect(later.accepted).toMatchObject([{ id: note, state: 'muted', until: '2999-12-31' }]);
    expect(later.findings.map(({ id }: { id: string }) => id)).not.toContain(note);
    const state = (await cli.run(['status', '--cluster', 'open', '--json'])).json();
    expect(state.verdict.word).toBe(later.verdict.word);
    expect((await doctor('--accepted')).stdout).toContain('1 accepted\n');
    expect((await doctor('--unaccept', note, '--json')).json().accepted).toEqual([]);

    const refusals: [words: string[], code: string][] = [
      [['--accept', 'restart-wip', ...reason], 'check-unknown'],
      [['--accept', note], 'no-reason'],
      [['--because', 'x'], 'no-accept'],
      [['--accept', note, ...reason, '--until', '2020-01-01'], 'already-over'],
      [['--accept', note, ...reason, '--until', '2027-02-30'], 'bad-value'],
      [['--unaccept', note], 'not-accepted'],
    ];
    for (const [words, code] of refusals) {
      const ran = await doctor(...words, '--json');
      expect([ran.code, ran.json().error.code], words.join(' ')).toEqual([64, code]);
    }
  });

  it('only what is named is judged', async () => {
    const ran = await cli.run(['doctor', '--cluster', 'open', '--only', 'no-quorum,split-brain', '--json']);
    expect(ran.json()).toMatchObject({ checked: 2, findings: [], skipped: [] });
  });

  it('a node that is down is named, with what to type; typed, it is gone', async () => {
    const at = ['--cluster', 'open'];
    expect((await cli.run(['kill', 'sentinel-3', ...at])).code).toBe(0);
    const ran = await cli.run(['doctor', '--json', ...at]);
    expect(ran.code).toBe(1);
    const [finding] = ran.json().findings;
    expect(finding).toMatchObject({ id: 'sentinel-unreachable', severity: 'warning', subject: 'sentinel-3' });
    expect(finding.fix).toEqual(['sentinelctl start sentinel-3 --cluster open']);
    expect((await cli.run(finding.fix[0].split(' ').slice(1))).code).toBe(0);
    const after = await cli.run(['doctor', '--json', '--only', 'sentinel-unreachable', ...at]);
    expect(after.json().findings).toEqual([]);
  });

  it('where nothing answers it is 5, and where nothing can be judged 2', async () => {
    const silent = await cli.run(['doctor', '--json', '--sentinel-addrs', '127.0.0.1:1']);
    expect(silent.code).toBe(5);
    expect(silent.json().verdict.word).not.toBe('HEALTHY');
    const blind = await cli.run(['doctor', '--json', '--cluster', 'open', '--only', 'conf-syntax']);
    expect(blind.code).toBe(2);
    expect(blind.json()).toMatchObject({ checked: 0, verdict: { word: 'UNKNOWN' } });
  });
});
