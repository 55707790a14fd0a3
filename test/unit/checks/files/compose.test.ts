// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is compose's own notation
import { describe, expect, it } from 'vitest';
import { interpolate, parseDotenv } from '../../../../src/checks/files/compose/interpolate.js';
import { type Launch, launchesOf } from '../../../../src/checks/files/compose/launch.js';
import { type Service, servicesOf } from '../../../../src/checks/files/compose/service.js';
import { shellWords } from '../../../../src/checks/files/compose/words.js';
import { machine } from '../../../../src/checks/files/shell/machine.js';
import { yamlTree } from '../../../../src/checks/gather/project/yaml-tree.js';
import { BadYaml } from '../../../../src/yaml.js';

const services = async (text: string): Promise<Service[]> => servicesOf(await yamlTree(text, (s) => s));
const only = async (body: string): Promise<Service> => {
  const [service] = await services(`services:\n  a:\n${body.replace(/^/gm, '    ')}`);
  if (service === undefined) throw new Error('no service');
  return service;
};

const launchesIn = async (body: string): Promise<Launch[]> => {
  const nothing = { why: 'it is inside the image' };
  const launched = await launchesOf(
    await only(body),
    machine(new Map(), 'c.yml', async () => nothing),
  );
  return 'launches' in launched ? launched.launches : [];
};

describe('the environment in a compose file', () => {
  const env: Record<string, string> = { X: 'x', EMPTY: '' };
  const missing: string[] = [];
  const put = (text: string): string =>
    interpolate(
      text,
      (name) => env[name],
      (name) => {
        missing.push(name);
        return '';
      },
    );

  it.each([
    ['$X-${X}', 'x-x'],
    ['${EMPTY:-y} ${EMPTY-y}', 'y '],
    ['${NO:-y} ${NO-y} ${NO:-${X}/z}', 'y y x/z'],
    ['${X:+set}${NO+set}', 'set'],
    ['$$X costs $5', '$X costs $5'],
    ['${X?must} ${broken', 'x ${broken'],
  ])('%s', (text, result) => expect(put(text)).toBe(result));

  it('is empty where it is missing, and says so', () => {
    missing.length = 0;
    expect(put('a${NO}b$NADA${NIX:?why}')).toBe('ab');
    expect(missing).toEqual(['NO', 'NADA', 'NIX']);
  });

  it('is read from .env', () => {
    expect([...parseDotenv('# no\nA=1 # one\nexport B="two words"\n\nC=\'#3\'\nbad line\n')]).toEqual([
      ['A', '1'],
      ['B', 'two words'],
      ['C', '#3'],
    ]);
  });
});

describe('words of a shell', () => {
  it('split at blanks outside of quotes', () => {
    expect(shellWords(`redis-server --save "" 'a b' c\\ d "\\$e"`)).toEqual([
      'redis-server',
      '--save',
      '',
      'a b',
      'c d',
      '$e',
    ]);
  });
});

describe('a service', () => {
  it('is read in its short forms, with lines', async () => {
    const service = await only(
      'image: redis:7\ncommand: redis-server /etc/redis.conf --port 7000\nrestart: "on-failure:3"\nstop_grace_period: 1m30s\nvolumes:\n  - ./r.conf:/etc/redis.conf:ro\n  - data:/data\n  - /var/lib/x\nports:\n  - "127.0.0.1:7000:6379/tcp"\n  - 6380\nnetworks: [net]\nenvironment:\n  - A=b=c\n  - D',
    );
    expect(service).toMatchObject({
      name: 'a',
      line: 2,
      command: { words: ['redis-server', '/etc/redis.conf', '--port', '7000'], line: 4 },
      restart: { policy: 'on-failure', line: 5 },
      stopGrace: { ms: 90_000 },
      mounts: [
        { kind: 'bind', source: './r.conf', target: '/etc/redis.conf', readOnly: true, line: 8 },
        { kind: 'volume', source: 'data', target: '/data' },
        { kind: 'volume', source: null, target: '/var/lib/x' },
      ],
      ports: [
        { host: 7000, container: 6379 },
        { host: null, container: 6380 },
      ],
      networks: [{ name: 'net', address: null }],
    });
    expect([...service.environment]).toEqual([
      ['A', { value: 'b=c', line: 16 }],
      ['D', { value: null, line: 17 }],
    ]);
  });

  it('is read in its long forms', async () => {
    const service = await only(
      'command: ["redis-server", "--save", ""]\nvolumes:\n  - type: bind\n    source: ./d\n    target: /d\n    read_only: true\nports:\n  - target: 6379\n    published: "40000"\nnetworks:\n  net:\n    ipv4_address: 172.28.0.10\n    aliases: [m]\ndeploy:\n  replicas: 3\n  restart_policy:\n    condition: any\nenvironment:\n  A: 1',
    );
    expect(service).toMatchObject({
      command: { words: ['redis-server', '--save', ''] },
      mounts: [{ kind: 'bind', source: './d', target: '/d', readOnly: true }],
      ports: [{ host: 40000, container: 6379 }],
      networks: [{ name: 'net', address: '172.28.0.10', aliases: ['m'] }],
      copies: 3,
      restart: { policy: 'always' },
    });
    expect(service.environment.get('A')?.value).toBe('1');
  });

  it('takes over what anchors and merge keys bring, its own standing over it', async () => {
    const [a, b] = await services(
      'x-base: &base\n  image: redis:7\n  restart: always\nservices:\n  a:\n    <<: *base\n  b:\n    <<: [*base, {command: redis-server}]\n    restart: "no"\n',
    );
    expect(a).toMatchObject({ image: 'redis:7', restart: { policy: 'always', line: 3 } });
    expect(b).toMatchObject({ restart: { policy: 'no', line: 9 }, command: { words: ['redis-server'] } });
  });

  it.each([
    ['services: [', 1],
    ['a: &a [*a]\n', 1],
  ])('that is not YAML, or has no end, is refused: %j', async (text, line) => {
    const error = await yamlTree(text, (s) => s).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(BadYaml);
    expect((error as BadYaml).place.line).toBeGreaterThanOrEqual(line);
  });

  it('that is an alias of aliases does not fill the memory', async () => {
    const bomb = Array.from(
      { length: 12 },
      (_, i) =>
        `a${i}: &a${i} [${Array(10)
          .fill(i === 0 ? 'x' : `*a${i - 1}`)
          .join(', ')}]`,
    );
    await expect(yamlTree(bomb.join('\n'), (s) => s)).rejects.toBeInstanceOf(BadYaml);
  });
});

describe('what a service starts', () => {
  it.each([
    ['image: redis:7', { kind: 'redis', confPath: null, options: [] }],
    [
      'image: valkey/valkey:8\ncommand: --appendonly yes',
      { kind: 'redis', options: ['--appendonly', 'yes'] },
    ],
    ['image: redis\ncommand: /c/redis.conf', { kind: 'redis', confPath: '/c/redis.conf' }],
    ['command: redis-sentinel /s.conf', { kind: 'sentinel', confPath: '/s.conf' }],
    ['command: redis-server /s.conf --sentinel', { kind: 'sentinel', confPath: '/s.conf', options: [] }],
    ['entrypoint: [redis-server]\ncommand: [--port, "1"]', { kind: 'redis', options: ['--port', '1'] }],
    [
      'command: sh -c "cp /t/s.conf /data/ && exec redis-sentinel /data/s.conf"',
      { kind: 'sentinel', confPath: '/data/s.conf' },
    ],
    [
      `command: ["sh", "-c", "echo 'port 1' > /r.conf; redis-server /r.conf"]`,
      { kind: 'redis', confPath: '/r.conf' },
    ],
  ])('%s', async (body, launch) => expect(await launchesIn(body)).toMatchObject([launch]));

  it.each(['image: nginx', 'image: redis\ncommand: sh -c "sleep 1"', 'image: bitnami/redis-sentinel'])(
    'is not a server: %s',
    async (body) => expect(await launchesIn(body)).toEqual([]),
  );
});
