import type { Gathered, GatheredNode, GatheredSentinel, GatheredServer } from '../model/gathered.js';
import { listed } from '../model/words.js';
import type { RawFinding, Skip } from './check.js';
import { type MonitoredAt, silentSentinels } from './evidence.js';
import { parseConf } from './files/conf.js';
import { type Lines, lastOf, sentinelLines } from './files/settings.js';
import { type Group, groupsOf, judged, num, readAll } from './group.js';

/** Judges every group that some sentinel tells of; sentinels that tell nothing are named as missing. */
export function judgeViews(gathered: Gathered, see: (group: Group) => RawFinding[]): RawFinding[] | Skip {
  const groups = groupsOf(gathered).filter((group) => group.views.length > 0);
  if (groups.length === 0) return silentSentinels(gathered);
  return judged(groups.flatMap(see), readAll(gathered.sentinels, (s) => s.masters).missing);
}

/**
 * How many sentinels have a vote on a master: those that monitor it or are silent, or as many as one of them knows.
 * One that is gone for good still counts (sentinel.c, sentinelGetLeader).
 */
export function votersOf(gathered: Gathered, { views }: Group): number {
  const silent = gathered.sentinels.filter((s) => !s.masters.ok).length;
  const known = views.map(({ master }) => 1 + (num(master.fields, 'num-other-sentinels') ?? 0));
  return Math.max(views.length + silent, ...known);
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

/** A server's own configuration file; null where it could not be read. */
export function linesOf(server: GatheredServer): Lines | null {
  return server.conf.ok ? parseConf(server.conf.value.file, server.conf.value.text) : null;
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
