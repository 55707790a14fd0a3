import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Cli, openCli } from '../helpers/cli.js';
import { QUIET_MS } from '../helpers/quiet.js';
import { type RawCluster, startRawCluster } from '../helpers/redis.js';

/** A cluster that sentinelctl did not start, under a name by which only the network reaches it, and under one of processes. */
const PORT = 6300;
const ONE = `127.0.0.1:${PORT + 50}`;

let cli: Cli;
let cluster: RawCluster;
beforeAll(async () => {
  cli = await openCli();
  cluster = await startRawCluster({ port: PORT, downAfterMs: QUIET_MS });
});
afterAll(async () => {
  await cluster?.stop();
  await cli?.close();
});

/** The first lines of both commands, which are one, with the exit code of both. */
async function said(name: string): Promise<{ code: number; lines: string[] }> {
  const [status, doctor] = await Promise.all(
    ['status', 'doctor'].map((command) => cli.run([command, '--cluster', name, '--json'])),
  );
  const [ours, theirs] = [status, doctor].map((ran) => ran?.json().verdict);
  expect({ ...theirs, code: doctor?.code }).toMatchObject({
    ...{ word: ours.word, text: ours.text, next: ours.next },
    code: status?.code,
  });
  return { code: status?.code ?? -1, lines: [`${ours.word}  ${ours.text}`, ours.next] };
}

it('attach says of a rule for a typed address that it has no effect', async () => {
  const rule = `${ONE}=127.0.0.1:1`;
  const ran = await cli.run(['attach', 'far', '--sentinel-addrs', ONE, '--map', rule]);
  expect(ran).toMatchObject({ code: 0, stderr: expect.stringContaining(`--map ${rule} has no effect`) });
  const other = await cli.run(['attach', 'near', '--local', '--sentinel-addrs', ONE]);
  expect(other).toMatchObject({ code: 0, stderr: expect.not.stringContaining('no effect') });
});

it('without its sentinels, the data nodes of before are asked: writes work, and no failover is possible', async () => {
  await Promise.all(cluster.sentinels.map((server) => server.stop()));
  for (const [name, next] of [
    ['far', null],
    ['near', 'sentinelctl start sentinel-1 --confirm near --cluster near'],
  ] as const) {
    const { code, lines } = await said(name);
    expect(code).toBe(1);
    expect(lines[0]).toMatch(
      /^AT RISK {2}mymaster: no failover is possible, writes go to redis-1; none of 3 sentinels answers: /,
    );
    expect(lines[1]).toBe(next);
  }
});

it('without any server nothing is known where only the network shows it; where its processes are here, it is down', async () => {
  await Promise.all(cluster.nodes.map((server) => server.stop()));
  const far = await said('far');
  expect(far.code).toBe(5);
  expect(far.lines[0]).toMatch(
    /^UNKNOWN {2}mymaster: whether writes work is not known; none of 3 sentinels answers: .*; no data node answers$/,
  );
  const text = (await cli.run(['status', '--cluster', 'far'])).stdout;
  expect(text).toContain('nothing that was attached answers');
  expect(text).not.toContain('every write fails');
  // Without a sentinel no data node is started: which of them has the data is not known.
  const near = await said('near');
  expect(near.code).toBe(5);
  expect(near.lines[0]).toMatch(/^DOWN {2}mymaster: no writes: no data node answers/);
  expect(near.lines[1]).toBe('sentinelctl start sentinel-1 --confirm near --cluster near');
});
