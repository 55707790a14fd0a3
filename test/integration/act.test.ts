import { once } from 'node:events';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import type { ActResult } from '../../src/cluster/act.js';
import { until } from '../../src/until.js';
import { type Cli, openCli } from '../helpers/cli.js';
import { askNode, dirOf, nodesOf, pidsOf, setDownAfter, writeKeys } from '../helpers/inside.js';
import { statusOf } from '../helpers/main-road.js';
import { refusal } from '../helpers/refusal.js';

/** Down-after where no failover may happen, however slow the machine is, and where one must; milliseconds. */
const LONG_MS = 600_000;
const SHORT_MS = 1500;

/** One cluster, to whose nodes things are done. */
let cli: Cli;
beforeAll(async () => {
  cli = await openCli();
  const up = await cli.run(['up', '--driver', 'process', '--port', 'auto', '--down-after', `${LONG_MS}ms`]);
  expect(up.code, up.stderr).toBe(0);
});
afterAll(() => cli?.close());

async function act(...words: string[]): Promise<ActResult & { said: string }> {
  const ran = await cli.run([...words, '--json']);
  expect(ran.code, ran.stderr).toBe(0);
  return { ...(ran.json() as ActResult), said: ran.stderr };
}
const roleOf = async (id: string): Promise<unknown> => ((await askNode(cli, id, 'ROLE')) as unknown[])[0];

async function healthy(): Promise<string> {
  const found = await until(
    async () => {
      const { code, status } = await statusOf(cli);
      return code === 0 ? status.masters[0]?.master?.id : undefined;
    },
    { clock: systemClock, everyMs: 500, deadlineMs: 40_000 },
  );
  if (found === undefined) throw new Error((await cli.run(['status'])).stdout);
  return found;
}

/** Waits until every sentinel names another master than `old`. */
async function promoted(old: string): Promise<string> {
  const found = await until(
    async () => {
      const views = (await statusOf(cli)).status.masters[0]?.views ?? [];
      const [first] = new Set(views.map((v) => v.master.id));
      return views.every((v) => v.master.id === first) && first !== old ? first : undefined;
    },
    { clock: systemClock, everyMs: 500, deadlineMs: 40_000 },
  );
  if (found === undefined) throw new Error(`no replica was promoted instead of ${old}`);
  return found;
}

describe('a replica', () => {
  it('is killed, refused a second time, and started as a replica', async () => {
    const { 'redis-2': pid } = await pidsOf(cli);
    expect(await act('kill', 'redis-2')).toMatchObject({
      node: 'redis-2',
      before: { state: 'running', detail: `pid ${pid}` },
      after: { state: 'exited' },
      changed: true,
    });
    for (const verb of ['kill', 'pause', 'resume']) {
      const expected = { exit: 3, code: 'not-running', says: 'sentinelctl start redis-2' };
      await refusal(cli, [verb, 'redis-2'], expected);
    }
    expect(await act('stop', 'redis-2')).toMatchObject({ changed: false });
    const port = (await nodesOf(cli)).find(({ id }) => id === 'redis-2')?.endpoint.port;
    const other = createServer((socket) => socket.destroy()).listen(port, '127.0.0.1');
    await once(other, 'listening');
    await refusal(cli, ['start', 'redis-2'], {
      exit: 3,
      code: 'port-taken',
      says: `port ${port} of redis-2`,
    });
    other.close();
    await once(other, 'close');
    expect(await act('start', 'redis-2')).toMatchObject({ after: { state: 'running' }, changed: true });
    expect(await roleOf('redis-2')).toBe('slave');
    expect(await act('start', 'redis-2')).toMatchObject({ changed: false });
    expect((await cli.run(['start', 'redis-2'])).stdout).toContain('already running: nothing to do');
  });

  it('is stopped, and restarted with another pid', async () => {
    expect(await act('stop', 'redis-3')).toMatchObject({ after: { state: 'exited' }, changed: true });
    expect(await act('restart', 'redis-3')).toMatchObject({ before: { state: 'exited' }, changed: true });
    const { 'redis-3': before } = await pidsOf(cli);
    expect(await act('restart', 'redis-3')).toMatchObject({ before: { state: 'running' }, changed: true });
    expect((await pidsOf(cli))['redis-3']).not.toBe(before);
    expect(await roleOf('redis-3')).toBe('slave');
  });

  it('is said to accept no client where its maxclients is below what the sentinels take', async () => {
    const conf = join(dirOf(cli), 'nodes', 'redis-3', 'redis.conf');
    await act('stop', 'redis-3');
    const before = await readFile(conf, 'utf8');
    await writeFile(conf, `${before}\nmaxclients 4\n`);
    for (const verb of ['start', 'restart'])
      expect((await act(verb, 'redis-3')).said).toMatch(
        /warning: redis-3 runs and accepts no client: (the sentinels take all of its maxclients \(4\)|maxclients is reached); stop it, .*, then: sentinelctl start redis-3\n/,
      );
    await act('stop', 'redis-3');
    await writeFile(conf, before);
    expect((await act('start', 'redis-3')).said).not.toContain('accepts no client');
  });

  it('is frozen and thawed, with the same pid', async () => {
    const { 'redis-3': pid } = await pidsOf(cli);
    expect(await act('pause', 'redis-3')).toMatchObject({ after: { state: 'paused' }, changed: true });
    expect(await act('pause', 'redis-3')).toMatchObject({ changed: false });
    await refusal(cli, ['start', 'redis-3'], { exit: 3, code: 'paused', says: 'sentinelctl resume redis-3' });
    expect(await act('resume', 'redis-3')).toMatchObject({
      before: { state: 'paused' },
      after: { state: 'running' },
    });
    expect(await act('resume', 'redis-3')).toMatchObject({ changed: false });
    expect((await pidsOf(cli))['redis-3']).toBe(pid);
  });

  it('whose files are gone is recreated by up, not by start', async () => {
    await act('kill', 'redis-3');
    await rm(join(dirOf(cli), 'nodes', 'redis-3'), { recursive: true });
    await refusal(cli, ['start', 'redis-3'], { exit: 3, code: 'no-such-node', says: 'sentinelctl up' });
    await refusal(cli, ['kill', 'redis-3'], { exit: 3, code: 'not-running', says: 'sentinelctl up' });
    expect((await cli.run(['up'])).code).toBe(0);
    expect(await roleOf('redis-3')).toBe('slave');
    expect(await healthy()).toBe('redis-1');
  });
});

describe('a node that there is not', () => {
  it.each([
    'redis-9',
    'sentinel-0',
    'REDIS-1',
    '../redis-1',
    'redis-1/..',
    'a'.repeat(300),
    'all',
    '🐙',
    ' ',
  ])('%s', async (name) => {
    const expected = { exit: 64, code: 'node-unknown', says: 'redis-1, redis-2, redis-3, sentinel-1' };
    await refusal(cli, ['kill', name], expected);
  });

  it('is none for logs and config either', async () => {
    for (const command of ['logs', 'config'])
      await refusal(cli, [command, 'redis-9'], { exit: 64, code: 'node-unknown', says: 'redis-1' });
  });
});

describe('the master', () => {
  it('is not started empty while it still is the master', async () => {
    await writeKeys(cli, 'redis-1', 100, 2);
    expect(await act('kill', 'master')).toMatchObject({ node: 'redis-1', after: { state: 'exited' } });
    const expected = { exit: 3, code: 'would-come-back-empty', says: '--as-crashed' };
    // What skips the guard must be said each time: no environment turns it on.
    await refusal(cli, ['start', 'redis-1'], expected, { env: { SENTINELCTL_AS_CRASHED: 'true' } });
    await setDownAfter(cli, SHORT_MS);
  });

  it('comes back as a replica of its successor, and is a second master at no moment', async () => {
    const successor = await promoted('redis-1');
    await setDownAfter(cli, LONG_MS);
    const roles = new Set<unknown>();
    let ended = false;
    const polling = until(
      async () => {
        roles.add(await roleOf('redis-1').catch(() => 'silent'));
        return ended ? true : undefined;
      },
      { clock: systemClock, everyMs: 1, deadlineMs: 30_000 },
    );
    const { said } = await act('start', 'redis-1');
    ended = true;
    await polling;
    expect([...roles].sort()).toEqual(['silent', 'slave']);
    expect(said).toContain('as a replica of');
    expect(await healthy()).toBe(successor);
    expect(await askNode(cli, 'redis-1', 'DBSIZE')).toBe(100);
  });

  it('is restarted as the master that it is when it has its data on disk', async () => {
    const master = await healthy();
    const restarted = await act('restart', 'master');
    expect(restarted).toMatchObject({
      node: master,
      before: { state: 'running' },
      after: { state: 'running' },
    });
    expect(restarted.said).toContain('its data is on disk');
    expect(await roleOf(master)).toBe('master');
    expect(await healthy()).toBe(master);
    for (const n of [1, 2, 3]) expect(await askNode(cli, `redis-${n}`, 'DBSIZE')).toBe(100);
  });
});

describe('a frozen master', () => {
  it('is resumed while it still is the master', async () => {
    const master = await healthy();
    await act('pause', 'master');
    await refusal(cli, ['start', master], { exit: 3, code: 'paused', says: `sentinelctl resume ${master}` });
    expect(await act('resume', master)).toMatchObject({ node: master, changed: true });
    expect(await healthy()).toBe(master);
  });

  it('that was replaced is not resumed, and restart makes it a replica without a moment as a master', async () => {
    const old = await healthy();
    await setDownAfter(cli, SHORT_MS);
    await act('pause', 'master');
    const successor = await promoted(old);
    await setDownAfter(cli, LONG_MS);
    const says = `sentinelctl restart ${old}`;
    await refusal(
      cli,
      ['resume', old],
      { exit: 3, code: 'replaced', says },
      { env: { SENTINELCTL_AS_FROZEN: 'true' } },
    );
    await refusal(cli, ['start', old], { exit: 3, code: 'paused', says });
    await refusal(cli, ['up'], { exit: 3, code: 'half-up', says });
    const roles = new Set<unknown>();
    let ended = false;
    const polling = until(
      async () => {
        roles.add(await roleOf(old).catch(() => 'silent'));
        return ended ? true : undefined;
      },
      { clock: systemClock, everyMs: 1, deadlineMs: 60_000 },
    );
    expect(await act('restart', old)).toMatchObject({
      before: { state: 'paused' },
      after: { state: 'running' },
    });
    ended = true;
    await polling;
    expect([...roles].sort()).toEqual(['silent', 'slave']);
    expect(await healthy()).toBe(successor);
  });

  it('a replica that slept through a failover is resumed', async () => {
    const old = await healthy();
    const replica = ['redis-1', 'redis-2', 'redis-3'].find((id) => id !== old) ?? '';
    await act('pause', replica);
    await setDownAfter(cli, SHORT_MS);
    await act('kill', 'master');
    await promoted(old);
    await setDownAfter(cli, LONG_MS);
    expect(await act('resume', replica)).toMatchObject({ after: { state: 'running' } });
    expect(await roleOf(replica)).toBe('slave');
    // Sentinel would correct its master only after failover-timeout.
    await act('restart', replica);
    await act('start', old);
    await healthy();
  });

  it('--as-frozen insists', async () => {
    const old = await healthy();
    await setDownAfter(cli, SHORT_MS);
    await act('pause', 'master');
    await promoted(old);
    // Sentinel demotes a returned master after 4 publish periods: far longer than this test takes.
    for (const n of [1, 2, 3])
      await askNode(cli, `sentinel-${n}`, 'SENTINEL', 'DEBUG', 'publish-period', LONG_MS);
    await setDownAfter(cli, LONG_MS);
    expect(await act('resume', old, '--as-frozen')).toMatchObject({ after: { state: 'running' } });
    expect(await roleOf(old)).toBe('master');
    for (const n of [1, 2, 3])
      await askNode(cli, `sentinel-${n}`, 'SENTINEL', 'DEBUG', 'publish-period', 2000);
    expect(await healthy()).not.toBe(old);
  });
});

describe('sentinels', () => {
  it('are killed, frozen, thawed and started like any node', async () => {
    await act('kill', 'sentinel-1');
    expect(await act('start', 'sentinel-1')).toMatchObject({ after: { state: 'running' }, changed: true });
    await act('pause', 'sentinel-2');
    await act('resume', 'sentinel-2');
    await act('restart', 'sentinel-3');
    await healthy();
  });

  it('too few to name a master: nothing is started by guess', async () => {
    const master = await healthy();
    const replica = ['redis-1', 'redis-2', 'redis-3'].find((id) => id !== master) ?? '';
    await act('kill', replica);
    await act('kill', 'sentinel-1');
    await act('kill', 'sentinel-2');
    await refusal(cli, ['kill', 'master'], { exit: 3, code: 'no-agreement', says: 'sentinelctl status' });
    await refusal(cli, ['start', replica], { exit: 3, code: 'no-agreement', says: '--as-crashed' });
    await act('kill', 'sentinel-3');
    await refusal(cli, ['start', replica], { exit: 5, code: 'no-sentinel', says: 'sentinelctl up' });
    expect((await cli.run(['up'])).code).toBe(0);
    expect(await healthy()).toBe(master);
  });
});

describe('a frozen master whose replicas are down', () => {
  // The attempts of its sentinels would hold up the failovers of the other tests.
  let own: Cli;
  beforeAll(async () => {
    own = await openCli();
  });
  afterAll(() => own?.close());

  it('alone has the data: it is resumed, and no replica is started first', async () => {
    const run = async (...words: string[]): Promise<void> => {
      const ran = await own.run(words);
      expect(ran.code, ran.stderr).toBe(0);
    };
    await run('up', '--driver', 'process', '--port', 'auto', '--down-after', `${LONG_MS}ms`);
    for (const id of ['redis-2', 'redis-3']) await run('kill', id);
    expect(await askNode(own, 'redis-1', 'SET', 'only', 'here')).toBe('OK');
    await setDownAfter(own, SHORT_MS);
    await run('pause', 'redis-1');
    // The sentinels try to replace it, again and again, and find nothing to promote.
    const isDown = async (): Promise<true | undefined> =>
      String(await askNode(own, 'sentinel-1', 'SENTINEL', 'MASTER', 'mymaster')).includes('o_down')
        ? true
        : undefined;
    expect(await until(isDown, { clock: systemClock, everyMs: 200, deadlineMs: 60_000 })).toBe(true);
    const { verdict } = (await statusOf(own)).status;
    expect(verdict).toMatchObject({ word: 'DOWN', next: 'sentinelctl resume redis-1' });
    await run('resume', 'redis-1');
    expect(((await askNode(own, 'redis-1', 'ROLE')) as unknown[])[0]).toBe('master');
    expect(await askNode(own, 'redis-1', 'GET', 'only')).toBe('here');
  });
});

describe('--as-crashed', () => {
  it('warns, and starts an old master as the master that it was', async () => {
    const old = await healthy();
    await setDownAfter(cli, SHORT_MS);
    await act('kill', 'master');
    await promoted(old);
    // Sentinel demotes a returned master after 4 publish periods: far longer than this test takes.
    for (const n of [1, 2, 3])
      await askNode(cli, `sentinel-${n}`, 'SENTINEL', 'DEBUG', 'publish-period', LONG_MS);
    const { said } = await act('start', old, '--as-crashed');
    expect(said).toContain('accepts writes for about 10 s that are then lost');
    expect(await roleOf(old)).toBe('master');
  });
});
