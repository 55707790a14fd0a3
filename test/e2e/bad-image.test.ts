import { env } from 'node:process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dockerDriver } from '../../src/drivers/docker/index.js';
import { type Cli, openCli } from '../helpers/cli.js';
import { misbehaving } from '../helpers/fake-server.js';
import { leftBehind, refusal } from '../helpers/refusal.js';

const probe = await dockerDriver.probe({ settings: {}, env });

it.runIf(env.SENTINELCTL_REQUIRE_DOCKER === '1' && !probe.ok)(
  'a Docker Engine is required and answers',
  () => {
    expect(probe).toMatchObject({ ok: true });
  },
);

describe.skipIf(!probe.ok)(
  `an image that is not available${probe.ok ? '' : ` (skipped: ${probe.reason})`}`,
  () => {
    let cli: Cli;
    beforeAll(async () => {
      cli = await openCli();
    });
    afterAll(() => cli?.close());
    const up = (image: string): string[] => [
      ...['up', '--cluster', 'bad-image', '--driver', 'docker', '--port', 'auto'],
      ...['--image', image],
    ];

    it('missing, and no registry: says so, offers the image of this machine, and leaves nothing', async () => {
      // A loopback port without a listener: to the engine the same as a registry that cannot be reached.
      await refusal(cli, up('127.0.0.1:1/nobody/redis:7'), {
        exit: 5,
        code: 'image-pull',
        says: '--image host',
      });
      expect(await leftBehind(cli.home)).toEqual([]);
    });

    it('missing, and something else where the registry should be', async () => {
      const server = await misbehaving('closes');
      try {
        const image = `127.0.0.1:${server.address.port}/nobody/redis:7`;
        await refusal(cli, up(image), { exit: 5, code: 'image-pull', says: image });
      } finally {
        await server.close();
      }
      expect(await leftBehind(cli.home)).toEqual([]);
    });

    it('with a name that is none', async () => {
      const expected = { exit: 64, code: 'bad-image', says: '"Not An Image" is not the name of an image' };
      await refusal(cli, up('Not An Image'), expected);
      // Nor is another driver taken instead.
      await refusal(cli, ['up', '--port', 'auto', '--image', 'Not An Image'], expected);
      expect(await leftBehind(cli.home)).toEqual([]);
    });
  },
);
