import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import type { UpResult } from '../../src/cluster/up/result.js';
import { until } from '../../src/until.js';
import { openConnection } from '../../src/wire/client.js';
import { type Cli, openCli } from '../helpers/cli.js';

const LONG_MS = 60_000;

let cli: Cli;
beforeAll(async () => {
  cli = await openCli();
});
afterAll(() => cli?.close());

async function ask(port: number, ...words: [string, ...string[]]): Promise<unknown> {
  const connection = await openConnection(
    { host: '127.0.0.1', port },
    { clock: systemClock, deadlineMs: 2000 },
  );
  try {
    return await connection.call(...words);
  } finally {
    connection.close();
  }
}

const settled = (look: () => Promise<boolean>): Promise<true | undefined> =>
  until(async () => ((await look()) ? true : undefined), {
    clock: systemClock,
    everyMs: 250,
    deadlineMs: LONG_MS,
  });

it('brings kept data back as it was last, not as a node without persistence once copied it', async () => {
  const up = ['up', '--driver', 'process', '--port', 'auto', '--down-after', '2s', '--json', '--quiet'];
  const first = (await cli.run(up)).json() as UpResult;
  await ask(first.master.port, 'SET', 'greeting', 'old');
  // redis-1, which writes nothing to disk by itself, comes back as a replica: the resync leaves a file there.
  expect((await cli.run(['restart', 'master', '--quiet'])).code).toBe(0);
  expect(await settled(async () => (await cli.run(['status', '--quiet'])).code === 0)).toBe(true);
  const now = (await cli.run(['master-addr', '--json'])).json() as { port: number };
  expect(now.port).not.toBe(first.master.port);
  await ask(now.port, 'SET', 'greeting', 'new');
  expect(await ask(now.port, 'WAIT', '2', '5000')).toBe(2);

  expect((await cli.run(['down', '--keep-data', '--quiet'])).code).toBe(0);
  const again = (await cli.run(['up', '--json', '--quiet'])).json() as UpResult;
  expect(await ask(again.master.port, 'GET', 'greeting')).toBe('new');
});
