import { env } from 'node:process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commands } from '../../commands/index.js';
import { dockerDriver } from '../../src/drivers/docker/index.js';
import { openShell, type Shell } from '../helpers/shell.js';

const LONG_MS = 240_000;

/** The commands find a cluster of their own, on free ports and with a short down-after. */
const SETTINGS = {
  SENTINELCTL_DRIVER: 'process',
  SENTINELCTL_PORT: 'auto',
  SENTINELCTL_SENTINEL_PORT: 'auto',
  SENTINELCTL_DOWN_AFTER: '2s',
  // How fast a failover is here and now is not what is tested.
  SENTINELCTL_BUDGET: '60s',
};

const probe = await dockerDriver.probe({ settings: { image: 'host' }, env });
const isRequired = env.SENTINELCTL_REQUIRE_DOCKER === '1';
it.runIf(isRequired && !probe.ok)('a Docker Engine is required and answers', () => {
  expect(probe).toMatchObject({ ok: true });
});

const examples = await Promise.all(
  Object.entries(commands).map(async ([name, entry]) => ({
    name,
    lines: (await entry.load()).default.examples,
  })),
);

/** What would go on for ever, or for many minutes, is interrupted once it has said something. */
const endUpon = (line: string): 'stdout' | 'stderr' | undefined =>
  /\s(-f|--follow|--watch(=\S+)?)(\s|$)/.test(line)
    ? 'stdout'
    : line.startsWith('sentinelctl sweep')
      ? 'stderr'
      : undefined;
/** What its exit code may be: a failover test's verdict is not what is looked for here. */
const mayExit = (line: string): number[] =>
  endUpon(line) !== undefined ? [130] : line.startsWith('sentinelctl failover-test') ? [0, 1] : [0];
const needsDocker = (line: string): boolean => /--driver docker/.test(line);
/** A cluster that an example names beside the default one. */
const otherCluster = (line: string): string | undefined => /--cluster (\S+)/.exec(line)?.[1];

describe.each(examples)('the examples of $name', ({ name, lines }) => {
  let shell: Shell;
  beforeAll(async () => {
    shell = await openShell(SETTINGS);
  });
  afterAll(() => shell.close(), LONG_MS);

  const up = async (cluster: string): Promise<void> => {
    const made = await shell.type(`sentinelctl up --quiet --cluster ${cluster}`);
    expect(made.code, made.stderr).toBe(0);
  };
  /** A healthy cluster: what an example before this one broke is made anew. */
  const standUp = async (): Promise<void> => {
    if ((await shell.type('sentinelctl status --quiet')).code === 0) return;
    await shell.type('sentinelctl down --quiet');
    await up('default');
  };
  /** An example shows the usual ports; here they are the ones that were free. */
  const withPorts = async (line: string): Promise<string> => {
    if (!line.includes('127.0.0.1:26379')) return line;
    const { REDIS_SENTINEL_ADDRS } = (await shell.type('sentinelctl env --json')).json() as {
      REDIS_SENTINEL_ADDRS: string;
    };
    const ports = REDIS_SENTINEL_ADDRS.split(',').map((address) => address.split(':')[1] ?? '');
    return line.replace(/127\.0\.0\.1:(26379|2638\d)/g, (_, port) => `127.0.0.1:${ports[port - 26_379]}`);
  };

  it.for(lines.filter((line) => needsDocker(line) && !probe.ok))('%s', (_line, { skip }) =>
    skip(probe.ok ? '' : probe.reason),
  );
  it.each(lines.filter((line) => !needsDocker(line) || probe.ok))(
    '%s',
    async (line) => {
      if (name !== 'up') {
        await standUp();
        const other = otherCluster(line);
        if (other !== undefined) await up(other);
      }
      if (name === 'report')
        await shell.type('sentinelctl failover-test --rejoin guarded --clients 0 --report report');
      const ran = await shell.type(await withPorts(line), { endUpon: endUpon(line) });
      expect(mayExit(line), `${line}\n${ran.stdout}${ran.stderr}`).toContain(ran.code);
    },
    LONG_MS,
  );
});
