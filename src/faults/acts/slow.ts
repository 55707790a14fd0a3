import { refused } from '../../errors.js';
import { formatDurationMs } from '../../model/duration.js';
import type { ActHandler, ActOf } from '../act.js';
import { commandsOf } from './block.js';
import { requireLinks } from './links-of.js';

/** What a node and the others say to each other goes through a proxy, which holds it for a while. */
export const slow: ActHandler<ActOf<'slow'>> = {
  describe: (_context, { node, delayMs, jitterMs, tag }) =>
    `traffic between ${node} and the other nodes delayed by ${formatDurationMs(delayMs)}` +
    `${jitterMs > 0 ? ` to ${formatDurationMs(delayMs + jitterMs)}` : ''} in each direction, by a proxy and rules tagged ${tag}`,

  describeUndo: (_context, { tag }) => `every packet rule tagged ${tag} is removed, and its proxy ends`,

  commands: ({ live }, { tag }) => commandsOf(live, tag),

  async prepare(context, act) {
    const probe = await requireLinks(context, 'slowed down');
    if (!probe.slow.ok) {
      throw refused('no-links', `${act.node} cannot be slowed down here`, { why: probe.slow.reason });
    }
    return act;
  },

  async inject(context, { node, delayMs, jitterMs, tag }) {
    await (await requireLinks(context, 'slowed down')).links.slow({ node, delayMs, jitterMs }, tag);
  },

  async undo(context, { tag }) {
    await (await requireLinks(context, 'slowed down')).links.clear(tag);
  },

  async verify(context, { tag }) {
    const left = (await (await requireLinks(context, 'slowed down')).links.tags()).includes(tag);
    return left ? `rules or a proxy tagged ${tag} still exist` : null;
  },
};
