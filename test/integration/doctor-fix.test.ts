import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Finding } from '../../src/checks/index.js';
import { systemClock } from '../../src/clock.js';
import { until } from '../../src/until.js';
import { type Cli, openCli, type Ran } from '../helpers/cli.js';
import { ask, nodesOf } from '../helpers/inside.js';

const SECRET = 'a-secret%for~the-cluster';
const WRONG = 'another%secret';
const GHOST_PORT = 9;

let cli: Cli;
type Node = Awaited<ReturnType<typeof nodesOf>>[number];
let nodes: Map<string, Node>;
const doctor = (...words: string[]): Promise<Ran> => cli.run(['doctor', '--json', ...words]);
const tell = (id: string, ...words: string[]): Promise<unknown> => {
  const node = nodes.get(id);
  if (node === undefined) throw new Error(`no node ${id}`);
  return ask(node, words, SECRET);
};
const idsOf = (ran: Ran): string[] =>
  (ran.json().findings as Finding[]).flatMap((f) => [f, ...f.consequences]).map((f) => f.id);

beforeAll(async () => {
  cli = await openCli();
  const file = join(cli.home, 'secret');
  await writeFile(file, `${SECRET}\n`, { mode: 0o600 });
  const ports = ['--port', 'auto', '--sentinel-port', 'auto'];
  const up = await cli.run([
    'up',
    '--driver',
    'process',
    ...ports,
    '--down-after',
    '6s',
    // What is down for ten times as long is called gone.
    '--failover-timeout',
    '3s',
    '--password-file',
    file,
  ]);
  expect(up.code, up.stderr).toBe(0);
  nodes = new Map((await nodesOf(cli)).map((node) => [node.id, node]));
});
afterAll(() => cli?.close());

/** A setting that one sentinel has otherwise, a node without masterauth and one with a wrong one, and a peer that never was. */
async function plant(): Promise<void> {
  await tell('sentinel-2', 'SENTINEL', 'SET', 'mymaster', 'failover-timeout', '77000');
  await tell('redis-1', 'CONFIG', 'SET', 'masterauth', '');
  await tell('redis-2', 'CONFIG', 'SET', 'masterauth', WRONG);
  await plantGhost();
}

/** sentinel-3 hears of a sentinel that nothing else knows. */
async function plantGhost(): Promise<void> {
  const master = nodes.get('redis-1')?.announce;
  const hello = `127.0.0.1,${GHOST_PORT},${'f'.repeat(40)},0,mymaster,${master?.host},${master?.port},0`;
  await tell('sentinel-3', 'PUBLISH', '__sentinel__:hello', hello);
}

it('names what it would do and does nothing; then does it, reads it back, and it is gone', async () => {
  await plant();
  const planted = ['settings-skew', 'masterauth-missing', 'ghost-sentinel'];
  const found = await until(
    async () => {
      const ran = await doctor('--fix', '--dry-run');
      return planted.every((id) => idsOf(ran).includes(id)) ? ran : undefined;
    },
    { clock: systemClock, everyMs: 500, deadlineMs: 60_000 },
  );
  if (found === undefined) expect.fail(`not found: ${(await doctor()).stdout}`);
  const would = found.json().fixed as { does: string; outcome: string }[];
  expect(would.map((f) => f.outcome)).toEqual(would.map(() => 'would'));
  expect(would.map((f) => f.does).join('\n')).toContain('SENTINEL SET mymaster failover-timeout 3000');
  // Nothing was done.
  expect(await tell('redis-1', 'CONFIG', 'GET', 'masterauth')).toEqual(['masterauth', '']);
  expect(await tell('sentinel-2', 'SENTINEL', 'MASTER', 'mymaster')).toContain('77000');

  const ran = await doctor('--fix');
  const fixed = ran.json().fixed as { does: string; outcome: string; why: string | null }[];
  expect(fixed.map((f) => [f.outcome, f.why])).toEqual(fixed.map(() => ['done', null]));
  expect(fixed.map((f) => f.does)).toEqual(would.map((f) => f.does));
  expect(idsOf(ran).filter((id) => planted.includes(id))).toEqual([]);
  expect(ran.code, ran.stdout).toBe(0);
  for (const node of ['redis-1', 'redis-2']) {
    expect(await tell(node, 'CONFIG', 'GET', 'masterauth')).toEqual(['masterauth', SECRET]);
  }
  expect(await tell('sentinel-2', 'SENTINEL', 'MASTER', 'mymaster')).not.toContain('77000');
  const printed = found.stdout + ran.stdout + ran.stderr;
  for (const secret of [SECRET, WRONG]) expect(printed).not.toContain(secret);
  // The journal is closed: nothing is to be recovered, and it has no password in it.
  expect((await cli.run(['recover'])).code).toBe(0);
});

it('a server that is named as gone is forgotten, and the diagnosis after that does not ask for it', async () => {
  await plantGhost();
  const gone = ['--gone', `127.0.0.1:${GHOST_PORT}`];
  const isFound = async (): Promise<true | undefined> =>
    (await doctor('--fix', '--dry-run', ...gone)).json().fixed.length > 0 ? true : undefined;
  expect(await until(isFound, { clock: systemClock, everyMs: 500, deadlineMs: 60_000 })).toBe(true);
  const ran = await doctor('--fix', ...gone);
  expect(ran.code, ran.stdout + ran.stderr).toBe(0);
  expect(ran.json().fixed).toMatchObject([{ outcome: 'done' }]);
  expect(String(await tell('sentinel-3', 'SENTINEL', 'SENTINELS', 'mymaster'))).not.toContain(
    `127.0.0.1:${GHOST_PORT}`,
  );
  // The command that an interruption prints names it again, also once it is forgotten.
  const again = await cli.run(['doctor', '--fix', ...gone]);
  expect([again.code, again.stderr]).toEqual([
    0,
    expect.stringContaining(`note: 127.0.0.1:${GHOST_PORT} is forgotten: no server lists it`),
  ]);
  const unknown = await doctor('--fix', '--gone', 'redis-9');
  expect([unknown.code, unknown.json().error?.code]).toEqual([64, 'node-unknown']);
});

it('what is a choice is left, unless it is named', async () => {
  const would = (await doctor('--fix', '--dry-run')).json().fixed as unknown[];
  expect(would).toEqual([]);
  const named = (await doctor('--fix', '--dry-run', '--only', 'min-replicas')).json().fixed as unknown[];
  expect(named).toHaveLength(3);
});

it('is refused on an attached cluster', async () => {
  const other = await openCli();
  try {
    const sentinel = nodes.get('sentinel-1')?.endpoint;
    const at = ['--sentinel-addrs', `127.0.0.1:${sentinel?.port}`];
    const ran = await other.run(['doctor', '--fix', '--json', ...at], {
      env: { SENTINELCTL_PASSWORD: SECRET },
    });
    expect(ran.code).toBe(3);
    expect(ran.json().error.code).toBe('attached');
  } finally {
    await other.close();
  }
});
