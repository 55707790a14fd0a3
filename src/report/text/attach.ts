import type { Attached } from '../../cluster/attach.js';
import type { CheckedCommand } from '../../drivers/attached-host.js';
import { type Address, formatAddress } from '../../model/address.js';
import { type AddressRule, formatAddressRule } from '../../model/address-map.js';
import { PRODUCTION, wayFacts, wayOf } from '../../model/attached.js';
import { command } from '../../model/hints.js';
import { shellWord } from '../../model/secrets.js';
import type { Verdict } from '../../model/status.js';
import { count, listed } from '../../model/words.js';
import { plain, wrap } from '../plain-text.js';
import { nextLines, verdictLines } from './lines.js';
import { verdictPaint } from './outcome.js';
import { table } from './table.js';
import { lineWidth, SYMBOL, themeOf, type View } from './theme.js';

export interface AttachResult extends Attached {
  /** With `--local`: servers that cannot be acted on from here, and why. */
  notHere: readonly { id: string; why: string }[];
  /** Servers that are not reached, and where their containers publish the port. */
  published: readonly { id: string; announce: Address; container: string; reach: Address }[];
  verdict: Verdict;
  /** With `--check`: every command filled in. */
  commands: readonly CheckedCommand[];
}

/** How many servers are listed that were not reached. */
const UNREACHED_SHOWN = 6;

/** What was found and under which names, how it is, and what cannot be reached from here. */
export function attachText(result: AttachResult, view: View): string {
  const { record, again, masters, verdict } = result;
  const theme = themeOf(view);
  const width = lineWidth(view);
  const nodes = record.servers.filter((s) => s.kind === 'redis').length;
  const sentinels = record.servers.length - nodes;
  const named = masters.length <= 3 ? `: ${masters.join(', ')}` : '';
  const head = `${record.cluster} ${again ? 'attached again' : 'attached'}: ${listed([
    count(sentinels, 'sentinel'),
    count(nodes, 'data node'),
    `${count(masters.length, 'master')}${named}`,
  ])}`;
  return [
    ...wrap(`${SYMBOL.ok} ${head}`, width, 2).map(theme.ok),
    ...verdictLines(verdict.word, verdictPaint(verdict.word, theme), verdict.text, view),
    ...nextLines(nextOf(result), view),
    ...(record.servers.length > 40 ? [] : ['', serversTable(result, view)]),
    ...mapLines(record.access.addressMap, view),
    ...unreachedLines(result, view),
    ...wayLines(result, view),
    ...commandLines(result, view),
  ].join('\n');
}

/** Before anything is known of servers that are not reached, they are reached. */
const nextOf = ({ record: { cluster, file }, published, verdict }: AttachResult): string =>
  published.length > 0 && file === undefined
    ? `sentinelctl attach ${cluster} --map-published # records the map below`
    : (verdict.next ?? command('status', cluster));

function serversTable({ record, unreached }: AttachResult, view: View): string {
  const theme = themeOf(view);
  return table(
    [{ title: 'NODE' }, { title: 'ADDRESS' }, { title: 'MASTERS', drop: 2 }, { title: 'FROM HERE', drop: 1 }],
    record.servers.map(({ id, announce, masterNames }) => {
      const missed = unreached.find((u) => u.id === id);
      return [
        { text: id, paint: theme.bold },
        formatAddress(announce),
        masterNames.join(', ') || '-',
        missed === undefined
          ? { text: 'answers', paint: theme.ok }
          : { text: 'does not answer', paint: theme.warn },
      ];
    }),
    view,
  );
}

/** The rules by which announced addresses are dialled, as they were typed. */
const mapLines = (rules: readonly AddressRule[], view: View): string[] =>
  rules.length === 0
    ? []
    : [
        '',
        ...wrap(`mapped: ${rules.map(formatAddressRule).join(', ')}`, lineWidth(view), 2).map(
          themeOf(view).dim,
        ),
      ];

/** An announced address that only the cluster's own network knows is the usual reason, so that is said with its cure. */
function unreachedLines({ record, unreached, published }: AttachResult, view: View): string[] {
  if (unreached.length === 0) return [];
  const theme = themeOf(view);
  const width = lineWidth(view);
  const rest = unreached.length - UNREACHED_SHOWN;
  const others = unreached.filter(({ id }) => !published.some((one) => one.id === id));
  return [
    '',
    ...unreached
      .slice(0, UNREACHED_SHOWN)
      .flatMap(({ id, endpoint, why }) =>
        wrap(`${SYMBOL.warn} ${id}: ${formatAddress(endpoint)} ${why}`, width, 2),
      )
      .map(theme.warn),
    ...(rest > 0 ? [`  and ${rest} more`] : []),
    ...publishedLines(record, published, view),
    ...(others.length === 0 ? [] : wrap(missingRules(others), width, 0)),
    ...(others.length > 1 ? others.map((one) => `  ${missingRule(one)}`) : []),
  ];
}

type Unreached = AttachResult['unreached'];

const missingRule = ({ announce }: Unreached[number]): string => `--map ${formatAddress(announce)}=HOST:PORT`;

function missingRules(unreached: Unreached): string {
  const [first, second] = unreached;
  if (first === undefined) return '';
  return second === undefined
    ? `If it runs, its announced address cannot be reached from here: attach again with ${missingRule(first)}, the address at which this machine reaches it.`
    : 'If they run, their announced addresses cannot be reached from here: attach again with these, each with the address at which this machine reaches it:';
}

/** The map that the published ports of containers are. */
function publishedLines(
  { file }: AttachResult['record'],
  published: AttachResult['published'],
  view: View,
): string[] {
  if (published.length === 0) return [];
  const pairs = published.map(
    ({ id, announce, reach, container }) =>
      `  ${id} ${formatAddress(announce)} → ${formatAddress(reach)}, published by container ${container}`,
  );
  const rules = published.map(
    ({ announce, reach }) => `      - ${formatAddress(announce)}=${formatAddress(reach)}`,
  );
  return [
    ...wrap('This machine reaches these by the ports that their containers publish:', lineWidth(view), 0),
    ...pairs,
    ...(file === undefined ? [] : [`Add these lines to ${file.path}:`, '    map:', ...rules]),
  ];
}

/** Whether its servers can be ended and started from here. */
function wayLines({ record, notHere }: AttachResult, view: View): string[] {
  const { servers: kind } = wayFacts(wayOf(record));
  if (kind === null) return [];
  const theme = themeOf(view);
  const width = lineWidth(view);
  const found = record.servers.length - notHere.length;
  const acts = `kill, stop, start, pause, inject and failover-test`;
  const does = record.readonly
    ? `it was attached with --readonly, which refuses ${acts}`
    : `${acts} work on ${found === 1 ? 'it' : 'them'}, with --confirm ${record.cluster}${record.label === PRODUCTION ? '/MASTER, where MASTER is the id of the master, such as redis-1' : ''}`;
  return [
    '',
    ...wrap(`${found} of ${count(record.servers.length, 'server')} found as ${kind}: ${does}`, width, 0),
    ...notHere.flatMap(({ id, why }) => wrap(`${SYMBOL.warn} ${id}: ${why}`, width, 2)).map(theme.warn),
  ];
}

/** The commands of one data node and one sentinel as they would run, and every one that cannot work. */
function commandLines({ commands, record }: AttachResult, view: View): string[] {
  if (commands.length === 0) return [];
  const theme = themeOf(view);
  const bad = commands.filter(({ why }) => why !== null);
  const ran = commands.filter((one) => one.ran).length;
  const all = count(commands.length, 'command');
  const head =
    bad.length === 0
      ? `${SYMBOL.ok} ${all} filled in; ${ran === 0 ? 'none of them only looks, so none was run' : `${ran} that only look were run`}`
      : `${SYMBOL.bad} ${bad.length} of ${all} cannot work`;
  const kinds = ['redis', 'sentinel'] as const;
  const first = kinds.map((kind) => record.servers.find((server) => server.kind === kind)?.id);
  const shown = commands.filter(({ node, why }) => why !== null || first.includes(node));
  return [
    '',
    ...wrap(head, lineWidth(view), 2).map(bad.length === 0 ? theme.ok : theme.bad),
    ...shown.flatMap((one) => {
      const line = `${one.node} ${one.action}: ${one.words === null ? '-' : one.words.map(shellWord).join(' ')}`;
      const mark = one.why === null ? (one.ran ? SYMBOL.ok : ' ') : SYMBOL.bad;
      return [
        ...wrap(plain(`${mark} ${line}`), lineWidth(view), 4),
        ...(one.why === null ? [] : wrap(plain(`    ${one.why}`), lineWidth(view), 4).map(theme.bad)),
      ];
    }),
    ...(shown.length === commands.length
      ? []
      : wrap(
          '  the other servers have the same ones, with their own values; --json has all',
          lineWidth(view),
          2,
        ).map(theme.dim)),
  ];
}

export interface Detached {
  cluster: string;
  servers: number;
  /** Whether `use` had chosen it. */
  wasUsed: boolean;
}

/** What was forgotten; that `use` had chosen it decides what the next command works on. */
export const detachText = ({ cluster, servers, wasUsed }: Detached, view: View): string =>
  [
    themeOf(view).ok(
      `${SYMBOL.ok} ${cluster} detached: ${count(servers, 'server')} forgotten here, nothing changed there`,
    ),
    ...(wasUsed ? wrap(`use had chosen ${cluster}: that choice is gone`, lineWidth(view), 2) : []),
    ...(wasUsed ? nextLines('sentinelctl use', view) : []),
  ].join('\n');
