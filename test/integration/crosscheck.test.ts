import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { CrosscheckResult } from '../../src/model/crosscheck.js';
import { cli as say, says } from '../helpers/by-hand.js';
import { type Cli, openCli } from '../helpers/cli.js';
import { type RawCluster, startRawCluster } from '../helpers/redis.js';
import { redisCli } from '../helpers/redis-cli.js';

const PORT = 8400;
const SECRET = 'crosscheck-secret';
let CROSSCHECK: string[];
const at = (port: number): string => `127.0.0.1:${port}`;

let cluster: RawCluster;
let cli: Cli;

beforeAll(async () => {
  cli = await openCli();
  const file = join(cli.home, 'password');
  await writeFile(file, SECRET, { mode: 0o600 });
  CROSSCHECK = ['crosscheck', '--sentinel-addrs', at(PORT + 50), '--password-file', file];
  cluster = await startRawCluster({ port: PORT, downAfterMs: 3000, password: SECRET });
});
afterAll(async () => {
  await cluster?.stop();
  await cli?.close();
});

async function crosscheck(): Promise<{
  code: number | null;
  links: Map<string, string>;
  result: CrosscheckResult;
}> {
  const ran = await cli.run([...CROSSCHECK, '--json']);
  const result = ran.json() as CrosscheckResult;
  const links = new Map(result.crossings.map(({ from, to, reach }) => [`${from} ${to}`, reach]));
  return { code: ran.code, links, result };
}

it('finds that everything is reached', async () => {
  const { code, links, result } = await crosscheck();
  expect(code).toBe(0);
  expect(links.size).toBe(23);
  expect(result.findings).toEqual([]);
});

it('finds the one sentinel that does not reach the master, and a replica that is down', async () => {
  // Its PING is answered with NOAUTH from the next connection on.
  await say(PORT + 52, 'SENTINEL SET mymaster auth-pass wrong');
  await redisCli(PORT, 'CLIENT KILL TYPE normal SKIPME yes', SECRET);
  await says(PORT + 52, 'SENTINEL MASTER mymaster', /s_down/);
  await cluster.nodes[1]?.stop();
  await says(PORT + 51, 'SENTINEL REPLICAS mymaster', /s_down/);
  const { code, links, result } = await crosscheck();
  expect(code).toBe(1);
  expect(links.get(`${at(PORT + 50)} ${at(PORT)}`)).toBe('yes');
  expect(links.get(`${at(PORT + 52)} ${at(PORT)}`)).toBe('no');
  expect(links.get(`${at(PORT + 51)} ${at(PORT + 1)}`)).toBe('no');
  expect(links.get(`here ${at(PORT + 1)}`)).toBe('no');
  expect(links.get(`${at(PORT + 1)} ${at(PORT)}`)).toBe('unknown');
  expect(result.findings.map(({ id }) => id)).toContain('node-down');
  const tsv = await cli.run([...CROSSCHECK, '--output', 'tsv', '--columns', 'from,to,reach']);
  expect(tsv.stdout).toContain(`here\t${at(PORT + 1)}\tno`);
  const text = await cli.run(CROSSCHECK);
  expect(text.stdout).toMatch(/8400 is not reached by 127\.0\.0\.1:8452 \(calls it down/);
});
