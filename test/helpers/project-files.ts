import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { diagnoseFiles } from '../../src/checks/diagnose.js';
import { readProject } from '../../src/checks/gather/project/read-project.js';
import { CHECKS, type DoctorResult, type Finding } from '../../src/checks/index.js';

/** Files by their names below a directory. */
export type Files = Record<string, string>;

const sentinel = (announce: string): string => `port 26379
dir /data
sentinel announce-ip ${announce}
sentinel monitor mymaster 172.28.0.11 6379 2
sentinel down-after-milliseconds mymaster 5000
sentinel failover-timeout mymaster 60000
sentinel parallel-syncs mymaster 1
sentinel auth-pass mymaster s3cret
`;
const node = (announce: string, more = ''): string => `port 6379
requirepass s3cret
masterauth s3cret
replica-announce-ip ${announce}
min-replicas-to-write 1
appendonly yes
${more}`;

const NODES = ['redis-1', 'redis-2', 'redis-3'];
const SENTINELS = ['sentinel-1', 'sentinel-2', 'sentinel-3'];

const service = (name: string, address: string, command: string): string => `  ${name}:
    image: redis:7.2
    command: ${command}
    restart: unless-stopped
    stop_grace_period: 20s
    volumes:
      - ./${name}:/etc/redis
    networks:
      net:
        ipv4_address: ${address}
`;

/** A cluster as files that nothing is wrong with: three data nodes, three sentinels, an application. */
export const SOUND: Files = {
  'docker-compose.yml': `services:
${NODES.map((name, i) => service(name, `172.28.0.1${i + 1}`, 'redis-server /etc/redis/redis.conf')).join('')}${SENTINELS.map((name, i) => service(name, `172.28.0.2${i + 1}`, 'redis-sentinel /etc/redis/sentinel.conf')).join('')}  web:
    image: web
    environment:
      REDIS_SENTINEL_ADDRS: sentinel-1:26379,sentinel-2:26379,sentinel-3:26379
      REDIS_MASTER_NAME: mymaster
    networks: [net]
networks:
  net:
    ipam:
      config:
        - subnet: 172.28.0.0/24
`,
  ...Object.fromEntries(
    NODES.map((name, i) => [
      `${name}/redis.conf`,
      node(`172.28.0.1${i + 1}`, i === 0 ? '' : 'replicaof 172.28.0.11 6379\n'),
    ]),
  ),
  ...Object.fromEntries(
    SENTINELS.map((name, i) => [`${name}/sentinel.conf`, sentinel(`172.28.0.2${i + 1}`)]),
  ),
};

/** The same files with one text put in the place of another. Throws where it is not there: an alteration that alters nothing proves nothing. */
export function altered(files: Files, ...changes: [file: string, from: string, to: string][]): Files {
  const result = { ...files };
  for (const [file, from, to] of changes) {
    const text = result[file] ?? '';
    if (!text.includes(from)) throw new Error(`${file} has no ${JSON.stringify(from)}`);
    result[file] = text.replace(from, to);
  }
  return result;
}

export async function written(dir: string, files: Files): Promise<void> {
  for (const [file, text] of Object.entries(files)) {
    await mkdir(dirname(join(dir, file)), { recursive: true });
    await writeFile(join(dir, file), text);
  }
}

/** Diagnoses a directory's compose file, or the files that are named. */
export async function diagnosed(dir: string, configs?: string[]): Promise<DoctorResult> {
  const compose = configs === undefined ? join(dir, 'docker-compose.yml') : null;
  const project = await readProject({
    configs: (configs ?? []).map((f) => join(dir, f)),
    compose,
    env: {},
    nowMs: 0,
  });
  return diagnoseFiles(project, CHECKS);
}

/** Every finding, those folded under another one too. */
export const allFindings = ({ findings }: DoctorResult): Finding[] =>
  findings.flatMap((f) => [f, ...f.consequences]);

/** Writes a configuration line of a fix as an operator would: in the place of the line that it replaces, else at the end. */
export async function writeLine(file: string, fix: string): Promise<void> {
  const [name = '', ...rest] = fix.split(' ');
  // A `sentinel` line is replaced by one that says the same of the same master.
  const ofMaster = ['resolve-hostnames', 'announce-hostnames', 'announce-ip', 'sentinel-pass'].includes(
    rest[0] ?? '',
  )
    ? 1
    : 2;
  const same = name === 'sentinel' ? [name, ...rest.slice(0, ofMaster)].join(' ') : name;
  const lines = (await readFile(file, 'utf8')).split('\n');
  const at = lines.findIndex((line) => line === same || line.startsWith(`${same} `));
  if (at >= 0) lines[at] = fix;
  else lines.push(fix);
  await writeFile(file, lines.join('\n'));
}
