import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Cli, openCli, type Ran } from '../helpers/cli.js';
import { engineRequired, hasEngine, hasImage } from '../helpers/docker.js';
import { expectMainRoad, healthyStatus, type MainRoad, onCluster } from '../helpers/main-road.js';
import { noPacketRules } from '../helpers/packet-rules.js';
import { refusal } from '../helpers/refusal.js';

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

/** The image whose cluster is taken down from another state directory, by its name alone. */
const BY_NAME = 'sentinelctl-test/redis:8';

/** One name, two state directories, one engine: the other one refuses what would touch it without its name and --yes. */
async function downByName(first: Cli, second: Cli, name: string, up: string[]): Promise<Ran> {
  await refusal(second, up, { exit: 3, code: 'name-in-use', says: '6 containers, 6 volumes' });
  const status = await healthyStatus(first);
  expect(status.masters[0]?.nodes.map((n) => n.role).sort()).toEqual(['master', 'replica', 'replica']);

  const unknown = { exit: 3, code: 'cluster-unknown', says: 'does not exist' };
  await refusal(second, ['down', '--cluster', name], unknown);
  await refusal(second, ['down', '--cluster', `${name}-not-there`, '--yes'], unknown);
  return second.run(['down', '--cluster', name, '--yes', '--json']);
}

for (const { image, ...road } of ENGINES) {
  const there = hasEngine && (image === 'host' || hasImage(image));
  // Without an engine or the image, which test/engines/build-images.sh makes, it is named as skipped.
  describe.runIf(there || engineRequired)(`the main road on Docker with the image ${image}`, () => {
    // Containers are known by their cluster's name to the whole engine.
    const cluster = image.replace(/\W+/g, '-');
    let cli: Cli;
    let other: Cli;
    beforeAll(async () => {
      cli = onCluster(await openCli(), cluster);
      other = await openCli();
    });
    afterAll(async () => {
      await cli?.close();
      await other?.close();
    });

    it(
      'brings a cluster up, proved; moves the master, timed as the sentinels logged it; takes everything down',
      async () => {
        const args = ['--driver', 'docker', '--image', image, '--port', 'auto', '--down-after', '5s'];
        const up = await cli.run(['up', '--json', ...args]);
        expect(up.code, up.stderr).toBe(0);
        expect(up.json()).toMatchObject({ driver: 'docker', alreadyUp: false, routable: true });
        await expectMainRoad(cli, road);
        const down =
          image === BY_NAME
            ? await downByName(cli, other, cluster, ['up', '--cluster', cluster, ...args])
            : await cli.run(['down', '--json']);
        expect(down.code, down.stderr).toBe(0);
        expect(down.json().removed).toEqual({ processes: 0, containers: 6, networks: 1, volumes: 6 });
      },
      LONG_MS,
    );
  });
}
