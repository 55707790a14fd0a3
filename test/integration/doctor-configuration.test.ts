import { chmod, chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../src/clock.js';
import type { Address } from '../../src/model/address.js';
import type { Severity, StatusResult } from '../../src/model/status.js';
import { until } from '../../src/until.js';
import { runInside } from '../helpers/cli.js';
import { attachedPatient, ctl, flat, ownPatient, type Patient, shell, upIn } from '../helpers/doctor.js';
import { type Lab, openLab } from '../helpers/plants/lab.js';
import { QUIET_MS } from '../helpers/quiet.js';
import { type RawCluster, startRawCluster } from '../helpers/redis.js';
import { redisCli } from '../helpers/redis-cli.js';

const LONG_MS = 600_000;
const PORT = 7600;
const at = (port: number, host = '127.0.0.1'): Address => ({ host, port });
const id = (port: number): string => `127.0.0.1:${port}`;
const cli = (port: number, words: string): Promise<string> => redisCli(port, words);

describe('settings at run time, of one cluster after the other', () => {
  let raw: RawCluster;
  let patient: Patient;
  let lab: Lab;
  const [one, two, three] = [PORT + 50, PORT + 51, PORT + 52];
  const all = `${id(one)}, ${id(two)}, ${id(three)}`;
  beforeAll(async () => {
    raw = await startRawCluster({ port: PORT, downAfterMs: QUIET_MS });
    lab = await openLab();
    patient = attachedPatient([at(one), at(two), at(three)]);
  }, LONG_MS);
  afterAll(async () => {
    await lab?.stop();
    await raw?.stop();
  });

  /** Found as planted, cured by exactly what is printed. */
  async function foundAndCured(check: string, subject: string, severity: Severity): Promise<string> {
    const finding = await patient.finds(check, subject, severity);
    await lab.apply(finding);
    await patient.isCured(check, subject);
    return finding.message;
  }
  const everywhere = async (words: string): Promise<void> => {
    for (const port of [one, two, three]) await cli(port, `SENTINEL SET mymaster ${words}`);
  };

  it('a healthy cluster has nothing of the kind', async () => {
    const groups = ['configuration', 'authentication'];
    const { CHECKS } = await import('../../src/checks/index.js');
    const ours = new Set(CHECKS.filter((c) => groups.includes(c.group)).map((c) => c.id));
    let skipped: unknown[] = [];
    // A busy machine may be late with an answer, and what it did not give is skipped: one look must have them all.
    await until(
      async () => {
        const result = await patient.doctor();
        expect(flat(result.findings).filter((f) => ours.has(f.id) && f.severity !== 'info')).toEqual([]);
        skipped = result.skipped.filter((s) => ours.has(s.id));
        return skipped.length === 0 ? true : undefined;
      },
      { clock: systemClock, everyMs: 100, deadlineMs: 60_000 },
    );
    expect(skipped).toEqual([]);
  });

  it.each<[check: string, words: string, severity: Severity, says: string]>([
    ['quorum-gt-n', 'quorum 4', 'critical', 'quorum 4, but there are only 3 sentinels'],
    ['quorum-lt-majority', 'quorum 1', 'warning', 'quorum 1 of 3 sentinels; the majority is 2'],
    ['down-low', 'down-after-milliseconds 800', 'warning', 'down-after-milliseconds 800'],
    ['down-high', 'down-after-milliseconds 30000', 'info', 'down-after-milliseconds 30000'],
    ['failover-timeout', 'failover-timeout 180000', 'info', 'retried only after 6 min 0 s'],
    ['failover-timeout', 'failover-timeout 2000', 'warning', 'is aborted before its promotion is confirmed'],
    ['parallel-syncs', 'parallel-syncs 2', 'warning', 'parallel-syncs 2 with 2 replicas'],
  ])('%s: %s', async (check, words, severity, says) => {
    await everywhere(words);
    expect(await foundAndCured(check, `mymaster at ${all}`, severity)).toContain(says);
  });

  it('settings-skew: a SET that one sentinel alone has heard', async () => {
    await cli(two, 'SENTINEL SET mymaster failover-timeout 20000');
    const finding = await patient.finds('settings-skew', `mymaster at ${id(two)}`, 'warning');
    expect(finding.repairs).toEqual([
      {
        kind: 'sentinel-set',
        sentinel: id(two),
        masterName: 'mymaster',
        name: 'failover-timeout',
        value: '60000',
        was: '20000',
      },
    ]);
    expect(finding.message).toContain(`20000 at ${id(two)}`);
    await lab.apply(finding);
    await patient.isCured('settings-skew', finding.subject);
  });

  it('debug-tuned: inner timing that no file knows', async () => {
    await cli(three, 'SENTINEL DEBUG ping-period 500 tilt-trigger 3000');
    const says = await foundAndCured('debug-tuned', id(three), 'warning');
    expect(says).toBe('ping-period is 500, not 1000, tilt-trigger is 3000, not 2000');
  });

  it('simfail-armed: a sentinel that will crash', async () => {
    await cli(one, 'SENTINEL SIMULATE-FAILURE crash-after-promotion');
    expect(await foundAndCured('simfail-armed', id(one), 'critical')).toContain('2: crash-after-promotion');
  });

  it('overlap: the same master under a second name', async () => {
    await cli(two, `SENTINEL MONITOR other 127.0.0.1 ${PORT} 2`);
    const says = await foundAndCured('overlap', id(PORT), 'critical');
    expect(says).toContain('is master of mymaster and master of other; it belongs to mymaster');
    expect(await cli(two, 'SENTINEL MASTERS')).not.toContain('other\n');
  });

  it('name-mismatch: one sentinel has misspelled the name', async () => {
    await cli(three, 'SENTINEL REMOVE mymaster');
    await cli(three, `SENTINEL MONITOR mymastr 127.0.0.1 ${PORT} 2`);
    const says = await foundAndCured('name-mismatch', id(three), 'critical');
    expect(says).toBe(`monitors ${id(PORT)} as mymastr, where ${id(one)} and ${id(two)} say mymaster`);
    await patient.isCured('settings-skew', `mymaster at ${id(three)}`);
  });

  it('not-monitored: one sentinel monitors nothing', async () => {
    await cli(three, 'SENTINEL REMOVE mymaster');
    expect(await foundAndCured('not-monitored', id(three), 'warning')).toContain('does not monitor mymaster');
  });

  it('host names: one that is not resolved, and one among addresses', async () => {
    await cli(three, 'SENTINEL CONFIG SET resolve-hostnames yes');
    await cli(three, 'SENTINEL CONFIG SET announce-hostnames yes');
    await cli(three, 'SENTINEL REMOVE mymaster');
    await cli(three, `SENTINEL MONITOR mymaster localhost ${PORT} 2`);
    await cli(three, 'SENTINEL SET mymaster failover-timeout 60000 down-after-milliseconds 5000');
    // Its file has the name now, and a restart would find that it may not look it up.
    await cli(three, 'SENTINEL CONFIG SET resolve-hostnames no');
    expect(await foundAndCured('hostname-noresolve', id(three), 'critical')).toContain('cannot start again');
    const says = await foundAndCured('hostname-mixed', `mymaster at ${id(three)}`, 'warning');
    expect(says).toMatch(/names \(localhost\) and addresses \(127\.0\.0\.1\)/);
  });
});

describe('files, and who has them', () => {
  let lab: Lab;
  const BASE = PORT + 100;
  beforeAll(async () => {
    lab = await openLab();
    await lab.serve('master.conf', { port: BASE }, []);
  }, LONG_MS);
  afterAll(() => lab?.stop());

  const monitor = (name: string): string[] => [
    `sentinel monitor ${name} 127.0.0.1 ${BASE} 2`,
    `sentinel down-after-milliseconds ${name} 1500`,
    `sentinel failover-timeout ${name} 10000`,
  ];

  it(
    'conf-shared: three sentinels with one file',
    async () => {
      const ports = [BASE + 1, BASE + 2, BASE + 3];
      const file = await lab.serve('shared.conf', { port: BASE + 1, sentinel: true }, monitor('shared'));
      for (const port of ports.slice(1)) {
        await lab.start(file, { port, sentinel: true, options: ['--port', String(port)] });
      }
      const patient = attachedPatient(ports.map((p) => at(p)));
      const subject = ports.map(id).join(', ');
      // What follows from it is told under it, once the sentinels have heard of each other.
      const finding = await patient.finds('conf-shared', subject, 'critical', ({ consequences }) =>
        ['myid-dup', 'no-quorum'].every((id) => consequences.some((f) => f.id === id)),
      );
      expect(finding.message).toContain(`3 sentinels share one configuration file: ${file}`);
      await lab.apply(finding);
      await patient.isCured('conf-shared', subject);
      await patient.isCured('no-quorum', 'shared');
    },
    LONG_MS,
  );

  it(
    'myid-dup: an id that was copied with a file',
    async () => {
      const myid = 'a'.repeat(40);
      const ports = [BASE + 11, BASE + 12];
      for (const port of ports) {
        const lines = [...monitor('copied'), `sentinel myid ${myid}`];
        await lab.serve(`copied-${port}.conf`, { port, sentinel: true }, lines);
      }
      const patient = attachedPatient(ports.map((p) => at(p)));
      const finding = await patient.finds('myid-dup', ports.map(id).join(', '), 'critical');
      expect(finding.message).toContain(myid);
      await lab.apply(finding);
      await patient.isCured('myid-dup', finding.subject);
      await patient.isCured('no-quorum', 'copied');

      // Two sentinels are a fault of their own; a third one, as printed, fixes that, and a fourth is one too many.
      const few = await patient.finds('sentinels-few', 'copied', 'critical');
      expect(few.message).toContain('2 sentinels for copied');
      await further(few.fix, BASE + 13);
      await patient.isCured('sentinels-few', 'copied');
      await further(few.fix, BASE + 14);
      const even = await patient.finds('sentinels-even', 'copied', 'warning');
      expect(even.message).toContain('3 are needed to elect a leader, the same as of 5');
      await further(even.fix, BASE + 15);
      await patient.isCured('sentinels-even', 'copied');
    },
    LONG_MS,
  );

  it(
    'myid-dup: seen from a third sentinel alone, which lists only one of the two',
    async () => {
      const myid = 'b'.repeat(40);
      const [one, two, third] = [BASE + 16, BASE + 17, BASE + 18];
      for (const port of [one, two, third]) {
        const lines = [...monitor('twins'), ...(port === third ? [] : [`sentinel myid ${myid}`])];
        await lab.serve(`twins-${port}.conf`, { port, sentinel: true }, lines);
      }
      const patient = attachedPatient([at(third)]);
      const finding = await patient.finds('myid-dup', `${id(one)}, ${id(two)}`, 'critical');
      expect(finding.message).toContain(myid);
      const { findings } = await patient.doctor();
      expect(findings.map((f) => f.id)).not.toContain('sentinels-few');
      const status = await runInside(lab.dir, ['status', '--json', '--sentinel-addrs', id(third)]);
      const { problems, sentinels } = status.json() as StatusResult;
      expect(sentinels.map(({ port }) => port)).toEqual([third, one, two]);
      expect(problems[0]).toMatchObject({ id: 'myid-dup', subjects: [id(one), id(two)] });
      expect(problems.map((p) => p.id)).not.toContain('sentinels-few');
    },
    LONG_MS,
  );

  /** The printed file of a further sentinel; the port alone is another, since it shares this machine. */
  async function further(fix: string[], port: number): Promise<void> {
    expect(fix.at(-1)).toBe('redis-server sentinel.conf --sentinel');
    const lines = fix.filter((line) => /^(port|sentinel) /.test(line));
    const file = await lab.write(`further-${port}.conf`, [
      ...lines.map((line) => line.replace(/^port .*/, `port ${port}`)),
      'bind 127.0.0.1',
      `dir ${lab.dir}`,
    ]);
    await lab.start(file, { port, sentinel: true });
  }

  it('conf-unwritable: a directory that is not its own', async () => {
    const port = BASE + 21;
    const nobody = 65_534;
    const home = join(lab.dir, 'unwritable');
    await shell(`mkdir ${home}`);
    const file = await lab.write('unwritable/sentinel.conf', [
      `port ${port}`,
      'bind 127.0.0.1',
      `dir ${home}`,
      ...monitor('unwritable'),
    ]);
    await chown(file, nobody, nobody);
    const via = ['setpriv', `--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups'];
    await lab.start(file, { port, sentinel: true, via });
    const patient = attachedPatient([at(port)]);
    const finding = await patient.finds('conf-unwritable', id(port), 'critical');
    expect(finding.message).toContain(file);
    await lab.apply(finding);
    await patient.isCured('conf-unwritable', id(port));
  });

  it('conf-unwritable: a disk that is full', async () => {
    const port = BASE + 22;
    const home = join(lab.dir, 'full');
    await shell(`mkdir ${home} && mount -t tmpfs -o size=64k tmpfs ${home}`);
    onTestFinished(() => shell(`umount -l ${home}`).then(() => {}));
    const file = await lab.write('full/sentinel.conf', [
      `port ${port}`,
      'bind 127.0.0.1',
      `dir ${home}`,
      ...monitor('full'),
    ]);
    await lab.start(file, { port, sentinel: true });
    await shell(`cat /dev/zero > ${home}/fill 2> /dev/null || true`);
    await expect(cli(port, 'SENTINEL FLUSHCONFIG')).rejects.toThrow('Failed to save config file');
    const patient = attachedPatient([at(port)]);
    const finding = await patient.finds('conf-unwritable', id(port), 'critical');
    expect(finding.message).toBe(`the disk under ${file} is full`);
    await shell(`rm ${home}/fill`);
    await lab.apply(finding);
    await patient.isCured('conf-unwritable', id(port));
  });

  it('conf-filemount: a file that is mounted as a single file', async () => {
    const port = BASE + 31;
    const file = await lab.write('mounted.conf', [
      `port ${port}`,
      'bind 127.0.0.1',
      `dir ${lab.dir}`,
      ...monitor('mounted'),
    ]);
    await shell(`mount --bind ${file} ${file}`);
    onTestFinished(() => shell(`umount ${file} 2>/dev/null || true`).then(() => {}));
    await lab.start(file, { port, sentinel: true });
    const patient = attachedPatient([at(port)]);
    const finding = await patient.finds('conf-filemount', id(port), 'critical');
    expect(finding.message).toBe(`${file} is mounted as a single file`);
    // Sentinel itself says what that means.
    await expect(cli(port, 'SENTINEL FLUSHCONFIG')).rejects.toThrow('Failed to save config file');
    await lab.apply(finding);
    await patient.isCured('conf-filemount', id(port));
    expect(await cli(port, 'SENTINEL FLUSHCONFIG')).toBe('OK\n');
  });

  it('script-bad: a script that may not be run, and one that is gone', async () => {
    const port = BASE + 41;
    const script = join(lab.dir, 'notify.sh');
    await writeFile(script, '#!/bin/sh\n', { mode: 0o755 });
    const lines = [...monitor('scripted'), `sentinel notification-script scripted ${script}`];
    await lab.serve('scripted.conf', { port, sentinel: true }, lines);
    const patient = attachedPatient([at(port)]);
    await patient.isCured('script-bad', id(port));
    await chmod(script, 0o644);
    const closed = await patient.finds('script-bad', id(port), 'warning');
    expect(closed.message).toBe(`${script} is not executable`);
    await lab.apply(closed);
    await patient.isCured('script-bad', id(port));
    const written: [string, string][] = [
      [
        '#!/bin/sh\r\ntrue\r\n',
        'begins with a line that ends in CRLF: no interpreter has that name, and each call fails',
      ],
      ['true\n', 'does not begin with #!: Sentinel starts it without a shell, and each call fails'],
    ];
    for (const [text, words] of written) {
      await writeFile(script, text);
      const unread = await patient.finds('script-bad', id(port), 'warning');
      expect(unread.message).toBe(`${script} ${words}`);
      await lab.apply(unread);
      await patient.isCured('script-bad', id(port));
    }
    await writeFile(script, '#!/no/such/sh\n');
    const without = await patient.finds('script-bad', id(port), 'warning');
    expect(without.message).toBe(
      `${script} names an interpreter in its first line that does not exist: each call fails`,
    );
    await rm(script);
    const gone = await patient.finds('script-bad', id(port), 'warning');
    expect(gone.message).toBe(`${script} is missing`);
    await lab.apply(gone);
    await patient.isCured('script-bad', id(port));
  });
});

describe('in a cluster that sentinelctl created', () => {
  let home: string;
  let lab: Lab;
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'sentinelctl-test-'));
    lab = await openLab();
    await upIn(home);
  }, LONG_MS);
  afterAll(async () => {
    await ctl(home, ['down']);
    await lab?.stop();
    await rm(home, { recursive: true, force: true });
  }, LONG_MS);

  it('hostname-noresolve: a sentinel that does not start', async () => {
    const patient = await ownPatient(home, 'default');
    await ctl(home, ['stop', 'sentinel-2']);
    const { sentinels } = await patient.look();
    const conf = sentinels.find((s) => s.id === 'sentinel-2')?.conf;
    const file = conf?.ok ? conf.value.file : '';
    await shell(
      `sed -i 's/^sentinel monitor mymaster 127.0.0.1/sentinel monitor mymaster localhost/' ${file}`,
    );
    await expect(ctl(home, ['start', 'sentinel-2'])).rejects.toThrow("Can't resolve instance hostname");
    const finding = await patient.finds('hostname-noresolve', 'sentinel-2', 'critical');
    expect(finding.message).toBe('monitors localhost with resolve-hostnames no; it does not run');
    await lab.apply(finding, {}, home);
    await patient.isCured('hostname-noresolve', 'sentinel-2');
    expect((await patient.look()).sentinels.map((s) => s.silence)).toEqual([null, null, null]);
  });
});
