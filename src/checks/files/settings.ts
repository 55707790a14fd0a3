import { MASTER_DEFAULTS, type MasterSetting } from '../../model/sentinel-settings.js';
import type { Directive } from './conf.js';
import type { FileServer } from './project.js';

/** A configuration that was read, of a file that was given or of a running server. */
export interface Lines {
  directives: readonly Directive[];
}

/** The line of a setting that is in effect: the last one. */
export const lastOf = (lines: Lines, name: string): Directive | undefined =>
  lines.directives.findLast((d) => d.name === name);

/** Its first value; undefined where it is not set. */
export const settingOf = (lines: Lines, name: string): string | undefined => lastOf(lines, name)?.args[0];

export const allOf = (lines: Lines, name: string): Directive[] =>
  lines.directives.filter((d) => d.name === name);

export const isYes = (value: string | undefined): boolean => value?.toLowerCase() === 'yes';

/** The `sentinel WHAT …` lines, `args` with WHAT; of one master where its name is given. */
export const sentinelLines = (lines: Lines, what: string, master?: string): Directive[] =>
  lines.directives.filter(
    (d) => d.name === 'sentinel' && d.args[0] === what && (master === undefined || d.args[1] === master),
  );

/** The last of them, which is in effect. */
export const sentinelLine = (lines: Lines, what: string, master?: string): Directive | undefined =>
  sentinelLines(lines, what, master).at(-1);

/** The line that asks clients for a password; none for an empty one. */
export function passwordLine(lines: Lines): Directive | undefined {
  const line = lastOf(lines, 'requirepass');
  return line?.args[0] ? line : undefined;
}

/**
 * Whether the default user needs a password: by its last `user default` line where there is one, which is how a
 * rewrite keeps requirepass, else by requirepass. `(redacted)` stands for a password that was read.
 */
export function asksForPassword(lines: Lines): boolean {
  const user = lines.directives.findLast((d) => d.name === 'user' && d.args[0] === 'default');
  if (user === undefined) return passwordLine(lines) !== undefined;
  // The last rule wins (acl.c, ACLSetUser): a password ends nopass.
  const last = user.args.findLast((rule) => /^[>#]|^\(redacted\)$|^(nopass|resetpass)$/.test(rule));
  return user.args.includes('off') || last !== 'nopass';
}

export interface Monitor {
  server: FileServer;
  name: string;
  host: string;
  port: number;
  quorum: number;
  at: { file: string; line: number };
}

/** Whether a host is the address of the pod that says it, as files show what only the running pod knows. */
export const isOwnAddress = (host: string): boolean =>
  /^(\(status\.podIPs?\)|\$\(hostname -[iI]\))$/.test(host);

/** What a sentinel monitors. */
export const monitorsOf = (server: FileServer): Monitor[] =>
  server.directives.flatMap((d) => {
    const [what, name = '', host = '', port, quorum] = d.args;
    if (d.name !== 'sentinel' || what !== 'monitor' || d.args.length !== 5) return [];
    return [{ server, name, host, port: Number(port), quorum: Number(quorum), at: place(d) }];
  });

export const place = ({ file, line }: { file: string; line: number }): { file: string; line: number } => ({
  file,
  line,
});

/** A setting of one master, with Sentinel's default where it is not set; of `5s` it reads 5 (sentinel.c: atoi). */
export function masterSetting(
  monitor: Monitor,
  what: MasterSetting,
): { value: number; at: { file: string; line: number }; set: boolean } {
  const line = sentinelLine(monitor.server, what, monitor.name);
  const value = Number.parseInt(line?.args[2] ?? '', 10);
  return line === undefined || Number.isNaN(value)
    ? { value: MASTER_DEFAULTS[what], at: monitor.at, set: false }
    : { value, at: place(line), set: true };
}

/** Where a setting is, else where the server is described. */
export function lineOr(server: FileServer, name: string): { file: string; line: number } {
  const line = lastOf(server, name);
  return line === undefined ? server.at : place(line);
}

/** `redis.conf:3`. */
export const shownAt = (line: Directive): string => `${line.file}:${line.line}`;

/**
 * Whether it writes RDB files by itself. The first `save` replaces the defaults, later ones add, `save ""` takes
 * away what was there (config.c, setConfigSaveOption); without any there are three by default.
 */
export function savePointsOf(server: FileServer): number {
  const lines = allOf(server, 'save');
  if (lines.length === 0) return 3;
  return lines.reduce(
    (count, { args }) => (args.length === 1 && args[0] === '' ? 0 : count + Math.floor(args.length / 2)),
    0,
  );
}

export const persists = (server: FileServer): boolean =>
  isYes(settingOf(server, 'appendonly')) || savePointsOf(server) > 0;

/** Which master a data node follows by its configuration; null for a master. */
export function followsOf(server: FileServer): { host: string; port: number } | null {
  const [host, port] = lastOf(server, 'replicaof')?.args ?? [];
  return host === undefined || port === undefined || host.toLowerCase() === 'no'
    ? null
    : { host, port: Number(port) };
}

/** The port at which a server is reached: its plain one, else the one of TLS. */
export const portOf = (server: FileServer): number => plainPortOf(server) || tlsPortOf(server);

/** Every port that a server listens on. */
export const portsOf = (server: FileServer): number[] =>
  [plainPortOf(server), tlsPortOf(server)].filter((port) => port !== 0);

/**
 * The port that a server says is its own, where none is set for that; 0 for one that nothing listens on
 * (replication.c, syncWithMaster: listening-port; sentinel.c, sentinelSendHello).
 */
export const ownPortOf = (server: FileServer): number =>
  isYes(settingOf(server, 'tls-replication')) && tlsPortOf(server) !== 0
    ? tlsPortOf(server)
    : plainPortOf(server);

const plainPortOf = (server: FileServer): number =>
  Number(settingOf(server, 'port') ?? (server.kind === 'sentinel' ? 26379 : 6379));
const tlsPortOf = (server: FileServer): number => Number(settingOf(server, 'tls-port') ?? 0);

/** Bytes as the configuration writes them: `1mb`, `64m`, `100` (util.c, memtoull). */
export function bytesOf(text: string | undefined): number | undefined {
  const match = /^(\d+)\s*(b|k|kb|m|mb|g|gb)?$/i.exec(text ?? '');
  if (match === null) return undefined;
  const units: Record<string, number> = { k: 1e3, kb: 1024, m: 1e6, mb: 1024 ** 2, g: 1e9, gb: 1024 ** 3 };
  return Number(match[1]) * (units[(match[2] ?? 'b').toLowerCase()] ?? 1);
}
