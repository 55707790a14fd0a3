import type { Address } from '../model/address.js';
import type { Gathered, GatheredSentinel, GatheredServer } from '../model/gathered.js';
import { listed } from '../model/words.js';
import type { RawFinding, Skip } from './check.js';
import { cli, type MonitoredAt, silentSentinels } from './evidence.js';
import { type Directive, parseConf } from './files/conf.js';
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

/** More than half. */
export const majorityOf = (voters: number): number => Math.floor(voters / 2) + 1;

/** The commands that set one of a master's settings at these sentinels; it is kept in their files. */
export const sentinelSet = (
  views: readonly MonitoredAt[],
  masterName: string,
  setting: string,
  value: string | number,
): string[] => views.map(({ sentinel }) => cli(sentinel, `SENTINEL SET ${masterName} ${setting} ${value}`));

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

/** The lines of a server's own file; null where it could not be read. */
export function directivesOf(server: GatheredServer): Directive[] | null {
  return server.conf.ok ? parseConf(server.conf.value.file, server.conf.value.text).directives : null;
}

/** The last value of a line in a file, as the server takes it; undefined where there is none. */
export const lastOf = (directives: readonly Directive[], name: string): string[] | undefined =>
  directives.findLast((d) => d.name === name)?.args;

/** The arguments of each `sentinel NAME …` line. */
export const sentinelLines = (directives: readonly Directive[], name: string): string[][] =>
  directives.flatMap((d) =>
    d.name === 'sentinel' && d.args[0]?.toLowerCase() === name ? [d.args.slice(1)] : [],
  );

/** Everything that makes a sentinel monitor a master as another view of it does. */
export function monitorLike(
  sentinel: GatheredSentinel,
  masterName: string,
  address: Address,
  { fields }: MonitoredAt['master'],
): string[] {
  const settings = ['down-after-milliseconds', 'failover-timeout', 'parallel-syncs']
    .filter((name) => fields[name] !== undefined)
    .map((name) => `${name} ${fields[name]}`);
  return [
    cli(sentinel, `SENTINEL MONITOR ${masterName} ${address.host} ${address.port} ${fields.quorum ?? 2}`),
    ...(settings.length > 0 ? [cli(sentinel, `SENTINEL SET ${masterName} ${settings.join(' ')}`)] : []),
  ];
}

/** An IPv4 or IPv6 address, and no host name. */
export const isIp = (host: string): boolean => /^\d{1,3}(\.\d{1,3}){3}$/.test(host) || host.includes(':');

/** An address by which a machine only speaks of itself. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
