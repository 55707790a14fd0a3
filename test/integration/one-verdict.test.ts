import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { until } from '../../src/until.js';
import { attachedTo, bothCommands, tell } from '../helpers/both-commands.js';
import { startRawCluster } from '../helpers/redis.js';
import { ofMasters } from '../helpers/verdict-faults/of-masters.js';
import { ofReplicas } from '../helpers/verdict-faults/of-replicas.js';
import { ofSentinels } from '../helpers/verdict-faults/of-sentinels.js';

const LONG_MS = 600_000;

const cluster = bothCommands(7900);
const { asked, more, node, lineUp, look, words, bothSay, typeNext, typeFixOf } = cluster;
const FAULTS = [ofReplicas, ofSentinels, ofMasters].flatMap((of) => of(cluster));

beforeAll(cluster.start, LONG_MS);
afterAll(cluster.stop);

describe('status and doctor have one verdict', () => {
  it('on a healthy cluster', () => bothSay('HEALTHY'), LONG_MS);

  for (const { what, word, alike = false, next = 'command', cures, plant, undo } of FAULTS) {
    it(
      `on ${what}`,
      async () => {
        await lineUp();
        await plant();
        try {
          await bothSay(word, asked, alike);
          if (cures === undefined) await typeNext(next);
          else await typeFixOf(cures);
        } finally {
          await undo();
        }
        await bothSay('HEALTHY');
      },
      LONG_MS,
    );
  }

  it(
    'on what only doctor asks: status does not say HEALTHY without saying so',
    async () => {
      await tell(node(2), 'ACL SETUSER default -slaveof');
      try {
        const seen = await until(
          async () => {
            const said = await words(asked);
            return said.doctor === 'AT RISK' && said.status === 'HEALTHY' ? said : undefined;
          },
          { clock: systemClock, everyMs: 100, deadlineMs: 60_000 },
        );
        expect(seen?.first[0]).toMatch(/ \(checks of doctor not run\)$/);
      } finally {
        await tell(node(2), 'ACL SETUSER default +@all');
      }
      await bothSay('HEALTHY');
    },
    LONG_MS,
  );

  it(
    'on a master whose min-replicas-to-write may not be read, which is asked for once',
    async () => {
      await lineUp();
      const denied = async (): Promise<string[]> =>
        (await tell(node(0), 'ACL LOG')).match(/config\|get/g) ?? [];
      await tell(node(0), 'CONFIG SET min-replicas-to-write 1');
      await tell(node(0), 'ACL SETUSER default "-config|get"');
      try {
        await bothSay('UNKNOWN');
        await tell(node(0), 'ACL LOG RESET');
        const { ids } = await look();
        expect(ids).toContain('writes-refused');
        expect(await denied()).toEqual([]);
      } finally {
        await tell(node(0), 'ACL SETUSER default "+config|get"');
        await tell(node(0), 'CONFIG SET min-replicas-to-write 0');
      }
      await bothSay('HEALTHY');
    },
    LONG_MS,
  );

  it(
    'on a cluster of two sentinels',
    async () => {
      const small = await startRawCluster({ port: 7920, replicas: 1, sentinels: 2 });
      more.push(...small.nodes, ...small.sentinels);
      await bothSay('AT RISK', attachedTo(small));
    },
    LONG_MS,
  );
});
