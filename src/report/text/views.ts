import { formatAddress } from '../../model/address.js';
import { formatDurationMs } from '../../model/duration.js';
import type { AskedOfMaster, Claim, MastersResult, MembersResult, Subject } from '../../model/views.js';
import type { Asked, MasterAddrResult } from '../../model/which-master.js';
import { count } from '../../model/words.js';
import { plain, wrap } from '../plain-text.js';
import { FIELDS, show } from '../words/claim-fields.js';
import { type Cell, type Column, table } from './table.js';
import { lineWidth, SYMBOL, themeOf, type View } from './theme.js';

/** `masters`: every monitored master, a line per sentinel, differences marked. */
export function mastersText(result: MastersResult, view: View): string {
  const blocks = result.masters.map((m) => subjectBlock(m.name, m, 'masters', view));
  if (blocks.length === 0) blocks.push('the sentinels monitor no master');
  return [...blocks, ...silentBlock(result.sentinels, view)].join('\n\n');
}

/** `replicas` and `sentinels`: every member, a line per sentinel that was asked, differences marked. */
export function membersText(result: MembersResult, view: View): string {
  const noun = result.kind === 'replicas' ? 'replica' : 'sentinel';
  const blocks = result.members.map((m) => subjectBlock(title(m), m, result.kind, view));
  if (blocks.length === 0) {
    blocks.push(
      wrap(
        `no sentinel lists any ${result.kind === 'replicas' ? 'replica' : 'other sentinel'} of ${result.masterName}`,
        lineWidth(view),
        2,
      ).join('\n'),
    );
  }
  const head = wrap(`${result.masterName}: ${count(result.members.length, noun)}`, lineWidth(view), 2).join(
    '\n',
  );
  const unlisted = result.sentinels.filter((s) => s.monitors === false);
  return [
    head,
    ...blocks,
    ...notMonitoringBlock(unlisted, result.masterName, view),
    ...silentBlock(result.sentinels, view),
  ].join('\n\n');
}

/** The address alone where all agree, so that a script can take it as it is; else who says what. */
export function masterAddrText(result: MasterAddrResult, view: View): string {
  const address = formatAddress(result);
  if (result.agreed) return address;
  const theme = themeOf(view);
  const rows = result.answers.map((a): Cell[] => {
    const text = formatAddress(a);
    return [a.sentinel, text === address ? text : { text: `${SYMBOL.bad} ${text}`, paint: theme.bad }];
  });
  const differ = wrap(
    `${SYMBOL.bad} the sentinels give different addresses for ${result.masterName}`,
    lineWidth(view),
    2,
  );
  return [
    address,
    '',
    ...differ.map(theme.bad),
    table([{ title: 'SENTINEL' }, { title: 'ANSWERS' }], rows, view),
  ].join('\n');
}

function subjectBlock(head: string, subject: Subject, kind: keyof typeof FIELDS, view: View): string {
  const theme = themeOf(view);
  const fields = FIELDS[kind];
  const columns: Column[] = [
    { title: 'SENTINEL' },
    // What differs stays on the screen as long as possible.
    ...fields.map(([key, name, drop]) => ({
      title: name,
      ...(drop === 0 || subject.differences.includes(key) ? {} : { drop }),
    })),
  ];
  const rows = subject.claims.map((claim): Cell[] => [
    claim.sentinel,
    ...fields.map(([key]) => cellOf(claim, key, subject)),
  ]);
  const note =
    subject.differences.length === 0 ? '' : `  ${SYMBOL.bad} differs: ${subject.differences.join(', ')}`;
  const heading = wrap(plain(`${head}, as seen by:${note}`), lineWidth(view), 2).map(
    note === '' ? theme.bold : theme.bad,
  );

  function cellOf(claim: Claim, key: string, of: Subject): Cell {
    if (!claim.listed) return { text: key === fields[0]?.[0] ? 'not listed' : '-', paint: theme.bad };
    const text = shown(claim, key, of.differences.includes(key));
    if (!of.differences.includes(key) || text === common(of.claims, key)) return text;
    return { text: `${SYMBOL.bad} ${text}`, paint: theme.bad };
  }
  return [...heading, table(columns, rows, view)].join('\n');
}

/** For a person: durations with their unit. */
function shown(claim: Claim, key: string, isWhole: boolean): string {
  const value = claim.values[key];
  // Eight of forty hexadecimal digits are enough to tell sentinels apart; JSON has all.
  if (key === 'sentinelId' && !isWhole && typeof value === 'string' && value.length > 8)
    return value.slice(0, 8);
  return key.endsWith('Ms') && typeof value === 'number' ? formatDurationMs(value) : show(value);
}

/** What most of them say; the first where they are even. */
function common(claims: readonly Claim[], key: string): string {
  const votes = new Map<string, number>();
  for (const claim of claims.filter((c) => c.listed)) {
    const text = shown(claim, key, true);
    votes.set(text, (votes.get(text) ?? 0) + 1);
  }
  return [...votes].sort((a, b) => b[1] - a[1])[0]?.[0] ?? '';
}

const title = (subject: Subject): string =>
  subject.id === formatAddress(subject) ? subject.id : `${subject.id} ${formatAddress(subject)}`;

function silentBlock(sentinels: readonly Asked[], view: View): string[] {
  const silent = sentinels.filter((s) => s.error !== null);
  return badBlock(
    silent.map((s) => `${s.id} does not answer: ${s.error}`),
    view,
  );
}

function notMonitoringBlock(sentinels: readonly AskedOfMaster[], name: string, view: View): string[] {
  return badBlock(
    sentinels.map((s) => `${s.id} does not monitor ${name}`),
    view,
  );
}

function badBlock(texts: readonly string[], view: View): string[] {
  const theme = themeOf(view);
  const lines = texts.flatMap((text) =>
    wrap(plain(`${SYMBOL.bad} ${text}`), lineWidth(view), 2).map(theme.bad),
  );
  return lines.length === 0 ? [] : [lines.join('\n')];
}
