import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { until } from '../../src/until.js';
import { cli as say, says } from '../helpers/by-hand.js';
import { type Cli, openCli, type Ran } from '../helpers/cli.js';
import { QUIET_MS } from '../helpers/quiet.js';
import { type RawCluster, type RedisServer, startRawCluster, startRedis } from '../helpers/redis.js';
import { refusal } from '../helpers/refusal.js';

/** A cluster that runs already, whose master is also watched by a sentinel of another group, under another name. */
const PORT = 12_100;
const FOREIGN = PORT + 60;
const GHOST = PORT + 70;
const SHOP = ['--cluster', 'shop'];
const OTHER = '1 sentinel of another group watches redis-1 and redis-2, and may change their roles';

let cluster: RawCluster;
let foreign: RedisServer;
let cli: Cli;
const run = (...words: string[]): Promise<Ran> => cli.run([...words, ...SHOP]);

beforeAll(async () => {
  cli = await openCli();
  cluster = await startRawCluster({ port: PORT, masterName: 'shop', replicas: 1, downAfterMs: QUIET_MS });
  foreign = await startRedis({
    port: FOREIGN,
    sentinel: true,
    conf: [
      `sentinel monitor theirs 127.0.0.1 ${PORT} 1`,
      `sentinel down-after-milliseconds theirs ${QUIET_MS}`,
    ],
  });
  await says(
    PORT,
    'CLIENT LIST',
    new RegExp(`name=sentinel-${(await say(FOREIGN, 'SENTINEL MYID')).slice(0, 8)}`),
  );
  const sentinel = `127.0.0.1:${PORT + 50}`;
  const ran = await cli.run(['attach', 'shop', '--sentinel-addrs', sentinel, '--local']);
  expect(ran.code, ran.stderr).toBe(0);
});
afterAll(async () => {
  await foreign?.stop();
  await cluster?.stop();
  await cli?.close();
});

/** What the first sentinel monitors. */
const epochOf = (): Promise<string> => say(PORT + 50, 'SENTINEL MASTERS');

describe('where others act too', () => {
  it('they are named before anything is done', async () => {
    const ran = await run(
      'call',
      'CONFIG',
      'SET',
      'slowlog-max-len',
      '256',
      '--on',
      'redis-1',
      '--confirm',
      'shop',
    );
    expect([ran.code, ran.stderr]).toEqual([0, expect.stringContaining(`warning: ${OTHER}`)]);
  });

  it.each([
    [['RESET', 'shop'], 'reset'],
    [['REMOVE', 'shop'], 'remove'],
    [['MONITOR', 'more', '127.0.0.1', String(PORT), '2'], 'monitor'],
  ])('SENTINEL %j is refused', async (words, what) => {
    const before = await epochOf();
    const call = ['call', 'SENTINEL', ...words, '--on', 'sentinel-1', ...SHOP];
    const expected = {
      exit: 3,
      code: 'others-act',
      says: new RegExp(`${OTHER}[\\s\\S]*--confirm shop/${what}`),
    };
    await refusal(cli, [...call, '--confirm', 'shop'], expected);
    await refusal(cli, [...call, '--yes'], expected);
    await refusal(cli, [...call, '--confirm', 'shop/no-such'], expected);
    expect((await epochOf()).match(/^name$[\s\S]*?^ip$/m)?.[0]).toBe(
      before.match(/^name$[\s\S]*?^ip$/m)?.[0],
    );
    expect(await say(PORT + 50, 'SENTINEL MASTERS')).not.toContain('more');
  });

  it('a scenario with a reset is refused before its first step', async () => {
    const chaos = ['chaos', 'run', 'reset-while-down', '--confirm', 'shop', ...SHOP];
    await refusal(cli, chaos, { exit: 3, code: 'others-act', says: OTHER });
  });

  it('doctor --fix leaves a reset, and says why', async () => {
    const [host, port] = ['127.0.0.1', PORT];
    const hello = `127.0.0.1,${GHOST},${'f'.repeat(40)},0,shop,${host},${port},0`;
    await say(PORT + 52, `PUBLISH __sentinel__:hello ${hello}`);
    const fixed = await until(
      async () => {
        const gone = ['--gone', `127.0.0.1:${GHOST}`, '--confirm', 'shop'];
        const ran = await run('doctor', '--fix', '--yes', '--json', ...gone);
        const document = ran.json().fixed as { repair: { kind: string } }[];
        const resets = document.filter(({ repair }) => repair.kind === 'reset');
        return resets.length > 0 ? resets : undefined;
      },
      { clock: systemClock, everyMs: 500, deadlineMs: 60_000 },
    );
    expect(fixed).toMatchObject([{ outcome: 'left', why: expect.stringContaining(OTHER) }]);
    expect(await say(PORT + 52, 'SENTINEL SENTINELS shop')).toContain(String(GHOST));
  });

  it('one that is confirmed with its own name is done', async () => {
    const call = ['call', 'SENTINEL', 'RESET', 'shop', '--on', 'sentinel-3'];
    const ran = await run(...call, '--confirm', 'shop/reset');
    expect([ran.code, ran.stderr]).toEqual([0, expect.stringContaining(OTHER)]);
    expect(await say(PORT + 52, 'SENTINEL SENTINELS shop')).not.toContain(String(GHOST));
  });

  it('without them the name alone is enough', async () => {
    await foreign.stop();
    await until(
      async () => (/name=sentinel-\w+-cmd/.test(await say(PORT, 'CLIENT LIST')) ? true : undefined),
      {
        clock: systemClock,
        everyMs: 100,
        deadlineMs: 30_000,
      },
    );
    const ran = await run('call', 'SENTINEL', 'RESET', 'shop', '--on', 'sentinel-3', '--confirm', 'shop');
    expect([ran.code, ran.stderr]).toEqual([0, expect.not.stringContaining('another group')]);
  });
});
