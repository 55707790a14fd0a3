import { withNode } from '../../cluster/ask.js';
import type { NodePlan } from '../../model/plan.js';
import type { Asking } from '../../wire/access.js';

/** So many keys go over the wire at once. */
const BATCH = 500;

/** Keys that a scenario wrote to a cluster, that are looked for again and then removed. */
export interface Keys {
  written: number;
  /** How many of them this node lacks. Throws WireError. */
  missingAt(node: NodePlan): Promise<number>;
  /** Throws WireError. */
  remove(node: NodePlan): Promise<void>;
}

/** Writes so many keys to the master. Throws WireError. */
export async function writeKeys(
  master: NodePlan,
  prefix: string,
  written: number,
  asking: Asking,
): Promise<Keys> {
  const names = Array.from({ length: written }, (_, i) => `${prefix}:${i}`);
  const batches = Array.from({ length: Math.ceil(written / BATCH) }, (_, i) =>
    names.slice(i * BATCH, (i + 1) * BATCH),
  );
  const each = (node: NodePlan, command: string, args: (name: string) => string[]): Promise<number> =>
    withNode(node, asking, async (connection) => {
      let sum = 0;
      for (const batch of batches) {
        const reply = await connection.call(command, ...batch.flatMap(args));
        if (typeof reply === 'number') sum += reply;
      }
      return sum;
    });
  // One by one: a server that loads them again counts commands.
  await withNode(master, asking, async (connection) => {
    for (const batch of batches) await Promise.all(batch.map((name) => connection.call('SET', name, name)));
  });
  return {
    written,
    missingAt: async (node) => written - (await each(node, 'EXISTS', (name) => [name])),
    async remove(node) {
      await each(node, 'UNLINK', (name) => [name]);
    },
  };
}
