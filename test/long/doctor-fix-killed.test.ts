import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Finding } from '../../src/checks/index.js';
import { systemClock } from '../../src/clock.js';
import { until } from '../../src/until.js';
import { type Cli, openCli, type Ran } from '../helpers/cli.js';
import { flat } from '../helpers/doctor.js';
import { ask, dirOf, nodesOf } from '../helpers/inside.js';
import { logged, SENTINELS, statusOf } from '../helpers/main-road.js';

const SECRET = 'a-secret-for-the-cluster';
const SKEWED = '9000';
const LONG_MS = 600_000;
const RESETS_APART_MS = 30_000;

let cli: Cli;
beforeAll(async () => {
  cli = await openCli();
  const file = join(cli.home, 'secret');
  await writeFile(file, `${SECRET}\n`, { mode: 0o600 });
  // What is down for ten times failover-timeout is called gone.
  const timing = ['--down-after', '6s', '--failover-timeout', '3s'];
  const shape = ['--driver', 'process', '--port', 'auto', ...timing, '--password-file', file];
  const up = await cli.run(['up', ...shape]);
  expect(up.code, up.stderr).toBe(0);
}, LONG_MS);
afterAll(() => cli?.close());

async function tell(id: string, ...words: string[]): Promise<unknown> {
  const node = (await nodesOf(cli)).find((n) => n.id === id);
  if (node === undefined) throw new Error(`no node ${id}`);
  return ask(node, words, SECRET);
}

/** A peer that never was, by the hello that it would send. */
async function plantGhost(id: string, port: number): Promise<void> {
  const master = (await nodesOf(cli)).find((n) => n.id === 'redis-1')?.announce;
  const runId = port.toString(16).padStart(40, 'f');
  const hello = `127.0.0.1,${port},${runId},0,mymaster,${master?.host},${master?.port},0`;
  await tell(id, 'PUBLISH', '__sentinel__:hello', hello);
}

const findingsOf = (ran: Ran): Finding[] => flat(ran.json().findings as Finding[]);
const idsOf = (ran: Ran): string[] => findingsOf(ran).map((f) => f.id);

/** Waits until the doctor sees as many ghosts: the sentinels call them down after down-after. */
async function ghostsSeen(count: number): Promise<void> {
  const seen = await until(
    async () => {
      const ran = await cli.run(['doctor', '--json']);
      return idsOf(ran).filter((id) => id === 'ghost-sentinel').length === count ? true : undefined;
    },
    // A ghost is gone after 30 s: that is not worth a hundred diagnoses.
    { clock: systemClock, everyMs: 2000, deadlineMs: 60_000 },
  );
  expect(seen, `${count} ghosts are seen`).toBe(true);
}

/** Runs `doctor --fix` and kills it the moment its journal says that something is about to be done. */
async function fixKilledAt(isMoment: (journal: string) => boolean): Promise<Ran> {
  const path = join(dirOf(cli), 'journal.ndjson');
  const earlier = textOf(path);
  let ended = false;
  const ran = await cli.run(['doctor', '--fix', '--json'], {
    onStart(child) {
      const look = (): void => {
        const text = textOf(path);
        if (text !== earlier && isMoment(text)) child.kill('SIGKILL');
        else if (!ended) setImmediate(look);
      };
      look();
    },
  });
  ended = true;
  return ran;
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** Every command that looks says it, nothing else is done to the cluster before, and `recover` puts it right. */
async function isRecovered(): Promise<string> {
  const { code, status } = await statusOf(cli);
  expect(code).toBe(1);
  expect(JSON.stringify(status.problems)).toContain('doctor --fix');
  const named = findingsOf(await cli.run(['doctor', '--json'])).find((f) => f.id === 'unfinished-journal');
  expect(named).toMatchObject({ severity: 'warning', subject: 'default', fix: ['sentinelctl recover'] });
  const refused = await cli.run(['kill', 'redis-3', '--json']);
  expect([refused.code, refused.json().error?.code]).toEqual([3, 'unfinished-journal']);
  const recovered = await cli.run(['recover', '--json']);
  expect(recovered.code, recovered.stderr).toBe(0);
  expect(idsOf(await cli.run(['doctor', '--json']))).not.toContain('unfinished-journal');
  expect(textOf(join(dirOf(cli), 'journal.ndjson'))).not.toContain(SECRET);
  expect(JSON.stringify((await statusOf(cli)).status.problems)).not.toContain('doctor --fix');
  return recovered.stdout;
}

it('a setting that it was about to change when it was killed is as it was, after recover', {
  timeout: LONG_MS,
}, async () => {
  // It takes a few milliseconds from the journal to the end: on a busy machine the kill may come after them.
  let isOpen = false;
  for (let tries = 0; tries < 20 && !isOpen; tries++) {
    await tell('sentinel-2', 'SENTINEL', 'SET', 'mymaster', 'down-after-milliseconds', SKEWED);
    await fixKilledAt((journal) => journal.includes('"planned"') && !journal.includes('"undone"'));
    const journal = textOf(join(dirOf(cli), 'journal.ndjson'));
    isOpen = journal.includes('"planned"') && !/"undone"|"closed"/.test(journal);
    if (!isOpen) expect((await cli.run(['recover'])).code).toBe(0);
  }
  expect(isOpen, 'killed between the journal and the end').toBe(true);
  expect(await isRecovered()).toContain('down-after-milliseconds');
  expect(await tell('sentinel-2', 'SENTINEL', 'MASTER', 'mymaster')).toContain(SKEWED);

  const again = await cli.run(['doctor', '--fix', '--json']);
  expect(again.code, again.stdout).toBe(0);
  expect(await tell('sentinel-2', 'SENTINEL', 'MASTER', 'mymaster')).not.toContain(SKEWED);
});

it('of three RESETs the first is done when it is killed; the others are done later, 30 s apart by their log', {
  timeout: LONG_MS,
}, async () => {
  for (const [i, id] of ['sentinel-1', 'sentinel-2', 'sentinel-3'].entries()) await plantGhost(id, 11 + i);
  await ghostsSeen(3);
  const killed = await fixKilledAt((journal) => journal.includes('"done"'));
  expect(killed.signal).toBe('SIGKILL');
  // It cannot be rolled back.
  expect(JSON.parse(await isRecovered())).toMatchObject({
    undone: [],
    stays: [expect.stringContaining('SENTINEL RESET mymaster')],
  });
  await ghostsSeen(2);
  const before = (await logged(cli, SENTINELS, '+reset-master')).length;
  expect(before).toBe(1);

  const rest = await cli.run(['doctor', '--fix', '--json']);
  expect(rest.code, rest.stdout).toBe(0);
  expect(idsOf(rest)).not.toContain('ghost-sentinel');
  const [first = 0, second = 0, ...more] = (await logged(cli, SENTINELS, '+reset-master')).slice(before);
  expect(more).toEqual([]);
  expect(second - first).toBeGreaterThanOrEqual(RESETS_APART_MS);
});

it('killed between two RESETs it leaves nothing to recover, and doctor --fix does the rest', {
  timeout: LONG_MS,
}, async () => {
  for (const [i, id] of ['sentinel-1', 'sentinel-2'].entries()) await plantGhost(id, 21 + i);
  await ghostsSeen(2);
  const killed = await fixKilledAt((journal) => journal.includes('"undone"'));
  expect(killed.signal).toBe('SIGKILL');
  expect(idsOf(await cli.run(['doctor', '--json']))).not.toContain('unfinished-journal');
  expect((await cli.run(['recover', '--json'])).json()).toMatchObject({ what: null, undone: [], stays: [] });
  // The one that is forgotten is named again, as the interrupted command named it.
  const rest = await cli.run(['doctor', '--fix', '--json', '--gone', '127.0.0.1:21,127.0.0.1:22']);
  expect(rest.stderr).toContain('note: 127.0.0.1:21 is forgotten: no server lists it');
  expect(rest.json().fixed).toMatchObject([{ outcome: 'done' }]);
  expect(idsOf(rest)).not.toContain('ghost-sentinel');
});
