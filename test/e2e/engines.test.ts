import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Cli, openCli } from '../helpers/cli.js';
import { engineRequired, hasEngine, hasImage } from '../helpers/docker.js';
import { expectHealthy } from '../helpers/doctor-healthy.js';
import { expectTimedAsLogged, failoverTest, statusOf } from '../helpers/main-road.js';

/** Only ends what hangs: a failover of six containers on a busy machine. */
const LONG_MS = 600_000;

/** Every engine that the main road must hold on, as images for the Docker driver, and both ways for a master to come back. */
const ENGINES = [
  { image: 'host', name: 'redis', version: /^[78]\./, rejoin: 'as-crashed' },
  { image: 'sentinelctl-test/redis:8', name: 'redis', version: /^8\./, rejoin: 'guarded' },
  { image: 'sentinelctl-test/valkey:8', name: 'valkey', version: /^8\./, rejoin: 'guarded' },
];

describe.runIf(engineRequired && !hasEngine)('Docker', () => {
  it('is required here, and no engine answers', () => {
    expect.fail('SENTINELCTL_REQUIRE_DOCKER=1, but no Docker Engine answers');
  });
});

for (const { image, name, version, rejoin } of ENGINES) {
  const there = hasEngine && (image === 'host' || hasImage(image));
  // Without an engine or the image, which test/engines/build-images.sh makes, it is named as skipped.
  describe.runIf(there || engineRequired)(`the main road on Docker with the image ${image}`, () => {
    let cli: Cli;
    beforeAll(async () => {
      const home = await openCli();
      // Containers are known by their cluster's name to the whole engine.
      const cluster = image.replace(/\W+/g, '-');
      cli = {
        ...home,
        // What is timed is a process of its own: the test's work must not disturb it.
        run: (args, options) =>
          home.run([...args, '--cluster', cluster], {
            ...(args[0] === 'failover-test' && { via: [] }),
            ...options,
          }),
      };
    });
    afterAll(() => cli?.close());

    it(
      'brings a cluster up, proved; moves the master, timed as the sentinels logged it; takes everything down',
      async () => {
        const args = ['--driver', 'docker', '--image', image, '--port', 'auto', '--down-after', '2s'];
        const up = await cli.run(['up', '--json', ...args]);
        expect(up.code, up.stderr).toBe(0);
        expect(up.json()).toMatchObject({ driver: 'docker', alreadyUp: false, routable: true });
        expect((await statusOf(cli)).code).toBe(0);
        expectHealthy(await cli.run(['doctor', '--json']));

        const result = await failoverTest(cli, '--rejoin', rejoin);
        expect(result.trials[0]?.rejoin?.mode).toBe(rejoin);
        expectHealthy(await cli.run(['doctor', '--json']));
        expect(result.engine.name).toBe(name);
        expect(result.engine.version).toMatch(version);
        await expectTimedAsLogged(cli, result);

        const again = await cli.run(['up', '--json']);
        expect(again.json()).toMatchObject({
          alreadyUp: true,
          master: { id: result.trials[0]?.newMaster?.id },
        });
        const down = await cli.run(['down', '--json']);
        expect(down.json().removed).toEqual({ processes: 0, containers: 6, networks: 1, volumes: 6 });
      },
      LONG_MS,
    );
  });
}
