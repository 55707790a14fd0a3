import type { Address } from '../model/address.js';
import { silentAmong } from '../model/facts.js';
import type {
  Gathered,
  GatheredMaster,
  GatheredNode,
  GatheredSentinel,
  GatheredServer,
} from '../model/gathered.js';
import type { MasterSetting } from '../model/sentinel-settings.js';
import { listed } from '../model/words.js';
import type { RawFinding, Skip } from './check.js';
import { type MonitoredAt, silentSentinels } from './evidence.js';
import { parseConf } from './files/conf.js';
import type { WrongValue } from './files/judge.js';
import { type Lines, lastOf, sentinelLines } from './files/settings.js';
import { sentinelSet } from './fixes.js';
import { type Group, groupsOf, judged, num, readAll } from './group.js';

/** Judges every group that a sentinel reports; sentinels that do not answer are named as missing. */
export function judgeViews(gathered: Gathered, see: (group: Group) => RawFinding[]): RawFinding[] | Skip {
  const groups = groupsOf(gathered).filter((group) => group.views.length > 0);
  if (groups.length === 0) return silentSentinels(gathered);
  const seen = groups.flatMap((group) => see(group).map((raw) => ({ masterName: group.name, ...raw })));
  return judged(seen, readAll(gathered.sentinels, (s) => s.masters).missing);
}

/** Judges one setting of every monitored master, at the sentinels that tell it; the same fault is one finding. */
export const judgeSetting = (
  gathered: Gathered,
  what: MasterSetting,
  wrong: WrongValue,
): RawFinding[] | Skip =>
  judgeViews(gathered, ({ name, views }) => {
    const found = views.flatMap((view) => {
      const value = num(view.master.fields, what);
      const fault = value === null ? null : wrong(value);
      return fault === null ? [] : [{ view, ...fault }];
    });
    return [...new Set(found.map((f) => f.why))].flatMap((why) => {
      const same = found.filter((f) => f.why === why);
      const at = same.map((f) => f.view);
      const [first] = same;
      if (first === undefined) return [];
      return [
        {
          subject: `${name} at ${sentinelIds(at)}`,
          ...(first.severity !== undefined && { severity: first.severity }),
          message: `${name}: ${what} ${valuesAt(at, what)} ${why}`,
          fix: sentinelSet(at, name, what, first.better),
        },
      ];
    });
  });

/**
 * How many sentinels have a vote on a master: those that monitor it or are silent, or as many as one of them knows.
 * One that is gone for good still counts (sentinel.c, sentinelGetLeader); a typed address that none of them knows does not.
 */
export function votersOf(gathered: Gathered, { views }: Group): number {
  const listed = listedIn(
    gathered,
    views.map(({ master }) => master),
  );
  const silent = silentAmong(
    gathered.sentinels.filter((s) => !s.masters.ok),
    listed,
  ).length;
  const known = views.map(({ master }) => 1 + (num(master.fields, 'num-other-sentinels') ?? 0));
  return Math.max(views.length + silent, ...known);
}

/**
 * The sentinels that are known to be the cluster's: those that answer, and of the others those that one of them lists. All
 * where none answers.
 */
export function membersOf(gathered: Gathered): GatheredSentinel[] {
  const answering = gathered.sentinels.filter((s) => s.silence === null);
  return answering.length === 0 ? gathered.sentinels : [...answering, ...silentMembers(gathered)];
}

/** Those without an answer that a sentinel lists. */
export const silentMembers = (gathered: Gathered): GatheredSentinel[] =>
  silentAmong(
    gathered.sentinels.filter((s) => s.silence !== null),
    listedIn(
      gathered,
      gathered.sentinels.flatMap(({ masters }) => (masters.ok ? masters.value : [])),
    ),
  );

/** The addresses of other sentinels that these views list; null where each typed one counts, or a view has no list. */
function listedIn({ own }: Gathered, masters: readonly GatheredMaster[]): Address[] | null {
  if (own || masters.some(({ sentinels }) => !sentinels.ok)) return null;
  return masters.flatMap(({ sentinels }) =>
    sentinels.ok ? sentinels.value.map(({ ip = '', port }) => ({ host: ip, port: Number(port) })) : [],
  );
}

/** `2 at sentinel-1 and sentinel-2, 3 at sentinel-3`, where they differ; else the value alone. */
export function valuesAt(views: readonly MonitoredAt[], setting: string): string {
  const said = ({ master }: MonitoredAt): string => master.fields[setting] ?? '?';
  const values = [...new Set(views.map(said))];
  if (values.length === 1) return values.join('');
  return values
    .map((value) => `${value} at ${listed(views.filter((v) => said(v) === value).map((v) => v.sentinel.id))}`)
    .join(', ');
}

/** The ids of the sentinels that say so. */
export const sentinelIds = (views: readonly MonitoredAt[]): string =>
  views.map(({ sentinel }) => sentinel.id).join(', ');

/** What a file said once, by what was read of it: dozens of checks ask for the same lines. */
const parsed = new WeakMap<object, { text: string; lines: Lines }>();

/** A server's own configuration file; null where it could not be read. */
export function linesOf({ conf }: GatheredServer): Lines | null {
  if (!conf.ok) return null;
  const { file, text } = conf.value;
  const known = parsed.get(conf.value);
  if (known?.text === text) return known.lines;
  const lines = parseConf(file, text);
  parsed.set(conf.value, { text, lines });
  return lines;
}

/**
 * A setting that is in effect at a server, its words with blanks between: as a data node's CONFIG GET says, else as its
 * file does. undefined where it is not set, null where neither can be read.
 */
export function settingAt(server: GatheredNode | GatheredSentinel, name: string): string | undefined | null {
  const config = 'role' in server && server.config.ok ? server.config.value : undefined;
  const lines = linesOf(server);
  if (config === undefined && lines === null) return null;
  return config?.[name] ?? (lines === null ? undefined : lastOf(lines, name)?.args.join(' '));
}

/** The hosts that a sentinel monitors, by its file and by what it says, each once. */
export function monitoredHosts(sentinel: GatheredSentinel): string[] {
  const lines = linesOf(sentinel);
  const written = lines === null ? [] : sentinelLines(lines, 'monitor').flatMap((d) => d.args[2] ?? []);
  const views = sentinel.masters.ok ? sentinel.masters.value.flatMap((m) => m.fields.ip ?? []) : [];
  return [...new Set([...written, ...views])];
}
