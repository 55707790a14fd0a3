import { expect, it } from 'vitest';
import { commands } from '../../../commands/index.js';
import { main } from '../../../src/cli/main.js';
import type { ChaosPlan } from '../../../src/scenarios/play/plan.js';
import { tempDir } from '../../helpers/temp-dir.js';
import { memoryWorld } from '../../helpers/world.js';

async function run(argv: string[], env: Record<string, string> = {}) {
  const world = memoryWorld({ commands, env: { SENTINELCTL_HOME: await tempDir(), ...env } });
  const code = await main(argv, world);
  return { code, out: world.stdout.text, err: world.stderr.text.replace(/\s+/g, ' ') };
}

it('--dry-run says that it would create a scratch cluster, whose addresses are others', async () => {
  const { code, out } = await run(['chaos', 'run', 'kill', '--dry-run']);
  expect(code).toBe(0);
  expect(out.replace(/\s+/g, ' ')).toMatch(
    /on: a scratch cluster, created for it and removed afterwards: 2 replicas, .* the addresses below are examples .*1\. inject kill/,
  );
  const plan = JSON.parse((await run(['chaos', 'run', 'kill', '--dry-run', '--json'])).out) as ChaosPlan;
  expect(plan.cluster).toBeNull();
});

it.each([[], ['--dry-run']])('addresses that are typed are not ignored: %j', async (...more) => {
  const { code, err } = await run(['chaos', 'run', 'kill', '--sentinel-addrs', '127.0.0.1:26379', ...more]);
  expect(code).toBe(3);
  expect(err).toContain('chaos run kill is refused: sentinelctl did not create 127.0.0.1:26379');
  expect(err).toMatch(
    /sentinelctl attach NAME --sentinel-addrs 127\.0\.0\.1:26379 .* sentinelctl chaos run kill --cluster NAME/,
  );
});

it('those of the shell are not what a scenario runs on, and an unknown cluster has no plan', async () => {
  const env = { REDIS_SENTINEL_ADDRS: '127.0.0.1:26379' };
  expect((await run(['chaos', 'run', 'kill', '--dry-run'], env)).out).toContain('on: a scratch cluster');
  const { code, err } = await run(['chaos', 'run', 'kill', '--dry-run', '--cluster', 'nope']);
  expect(code).toBe(3);
  expect(err).toContain('nope');
});
