import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Cli, openCli } from '../helpers/cli.js';
import { engineRequired, hasEngine, hasImage } from '../helpers/docker.js';
import { expectMainRoad, type MainRoad, onCluster } from '../helpers/main-road.js';
import { noPacketRules } from '../helpers/packet-rules.js';

/** Only ends what hangs: a failover of six containers on a busy machine. */
const LONG_MS = 600_000;

/**
 * Every engine that the main road must hold on, as images for the Docker driver, and both ways for a master to come back.
 * This machine's own server has it on the cluster of faults-docker.test.ts, where packet rules let that one be made.
 */
const ENGINES: (MainRoad & { image: string })[] = [
  ...(noPacketRules === undefined
    ? []
    : [{ image: 'host', name: 'redis', version: /^[78]\./, rejoin: 'as-crashed' as const }]),
  { image: 'sentinelctl-test/redis:8', name: 'redis', version: /^8\./, rejoin: 'guarded' },
  { image: 'sentinelctl-test/valkey:8', name: 'valkey', version: /^8\./, rejoin: 'guarded' },
];

describe.runIf(engineRequired && !hasEngine)('Docker', () => {
  it('is required here, and no engine answers', () => {
    expect.fail('SENTINELCTL_REQUIRE_DOCKER=1, but no Docker Engine answers');
  });
});

for (const { image, ...road } of ENGINES) {
  const there = hasEngine && (image === 'host' || hasImage(image));
  // Without an engine or the image, which test/engines/build-images.sh makes, it is named as skipped.
  describe.runIf(there || engineRequired)(`the main road on Docker with the image ${image}`, () => {
    let cli: Cli;
    beforeAll(async () => {
      // Containers are known by their cluster's name to the whole engine.
      cli = onCluster(await openCli(), image.replace(/\W+/g, '-'));
    });
    afterAll(() => cli?.close());

    it(
      'brings a cluster up, proved; moves the master, timed as the sentinels logged it; takes everything down',
      async () => {
        const args = ['--driver', 'docker', '--image', image, '--port', 'auto', '--down-after', '2s'];
        const up = await cli.run(['up', '--json', ...args]);
        expect(up.code, up.stderr).toBe(0);
        expect(up.json()).toMatchObject({ driver: 'docker', alreadyUp: false, routable: true });
        await expectMainRoad(cli, road);
        const down = await cli.run(['down', '--json']);
        expect(down.json().removed).toEqual({ processes: 0, containers: 6, networks: 1, volumes: 6 });
      },
      LONG_MS,
    );
  });
}
