import { execFile, spawnSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { until } from '../../src/until.js';
import { type Cli, openCli } from '../helpers/cli.js';
import { hasEngine, hasImage } from '../helpers/docker.js';

const IMAGE = 'sentinelctl-test/redis:8';
const PROJECT = `composed-${process.pid}`;
/** Published: the servers announce names that only their own network knows. */
const PORTS = { primary: 17_379, secondary: 17_380, 'guard-1': 27_379, 'guard-2': 27_380, 'guard-3': 27_381 };
const SENTINEL = `127.0.0.1:${PORTS['guard-1']}`;
const LONG_MS = 600_000;

const answers = (program: string, ...words: string[]): boolean =>
  spawnSync(program, words, { stdio: 'ignore' }).status === 0;
/** As a plugin of docker, or the program of its own that it was before. */
const COMPOSE = answers('docker', 'compose', 'version')
  ? ['docker', 'compose']
  : answers('docker-compose', 'version')
    ? ['docker-compose']
    : null;

const data = (name: 'primary' | 'secondary', more = ''): string => `
  ${name}:
    image: ${IMAGE}
    command: redis-server --protected-mode no --replica-announce-ip ${name} --repl-diskless-sync-delay 0 ${more}
    ports: ["127.0.0.1:${PORTS[name]}:6379"]`;
const guard = (name: 'guard-1' | 'guard-2' | 'guard-3'): string => `
  ${name}:
    image: ${IMAGE}
    user: "0:0"
    command: redis-server /conf/sentinel.conf --sentinel
    volumes: ["./${name}:/conf"]
    ports: ["127.0.0.1:${PORTS[name]}:26379"]
    depends_on: [primary, secondary]`;
const GUARDS = ['guard-1', 'guard-2', 'guard-3'] as const;
const COMPOSE_FILE = `version: "3"
services:${data('primary')}${data('secondary', '--replicaof primary 6379')}${GUARDS.map(guard).join('')}
`;
const confOf = (name: string): string =>
  [
    ...['port 26379', 'protected-mode no', 'dir /tmp'],
    ...['sentinel resolve-hostnames yes', 'sentinel announce-hostnames yes', `sentinel announce-ip ${name}`],
    ...['sentinel monitor app primary 6379 2', 'sentinel down-after-milliseconds app 60000', ''],
  ].join('\n');

/** Why it cannot be tried here; undefined where it can. */
const missing = [
  ...(hasEngine ? [] : ['no Docker Engine answers']),
  ...(COMPOSE === null ? ['docker-compose is not installed'] : []),
  ...(hasEngine && !hasImage(IMAGE) ? [`the image ${IMAGE} is missing: test/engines/build-images.sh`] : []),
].join(', ');

it.runIf(process.env.SENTINELCTL_REQUIRE_DOCKER === '1' && missing !== '')(
  'docker-compose is required',
  () => {
    expect(missing).toBe('');
  },
);

describe.skipIf(missing !== '')(`a project of docker-compose${missing && ` (skipped: ${missing})`}`, () => {
  let cli: Cli;
  let directory = '';
  const compose = async (...words: string[]): Promise<void> => {
    const [program = '', ...before] = COMPOSE ?? [];
    await promisify(execFile)(program, [...before, '-p', PROJECT, ...words], { cwd: directory });
  };
  const known = async (...attach: string[]): Promise<string> => {
    const found = await until(
      async () => {
        const ran = await cli.run(['attach', ...attach]);
        return /3 sentinels, 2 data nodes and 1 master/.test(ran.stdout) ? ran.stdout : undefined;
      },
      { clock: systemClock, everyMs: 500, deadlineMs: 60_000 },
    );
    expect(found).toBeDefined();
    return found ?? '';
  };
  /** The kill of a replica that this machine cannot reach where it is announced. */
  const actsOn = async (name: string): Promise<void> => {
    const named = ['--cluster', name, '--confirm', name];
    const killed = await cli.run(['kill', 'redis-2', ...named]);
    expect(killed.stdout, killed.stderr).toMatch(/kill redis-2: running → exited/);
    const started = await cli.run(['start', 'redis-2', '--as-crashed', ...named]);
    expect(started.stdout, started.stderr).toMatch(/start redis-2: exited → running/);
  };

  beforeAll(async () => {
    cli = await openCli();
    directory = await mkdtemp(join(tmpdir(), 'sentinelctl-compose-'));
    await writeFile(join(directory, 'docker-compose.yml'), COMPOSE_FILE);
    for (const name of GUARDS) {
      await mkdir(join(directory, name));
      await writeFile(join(directory, name, 'sentinel.conf'), confOf(name));
      await chmod(join(directory, name), 0o777);
    }
    await compose('up', '-d');
  }, LONG_MS);
  afterAll(async () => {
    await compose('down', '-v', '-t', '1').catch(() => {});
    await rm(directory, { recursive: true, force: true });
    await cli?.close();
  }, LONG_MS);

  it(
    'is offered the ports that its containers publish as a map, and records it when told',
    async () => {
      const attach = ['mapped', '--sentinel-addrs', SENTINEL, '--docker'];
      const offered = await known(...attach);
      expect(offered).toContain(`redis-1 primary:6379 → 127.0.0.1:${PORTS.primary}, published by container`);
      expect(offered).toContain('→ sentinelctl attach mapped --map-published');
      const { published, unreached } = (await cli.run(['attach', ...attach, '--json'])).json();
      expect(unreached).toHaveLength(4);
      expect(published.map(({ id }: { id: string }) => id)).toEqual(
        expect.arrayContaining(['redis-1', 'redis-2']),
      );
      const ran = await cli.run(['attach', 'mapped', '--map-published', '--json']);
      expect(ran.code, ran.stderr).toBe(0);
      expect(ran.json()).toMatchObject({ again: true, unreached: [], way: 'docker' });
      expect(ran.json()).not.toHaveProperty('published');
      await actsOn('mapped');
    },
    LONG_MS,
  );

  it(
    'is found by its name',
    async () => {
      await known('by-project', '--compose-project', PROJECT);
      const ran = await cli.run(['attach', 'by-project', '--compose-project', PROJECT, '--json']);
      expect(ran.json()).toMatchObject({ unreached: [], masters: ['app'], way: 'docker' });
      await actsOn('by-project');
    },
    LONG_MS,
  );
});
