// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is compose's own notation
import { execFileSync } from 'node:child_process';
import { cp, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { diagnoseFiles, doctorExitCode } from '../../../src/checks/diagnose.js';
import type { Project } from '../../../src/checks/files/project.js';
import { monitorsOf, persists, settingOf } from '../../../src/checks/files/settings.js';
import { type AskedFiles, readProject } from '../../../src/checks/gather/project/read-project.js';
import { CHECKS } from '../../../src/checks/index.js';
import { OperatorError } from '../../../src/errors.js';
import { allFindings, type Files, writeLine, written } from '../../helpers/project-files.js';
import { tempDir } from '../../helpers/temp-dir.js';

const PROCEDURE = fileURLToPath(new URL('../../fixtures/procedure/', import.meta.url));

async function read(files: Files, asked: Partial<AskedFiles> & { dir?: string } = {}): Promise<Project> {
  const dir = asked.dir ?? (await tempDir());
  await written(dir, files);
  return readProject({
    configs: (asked.configs ?? []).map((file) => join(dir, file)),
    compose: asked.compose === null ? null : join(dir, 'docker-compose.yml'),
    kube: (asked.kube ?? []).map((file) => join(dir, file)),
    env: asked.env ?? {},
    nowMs: 0,
  });
}

const SENTINEL = 'sentinel monitor mymaster 10.0.0.1 6379 2\n';
const one = (body: string): string => `services:\n  s:\n    image: redis:7\n${body.replace(/^/gm, '    ')}\n`;

describe('the written procedure', () => {
  const procedure = (): Promise<Project> =>
    readProject({ configs: [], compose: join(PROCEDURE, 'docker-compose.yml'), env: {}, nowMs: 0 });

  it('has three things wrong, and nothing else that matters', async () => {
    const { verdict, findings } = diagnoseFiles(await procedure(), CHECKS, { severity: 'warning' });
    expect(verdict.word).toBe('AT RISK');
    expect(findings.map((f) => [f.id, ...f.consequences.map((c) => c.id)])).toEqual([
      ['conf-shared', 'conf-filemount'],
      ['hostname-noresolve'],
      ['restart-wipe'],
    ]);
    const sentinels = 'redis-sentinel-1, redis-sentinel-2, redis-sentinel-3';
    expect(findings.map((f) => [f.subject, f.at?.file.replace(PROCEDURE, ''), f.at?.line])).toEqual([
      [sentinels, 'docker-compose.yml', 48],
      [sentinels, 'redis-sentinel.conf', 2],
      ['redis-master', 'docker-compose.yml', 8],
    ]);
  });

  it('has nothing critical left once what is printed was done', async () => {
    const dir = await tempDir();
    await cp(PROCEDURE, dir, { recursive: true });
    const file = join(dir, 'docker-compose.yml');
    const look = async () => {
      const result = diagnoseFiles(
        await readProject({ configs: [], compose: file, env: {}, nowMs: 0 }),
        CHECKS,
      );
      return result.findings.filter((f) => f.severity === 'critical');
    };
    const inService = async (name: string, from: RegExp, to: string): Promise<void> => {
      const text = await readFile(file, 'utf8');
      const start = text.indexOf(`  ${name}:\n`);
      const end = text.slice(start).search(/\n\n/) + start;
      const changed = text.slice(start, end).replace(from, to);
      expect(changed).not.toBe(text.slice(start, end));
      await writeFile(file, text.slice(0, start) + changed + text.slice(end));
    };
    const [shared, , wipe] = await look();
    for (const line of shared?.fix ?? []) {
      const mount = /^([\w-]+): (volumes: .*)$/.exec(line);
      if (mount === null) execFileSync('sh', ['-c', line]);
      else await inService(mount[1] ?? '', /volumes:\n\s+- .*/, mount[2] ?? '');
    }
    const policy = /^([\w-]+): (restart: .*)$/.exec(wipe?.fix[0] ?? '');
    await inService(policy?.[1] ?? '', /restart: .*/, policy?.[2] ?? '');
    // Now there is a file of its own for each, and in each of them the same is to be written.
    const left = await look();
    expect(left.map((f) => [f.id, f.places?.length])).toEqual([['hostname-noresolve', 3]]);
    for (const { places = [], fix } of left)
      for (const { file } of places)
        for (const line of fix.filter((l) => l.startsWith('sentinel '))) await writeLine(file, line);
    for (const line of left[0]?.fix ?? []) {
      const [, node = '', option = ''] = /^([\w-]+): (replica-announce-ip .*)$/.exec(line) ?? [];
      if (node !== '') await inService(node, /command: .*/, `$& --${option}`);
    }
    expect(await look()).toEqual([]);
    // One thing that is followed does not bring up the next.
    const after = diagnoseFiles(await readProject({ configs: [], compose: file, env: {}, nowMs: 0 }), CHECKS);
    const about = allFindings(after).filter((f) => /^(dynamic-ip|hostname-(noresolve|mixed))$/.test(f.id));
    expect(about).toEqual([]);
  });

  it('has the trade-offs of its own values as information', async () => {
    const all = allFindings(diagnoseFiles(await procedure(), CHECKS));
    expect(all.filter((f) => f.severity === 'info').map((f) => f.id)).toEqual([
      'persistence-skew',
      'stop-grace',
      'min-replicas',
    ]);
  });

  it('is read whole: nothing is left out', async () => {
    const project = await procedure();
    expect(project.unread).toEqual([]);
    expect(project.servers.map((s) => [s.kind, persists(s)])).toEqual([
      ['redis', false],
      ['redis', true],
      ['redis', true],
      ...Array(3).fill(['sentinel', true]),
    ]);
  });
});

describe('configuration files', () => {
  it('are distinguished by their content', async () => {
    const { servers } = await read(
      { 'a.conf': 'port 1\n', 'b.conf': SENTINEL },
      { compose: null, configs: ['a.conf', 'b.conf'] },
    );
    expect(servers.map((s) => s.kind)).toEqual(['redis', 'sentinel']);
  });

  it('that include others have their lines where the include stands, each with its own place', async () => {
    const dir = await tempDir();
    const files = {
      'a.conf': 'port 1\ninclude more/*.conf\nport 9\n',
      'more/1.conf': 'port 2\nhz 20\n',
      'more/2.conf': 'hz 30\n',
    };
    const { servers, unread } = await read(files, { dir, compose: null, configs: ['a.conf'] });
    expect(unread).toEqual([]);
    expect(servers[0]?.directives.map((d) => [d.file.replace(`${dir}/`, ''), d.line, d.args[0]])).toEqual([
      ['a.conf', 1, '1'],
      ['more/1.conf', 1, '2'],
      ['more/1.conf', 2, '20'],
      ['more/2.conf', 1, '30'],
      ['a.conf', 3, '9'],
    ]);
  });

  it('are not healthy where a part of them could not be read', async () => {
    const asked = { compose: null, configs: ['a.conf'] };
    const verdictOf = async (files: Files) => {
      const result = diagnoseFiles(await read(files, asked), CHECKS);
      return [result.verdict.word, doctorExitCode(result)];
    };
    expect(await verdictOf({ 'a.conf': 'port 1\n' })).toEqual(['HEALTHY', 0]);
    expect(await verdictOf({ 'a.conf': 'port 1\ninclude gone.conf\n' })).toEqual(['UNKNOWN', 2]);
  });

  it('that include what is missing, or each other, are read as far as it goes, and said so', async () => {
    const files = { 'a.conf': 'include gone.conf\ninclude b.conf\nport 1\n', 'b.conf': 'include a.conf\n' };
    const { servers, unread } = await read(files, { compose: null, configs: ['a.conf'] });
    expect(unread.join('\n')).toMatch(/gone\.conf.*file not found/);
    expect(unread.join('\n')).toMatch(/circle/);
    expect(servers[0] && settingOf(servers[0], 'port')).toBe('1');
    expect(servers[0]?.seen).toBe(false);
  });

  it('of one sentinel that is given twice, under another name too, is one file that is shared', async () => {
    const dir = await tempDir();
    await written(dir, { 'a.conf': SENTINEL });
    await symlink(join(dir, 'a.conf'), join(dir, 'b.conf'));
    const project = await read({}, { dir, compose: null, configs: ['a.conf', 'b.conf'] });
    const found = allFindings(diagnoseFiles(project, CHECKS)).find((f) => f.id === 'conf-shared');
    expect(found?.subject).toBe(`${dir}/a.conf, ${dir}/b.conf`);
  });

  it('with nothing in it is not judged', async () => {
    const project = await read({ 'a.conf': '# nothing\n' }, { compose: null, configs: ['a.conf'] });
    const result = diagnoseFiles(project, CHECKS);
    expect(result.skipped).toContainEqual({ id: 'files', why: expect.stringContaining('no directive') });
    expect(result.findings).toEqual([]);
  });

  it.each([
    ['config-file', { compose: null, configs: ['none.conf'] }],
    ['compose-file', {}],
  ])('that cannot be read are refused: %s', async (code, asked) => {
    const error = await read({}, asked).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(OperatorError);
    expect(error).toMatchObject({
      code,
      exitCode: 64,
      why: 'file not found',
      hint: expect.any(String),
    });
  });

  it.each([
    ['that are not there', undefined, 'file not found'],
    ['without an object', 'a: b\n', 'it has no object'],
    [
      'that are templates',
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Release.Name }}}\n',
      'helm template',
    ],
    [
      'that are not YAML',
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a\n',
      'Flow map in block collection',
    ],
  ])('of Kubernetes %s are refused', async (_, text, why) => {
    const asked = { compose: null, kube: ['m.yaml'] };
    await expect(read(text === undefined ? {} : { 'm.yaml': text }, asked)).rejects.toMatchObject({
      code: 'kube-file',
      exitCode: 64,
      why: expect.stringContaining(why),
    });
  });

  it('of compose with a key twice are refused, with the key and both lines', async () => {
    const text = 'services:\n  a:\n    image: redis\n    restart: always\n    image: redis:7\n';
    await expect(read({ 'docker-compose.yml': text })).rejects.toMatchObject({
      code: 'compose-file',
      message: expect.stringContaining('docker-compose.yml:5'),
      why: 'the key "image" is in line 3 already',
    });
  });

  it('of one machine are told apart from a path with = in it', async () => {
    const dir = await tempDir();
    await written(dir, { 'a=b.conf': SENTINEL, 'c.conf': SENTINEL });
    const configs = [`${dir}/a=b.conf`, `web1=${dir}/c.conf`];
    const project = await readProject({ configs, compose: null, env: {}, nowMs: 0 });
    expect(project.servers.map((s) => [s.id, s.host?.name])).toEqual([
      [`${dir}/a=b.conf`, undefined],
      [`web1:${dir}/c.conf`, 'web1'],
    ]);
  });

  it('that are a compose file are refused with what to type instead', async () => {
    const asked = { compose: null, configs: ['c.yml'] };
    await expect(read({ 'c.yml': one('command: redis-server') }, asked)).rejects.toMatchObject({
      code: 'config-file',
      exitCode: 64,
      hint: expect.stringMatching(/--compose .*c\.yml$/),
    });
  });

  it('that are a directory are refused with the files in it', async () => {
    const dir = await tempDir();
    for (const name of ['sentinel.conf', 'redis.conf', 'notes.txt'])
      await writeFile(join(dir, name), 'port 1');
    await expect(readProject({ configs: [dir], compose: null, env: {}, nowMs: 0 })).rejects.toMatchObject({
      code: 'config-file',
      hint: `sentinelctl doctor --config ${dir}/redis.conf ${dir}/sentinel.conf`,
    });
  });

  it.each(['services: [', 'a: b', '- x'])('of compose that are none are refused: %s', async (text) => {
    await expect(read({ 'docker-compose.yml': text })).rejects.toMatchObject({
      code: 'compose-file',
      exitCode: 64,
    });
  });
});

describe('what a compose file mounts', () => {
  it('is the same file when it is given by itself as well', async () => {
    const files = {
      'docker-compose.yml': one('command: redis-sentinel /c/s.conf\nvolumes: ["./d:/c"]'),
      'd/s.conf': SENTINEL,
    };
    const { servers } = await read(files, { configs: ['d/s.conf'] });
    expect(servers.map((s) => s.id)).toEqual(['s']);
    expect(servers[0]?.conf).toMatchObject({ inside: '/c/s.conf', mount: { kind: 'directory' } });
  });

  it('takes its values from the environment, else from .env', async () => {
    const files = {
      'docker-compose.yml': one(
        'command: redis-server --port ${PORT} --hz ${HZ} --dir ${DIR:-/d} --save "${SAVE}"',
      ),
      '.env': 'PORT=7\nHZ=8\n',
    };
    const { servers, unread } = await read(files, { env: { PORT: '9' } });
    const [server] = servers;
    if (server === undefined) throw new Error('no server');
    expect(['port', 'hz', 'dir', 'save'].map((name) => settingOf(server, name))).toEqual([
      '9',
      '8',
      '/d',
      '${SAVE}',
    ]);
    expect(unread).toEqual(['${SAVE} is not set here: what it stands for is not judged']);
  });

  it('is not judged where a shell puts the value in', async () => {
    const critical = async (command: string): Promise<string[]> => {
      const project = await read({ 'docker-compose.yml': one(`command: ${command}`) });
      return allFindings(diagnoseFiles(project, CHECKS, { only: ['conf-syntax'] })).map((f) => f.message);
    };
    expect(await critical('sh -c "exec redis-server --port $$PORT --hz 10 2>&1"')).toEqual([]);
    expect(await critical('sh -c "exec redis-server --port PORT"')).toEqual([
      '"port" takes a whole number from 0 to 65535, not "PORT"',
    ]);
  });

  it('may be in the compose file itself, with the lines there', async () => {
    const files = {
      'docker-compose.yml': `${one('command: redis-sentinel /s.conf\nconfigs:\n  - source: c\n    target: /s.conf')}configs:\n  c:\n    content: |\n      port 1\n      ${SENTINEL}`,
    };
    const { servers } = await read(files);
    expect(servers[0]?.directives.map((d) => [d.name, d.line])).toEqual([
      ['port', 11],
      ['sentinel', 12],
    ]);
    expect(servers[0]?.conf?.mount?.kind).toBe('file');
  });

  it('is used by one service only once a script has copied it', async () => {
    const files = {
      'docker-compose.yml': `x-s: &s\n  image: redis:7\n  command: sh -c "cp /t/s.conf /data/s.conf && exec redis-sentinel /data/s.conf"\n  volumes: ["./s.conf:/t/s.conf:ro"]\nservices:\n  a:\n    <<: *s\n  b:\n    <<: *s\n  c:\n    <<: *s\n    deploy: {replicas: 2}\n`,
      's.conf': SENTINEL,
    };
    const project = await read(files);
    expect(project.servers.map((s) => s.directives.length)).toEqual([1, 1, 1]);
    const ids = allFindings(diagnoseFiles(project, CHECKS)).map((f) => f.id);
    expect(ids.filter((id) => id.startsWith('conf-'))).toEqual([]);
  });

  it.each([
    ['volumes: ["data:/c"]', /volume data/],
    ['tty: true', /inside the image/],
    ['volumes: ["./gone:/c"]', /gone\/s\.conf.*file not found/],
  ])('and cannot be read is said, and nothing is concluded from it: %s', async (body, why) => {
    const project = await read({
      'docker-compose.yml': one(`command: redis-server /c/s.conf\nrestart: always\n${body}`),
    });
    expect(project.unread.join('\n')).toMatch(why);
    expect(project.servers[0]?.seen).toBe(false);
    const { findings, checked, verdict } = diagnoseFiles(project, CHECKS);
    expect(findings).toEqual([]);
    expect(checked).toBeLessThan(10);
    expect(verdict.word).not.toBe('AT RISK');
  });

  it('counts copies of one service: they share its file', async () => {
    const files = {
      'docker-compose.yml': one(
        'command: redis-sentinel /c/s.conf\nvolumes: ["./d:/c"]\ndeploy: {replicas: 3}',
      ),
      'd/s.conf': SENTINEL,
    };
    const found = allFindings(diagnoseFiles(await read(files), CHECKS)).map((f) => f.id);
    expect(found).toContain('conf-shared');
    expect(found).not.toContain('sentinels-few');
  });

  it('of an image that is configured by variables is what they say, and their defaults', async () => {
    const { servers, unread } = await read({
      'docker-compose.yml':
        'services:\n  s:\n    image: bitnami/redis-sentinel:7\n    env_file: s.env\n    environment: [REDIS_MASTER_HOST=db]\n',
      's.env': 'REDIS_MASTER_SET=orders\nREDIS_SENTINEL_QUORUM=3\n',
    });
    expect(unread).toEqual([]);
    expect(servers.flatMap(monitorsOf)).toMatchObject([
      { name: 'orders', host: 'db', port: 6379, quorum: 3 },
    ]);
  });

  it('of an image that is not known is left out, and said so', async () => {
    const { servers, unread } = await read({
      'docker-compose.yml': 'services:\n  s:\n    image: example/redis-ha:7\n  web:\n    image: nginx\n',
    });
    expect(servers).toEqual([]);
    expect(unread).toEqual([expect.stringMatching(/^s: .*example\/redis-ha:7.*not known/)]);
  });

  it('is unknown where no service is a Redis', async () => {
    const project = await read({ 'docker-compose.yml': 'services:\n  web:\n    image: nginx\n' });
    const { verdict } = diagnoseFiles(project, CHECKS);
    expect([verdict.word, verdict.text]).toEqual(['UNKNOWN', expect.stringContaining('no service in it')]);
  });
});
