import { cli } from '../../model/hints.js';
import { byNumber, count } from '../../model/words.js';
import type { RawFinding, SnapshotCheck } from '../check.js';
import { idsOf, judged } from '../group.js';
import { unanswered } from '../snapshot.js';

/** So many names are written out where their numbers are not in sequence. */
const NAMES_SHOWN = 3;

export default {
  id: 'masters-dead',
  needs: 'snapshot',
  severity: 'warning',
  impact: 'degraded',
  group: 'live',
  part: 'sentinels',
  title: 'the sentinels monitor names whose master they have never reached',
  consequence:
    'each name costs every sentinel two connection attempts a second, and a client that asks for it gets an address where nothing answers',
  explanation:
    'A sentinel learns the run id, the replicas and the other sentinels of a master from the master itself. A name ' +
    'that is down and has none of the three was never reached since that sentinel started: its servers are gone, or ' +
    'were never there. Sentinel does not forget a name by itself.',
  remedy: [
    'where the servers are gone for good: SENTINEL REMOVE NAME, at every sentinel',
    'where they should be there: start them; the sentinels reach the master within 1 s',
  ],
  sources: ['sentinel.c: sentinelRefreshInstanceInfo, sentinelReconnectInstance', 'measured'],
  live({ snapshot, masters, expectation: { masterName } }) {
    const { leftovers = [], sentinels } = snapshot;
    const names = [...new Set(leftovers.map(({ name }) => name))].sort(byNumber);
    const [first] = names;
    if (first === undefined) return judged([], unanswered(sentinels));
    const places = new Map(leftovers.map(({ sentinel }) => [sentinel.id, sentinel]));
    const downMs = Math.min(...leftovers.map((leftover) => leftover.downMs ?? 0));
    const words = inWords(names);
    const never = `${idsOf([...places.values()])} ${places.size === 1 ? 'has' : 'have'} never reached them (down for ${Math.floor(downMs / 1000)} s, no replica, no other sentinel)`;
    return [
      {
        subject: names.length === 1 ? first : words,
        masterName: null,
        servers: [...places.keys()],
        ...(masterName !== null
          ? { impact: 'risk' as const }
          : masters.length === 0 && { severity: 'critical' as const, impact: 'down' as const }),
        brief: `the masters of ${count(names.length, 'name')} were never reached: ${words}`,
        message: `the masters of ${count(names.length, 'monitored name')} (${words}): ${never}`,
        evidence: never,
        fix: [
          '# start their servers; where they are gone for good, at every sentinel:',
          ...[...places.values()].map((sentinel) => removeAt(sentinel, names)),
        ],
      } satisfies RawFinding,
    ];
  },
} satisfies SnapshotCheck;

/** One line for a shell: a loop where there are many names in sequence. */
function removeAt(sentinel: { endpoint: { host: string; port: number } }, names: readonly string[]): string {
  // sentinel.c, createSentinelRedisInstance, takes no other characters; what a liar says is not pasted into a shell.
  const ranges = sequences(names.filter((name) => /^[\w.-]+$/.test(name)));
  const words = ranges.flatMap(({ stem, from, to }) =>
    to > from ? [`$(seq -f '${stem}%.0f' ${from} ${to})`] : [`${stem}${from}`],
  );
  return `for name in ${words.join(' ')}; do ${cli(sentinel, 'SENTINEL REMOVE "$name"')}; done`;
}

/** `shard-1 to shard-120`, or `a, b, c and 9 more`. */
function inWords(names: readonly string[]): string {
  const said = sequences(names).map(({ stem, from, to }) =>
    to === from ? `${stem}${from}` : `${stem}${from} to ${stem}${to}`,
  );
  const more = said.length - NAMES_SHOWN;
  return more > 0 ? `${said.slice(0, NAMES_SHOWN).join(', ')} and ${more} more` : said.join(', ');
}

interface Sequence {
  stem: string;
  /** Empty for a name that does not end in a number. */
  from: number | '';
  to: number | '';
}

/** Names that differ by a number at the end, in sequence, together. They come sorted. */
function sequences(names: readonly string[]): Sequence[] {
  const found: Sequence[] = [];
  for (const name of names) {
    const [, stem = name, digits] = /^(.*?)(0|[1-9]\d{0,8})$/.exec(name) ?? [];
    const number = digits === undefined ? '' : Number(digits);
    const last = found.at(-1);
    if (last !== undefined && number !== '' && last.to !== '' && last.stem === stem && number === last.to + 1)
      last.to = number;
    else found.push({ stem, from: number, to: number });
  }
  return found;
}
