// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is a variable in a file
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { diagnoseFiles } from '../../../../src/checks/diagnose.js';
import { readProject } from '../../../../src/checks/gather/project/read-project.js';
import { CHECKS } from '../../../../src/checks/index.js';
import { redisConf, sentinelConf, withReplicaOf } from '../../../../src/model/conf.js';
import type { ClusterPlan, NodePlan } from '../../../../src/model/plan.js';
import { DEFAULT_SPEC } from '../../../../src/model/spec.js';
import { NO_SECRETS } from '../../../../src/model/users.js';
import { COMPOSE, S1 } from '../../../helpers/file-cases/case.js';
import { CASES } from '../../../helpers/file-cases/index.js';
import {
  allFindings,
  diagnosed,
  type Files,
  SOUND,
  writeLine,
  written,
} from '../../../helpers/project-files.js';
import { tempDir } from '../../../helpers/temp-dir.js';

const JUDGING_FILES = CHECKS.filter((check) => check.files !== undefined);
/** Checks of manifests, containers, systemd units, certificates, machines and users: their cases are in the corpus. */
const OF_PODS = [
  'init-stops',
  'sentinels-colocated',
  'sentinel-acl-short',
  'own-name-unready',
  'service-links',
  'key-twice',
  'first-pod-master',
  'parallel-start',
  'sentinel-state-lost',
  'liveness-kills',
  'disruption-budget',
  'pods-together',
  'network-policy',
  'ready-early',
  'pause-too-long',
  'probe-password',
  'probe-unauthorized',
  'unit-type',
  'not-started',
  'oom',
  'dir-unwritable',
  'restart-rewinds',
  'tls-expiring',
];

it('finds nothing wrong with sound files', async () => {
  const dir = await tempDir();
  await written(dir, SOUND);
  const result = await diagnosed(dir);
  expect(result.findings).toEqual([]);
  expect(result.verdict.word).toBe('HEALTHY');
  // Those of containers are judged by these too.
  const others = OF_PODS.filter((id) => id !== 'unit-type' && id !== 'not-started');
  const absent = ['acl-channel', 'acl-short', 'acl-syntax', 'image-variable', ...others];
  expect(result.skipped.map((s) => s.id).sort()).toEqual(absent.sort());
  expect(result.skipped.every((s) => s.applies === false)).toBe(true);
  expect(result.checked).toBe(JUDGING_FILES.length - absent.length);
});

it('counts only checks that had something of their kind to judge', async () => {
  const dir = await tempDir();
  await writeFile(join(dir, 'redis.conf'), 'port 6379\n');
  const { checked, skipped, verdict } = await diagnosed(dir, ['redis.conf']);
  expect(verdict).toMatchObject({ word: 'HEALTHY', text: `${checked} checks passed` });
  const idle = skipped.filter((s) => s.applies === false).map((s) => s.id);
  // About sentinels, compose files, users, and what several data nodes have in common.
  for (const id of ['conf-shared', 'conf-filemount', 'conf-unwritable', 'acl-syntax', 'version-skew'])
    expect(idle).toContain(id);
});

it('finds nothing wrong with what sentinelctl generates itself, whatever the password', async () => {
  const dir = await tempDir();
  const secrets = { ...NO_SECRETS, password: 'a"b c\\ é' };
  const node = (kind: 'redis' | 'sentinel', i: number): NodePlan => {
    const address = { host: '127.0.0.1', port: (kind === 'redis' ? 6379 : 26379) + i };
    return { id: `${kind}-${i + 1}`, kind, announce: address, endpoint: address, persistent: i > 0 };
  };
  const redis = [0, 1, 2].map((i) => node('redis', i));
  const sentinels = [0, 1, 2].map((i) => ({ ...node('sentinel', i), sentinelId: String(i).repeat(40) }));
  const plan: ClusterPlan = { spec: DEFAULT_SPEC, driver: 'process', nodes: [...redis, ...sentinels] };
  const place = { dir, bind: '127.0.0.1', logfile: null, pidfile: null };
  const master = { host: '127.0.0.1', port: 6379 };
  const files = Object.fromEntries([
    ...redis.map((n, i) => [
      `${n.id}.conf`,
      withReplicaOf(redisConf(plan, n, place, secrets), i === 0 ? null : master),
    ]),
    ...sentinels.map((n) => [`${n.id}.conf`, sentinelConf(plan, n, place, secrets, master)]),
  ]);
  await written(dir, files);
  const { verdict, findings, skipped } = await diagnosed(dir, Object.keys(files));
  expect(verdict.word).toBe('HEALTHY');
  // The master without persistence and min-replicas 0 are choices, and are told as such.
  expect(findings.map((f) => [f.id, f.severity])).toEqual([
    ['min-replicas', 'info'],
    ['persistence-skew', 'info'],
  ]);
  expect(skipped.map((s) => s.id)).toContain('restart-wipe');
});

describe('one thing wrong', () => {
  it.each(CASES.map((c, i) => [`${c.id} (${i})`, c] as const))(
    '%s is named with its line',
    async (_name, c) => {
      const dir = await tempDir();
      await written(dir, c.files);
      const all = allFindings(await diagnosed(dir));
      const own = all.filter((f) => f.id === c.id);
      // Nothing else is said but what follows from it.
      expect([...new Set(all.map((f) => f.id))].filter((id) => id !== c.id).sort()).toEqual(c.also ?? []);
      const [first] = own;
      expect({
        severity: first?.severity,
        subject: first?.subject,
        at: first?.at && `${first.at.file.replace(`${dir}/`, '')}:${first.at.line}`,
      }).toEqual({
        severity: c.severity,
        subject: first?.subject === `${dir}/${c.subject}` ? `${dir}/${c.subject}` : c.subject,
        at: c.at,
      });
      expect(first?.fix.length).toBeGreaterThan(0);
      expect([first?.message, ...(first?.fix ?? [])].join()).not.toContain('s3cret');
      if (c.write === undefined || c.write.into.length === 0) return;
      for (const file of c.write.into)
        for (const line of first?.fix ?? []) await writeLine(join(dir, file), line);
      const after = allFindings(await diagnosed(dir)).filter((f) => f.id === c.id);
      expect([after, await readFile(join(dir, c.write.into[0] ?? ''), 'utf8')]).toEqual([
        [],
        expect.anything(),
      ]);
    },
  );

  it.each([
    [2, 'sentinels-few', 'critical'],
    [4, 'sentinels-even', 'warning'],
  ])('%i sentinels are named: %s', async (count, id, severity) => {
    const dir = await tempDir();
    const files = Array.from({ length: count }, (_, i) => `s${i + 1}.conf`);
    const quorum = Math.floor(count / 2) + 1;
    const text = (SOUND[S1] ?? '')
      .replace('6379 2', `6379 ${quorum}`)
      .replace(/sentinel announce-ip.*\n/, '');
    await written(dir, Object.fromEntries(files.map((file) => [file, text])));
    const result = await diagnosed(dir, files);
    expect(result.findings.map((f) => [f.id, f.severity, f.subject])).toEqual([[id, severity, 'mymaster']]);
  });

  it('scripts that a sentinel could not start are named, and not those that it could', async () => {
    const dir = await tempDir();
    const good = join(dir, 'good.sh');
    const plain = join(dir, 'plain.sh');
    await writeFile(good, '#!/bin/sh\n', { mode: 0o755 });
    await writeFile(plain, '#!/bin/sh\n', { mode: 0o644 });
    const named = (script: string): Files => ({
      's.conf': `${SOUND[S1]}sentinel notification-script mymaster ${script}\n`,
    });
    const found = async (script: string) => {
      await written(dir, named(script));
      return (await diagnosed(dir, ['s.conf'])).findings.filter((f) => f.id === 'script-bad');
    };
    expect(await found(good)).toEqual([]);
    const [missing] = await found(join(dir, 'nothing.sh'));
    expect(missing).toMatchObject({ message: expect.stringContaining('is missing'), at: { line: 9 } });
    const [mode] = await found(plain);
    expect(mode?.fix).toEqual([`chmod +x ${plain}`]);
    await writeFile(good, '#!/bin/sh\r\n');
    const [crlf] = await found(good);
    expect(crlf?.message).toContain('begins with a line that ends in CRLF');
    expect(crlf?.fix).toEqual([`sed -i 's/\\r$//' ${good}`]);
    await chmod(plain, 0o755);
    expect(await found(plain)).toEqual([]);
    // Only a shell script is given the line of a shell.
    const python = join(dir, 'notify.py');
    await writeFile(python, 'print("x")\n', { mode: 0o755 });
    expect((await found(python))[0]?.fix).toEqual([`sed -i '1i #!/usr/bin/env python3' ${python}`]);
    await writeFile(plain, Buffer.from([0xca, 0xfe, 0, 0, 0x0a]));
    const [binary] = await found(plain);
    expect(binary?.message).toContain('neither a script nor a program');
    expect(binary?.fix).toEqual([`file ${plain}`]);
  });

  it('a script that this machine does not show is not judged', async () => {
    const dir = await tempDir();
    const script = join(dir, 'notify.sh');
    await writeFile(script, '#!/no/such/shell\n', { mode: 0o755 });
    await written(dir, { 's.conf': `${SOUND[S1]}sentinel notification-script mymaster ${script}\n` });
    const why = async (config: string) => {
      const project = await readProject({ configs: [config], compose: null, env: {}, nowMs: 0 });
      return diagnoseFiles(project, CHECKS).skipped.find((s) => s.id === 'script-bad');
    };
    const file = join(dir, 's.conf');
    expect(await why(file)).toMatchObject({ why: expect.stringContaining('does not exist here') });
    expect(await why(`web9=${file}`)).toMatchObject({ why: expect.stringContaining('is on web9') });
  });

  it('two volumes of one directory of a file server are one', async () => {
    const dir = await tempDir();
    const at = (path: string): string =>
      `{driver_opts: {type: nfs, o: "addr=10.0.0.9,rw", device: ":${path}"}}`;
    const compose = `services:
  a: {image: redis:7.2, command: redis-server --appendonly yes, volumes: ["one:/data"]}
  b: {image: redis:7.2, command: redis-server --appendonly yes --replicaof a 6379, volumes: ["two:/data"]}
volumes:
`;
    const found = async (second: string) => {
      await written(dir, { [COMPOSE]: `${compose}  one: ${at('/redis')}\n  two: ${at(second)}\n` });
      return allFindings(await diagnosed(dir)).filter((f) => f.id === 'data-shared');
    };
    expect(await found('/redis')).toMatchObject([{ subject: 'a, b' }]);
    expect(await found('/other')).toEqual([]);
  });

  it('is tried for every check', () => {
    const elsewhere = ['conf-unused', 'sentinels-few', 'sentinels-even', 'script-bad', ...OF_PODS];
    expect(
      JUDGING_FILES.map((check) => check.id).filter(
        (id) => !elsewhere.includes(id) && !CASES.some((c) => c.id === id),
      ),
    ).toEqual([]);
  });
});
