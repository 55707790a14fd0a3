import { formatAddress } from '../address.js';
import { isAt } from '../facts.js';
import { count } from '../words.js';
import { type Check, grouped, ids, nameOf, warning } from './problem.js';

/** A sentinel that lists fewer peers than others do: it does not count all the votes. */
export const sentinelIsolated: Check = (facts) => {
  const most = Math.max(facts.witnesses.length - 1, ...facts.witnesses.map((w) => w.view.sentinels.length));
  const fewer = facts.witnesses.filter((w) => w.view.sentinels.length < most);
  return fewer.map(({ sentinel, view }) =>
    warning(
      'sentinel-isolated',
      [sentinel],
      `${nameOf(sentinel)} knows ${count(view.sentinels.length, 'other sentinel')}, where others know ${most}`,
      facts.hints.logs(sentinel, `SENTINEL SENTINELS ${facts.name}`),
      'sentinels find each other through the master, by a message each 2 s; it may not reach the master, or may not write to it',
    ),
  );
};

/** A server that answers here, while a sentinel sees it as down: a partition, or a wrong password. */
export const seenDown: Check = (facts) => {
  const alive = [...facts.answered, ...facts.snapshot.sentinels.filter((s) => s.answer !== null)];
  const sightings = facts.witnesses.flatMap(({ sentinel, view }) =>
    [...view.replicas, ...view.sentinels]
      .filter((seen) => seen.flags.includes('s_down'))
      .flatMap((seen) => {
        const server = alive.find((s) => isAt(s, seen.address));
        return server === undefined ? [] : [{ sentinel, server }];
      }),
  );
  return grouped(sightings, (s) => formatAddress(s.server.announce)).flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const sentinels = group.map((s) => s.sentinel);
    return [
      warning(
        'seen-down',
        [first.server],
        `${ids(sentinels)} ${sentinels.length === 1 ? 'sees' : 'see'} ${nameOf(first.server)} as down, although it answers here`,
        facts.hints.logs(first.sentinel, `SENTINEL MASTER ${facts.name}`),
        'they can not reach each other, or it came back a moment ago',
      ),
    ];
  });
};
