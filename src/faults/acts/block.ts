import { CLIENT, type Link, type Party } from '../../drivers/links.js';
import { removalCommands } from '../../drivers/links-rules.js';
import { refused } from '../../errors.js';
import { command } from '../../model/hints.js';
import type { ActContext, ActHandler, ActOf } from '../act.js';
import { requireLinks } from './links-of.js';

type Block = ActOf<'block'>;

/** Packets are dropped between parties, silently, until the rules that carry the tag are removed. */
export const block: ActHandler<Block> = {
  describe: (_context, { links, tag }) => `packets dropped ${words(links)}, by rules tagged ${tag}`,

  describeUndo: (_context, { tag }) => `every packet rule tagged ${tag} is removed`,

  commands: ({ live }, { tag }) => commandsOf(live, tag),

  async prepare(context, act) {
    const probe = await requireLinks(context, 'cut');
    const known = new Set([CLIENT, ...context.live.plan.nodes.map(({ id }) => id)]);
    const stranger = act.links.flatMap(({ from, to }) => [from, to]).find((party) => !known.has(party));
    if (stranger !== undefined) {
      throw refused('no-links', `${JSON.stringify(stranger)} cannot be cut off: no such node`, {
        hint: `${command('status', context.live.plan.spec.cluster)} # one of: ${[...known].join(', ')}`,
      });
    }
    const cutsClients = act.links.some(({ from, to }) => from === CLIENT || to === CLIENT);
    if (cutsClients && !probe.client.ok) {
      throw refused('no-links', 'the clients cannot be cut off from nodes here', {
        why: probe.client.reason,
      });
    }
    return act;
  },

  async inject(context, { links, tag }) {
    await (await requireLinks(context, 'cut')).links.block(links, tag);
  },

  async undo(context, { tag }) {
    await (await requireLinks(context, 'cut')).links.clear(tag);
  },

  async verify(context, { tag }) {
    const left = (await (await requireLinks(context, 'cut')).links.tags()).includes(tag);
    return left ? `packet rules tagged ${tag} still exist` : null;
  },
};

/** What a person types to remove all that carries a tag. */
export function commandsOf({ plan }: ActContext['live'], tag: string): string[] {
  return removalCommands(plan, tag);
}

/** `between redis-1 | redis-2, redis-3`, `from redis-1 to redis-2`: the same ends once, both directions together. */
function words(links: readonly Link[]): string {
  const has = (from: Party, to: Party): boolean => links.some((link) => link.from === from && link.to === to);
  const both = links.filter(({ from, to }, i) => {
    const back = links.findIndex((link) => link.from === to && link.to === from);
    return back > i;
  });
  const oneWay = links.filter(({ from, to }) => !has(to, from));
  return [...grouped(both, 'between', '|'), ...grouped(oneWay, 'from', 'to')].join('; ');
}

/** Those that reach the same others are described together. */
function grouped(links: readonly Link[], before: string, between: string): string[] {
  const reached = new Map<Party, Party[]>();
  for (const { from, to } of links) reached.set(from, [...(reached.get(from) ?? []), to]);
  const groups = new Map<string, Party[]>();
  for (const [from, to] of reached) {
    const key = [...to].sort().join(', ');
    groups.set(key, [...(groups.get(key) ?? []), from]);
  }
  return [...groups].map(([to, from]) => `${before} ${from.join(', ')} ${between} ${to}`);
}
