import { shellWords } from './compose/words.js';
import { isUnder } from './paths.js';
import type { Unit } from './project.js';
import { type Lines, lastOf } from './settings.js';

export const isUnit = (text: string): boolean => /^\[Service\]\s*$/m.test(text);

/** What `ProtectSystem=` makes read-only (systemd.exec). */
const PROTECTED: Readonly<Record<string, string[]>> = {
  strict: ['/'],
  full: ['/usr', '/boot', '/efi', '/etc'],
  true: ['/usr', '/boot', '/efi'],
  yes: ['/usr', '/boot', '/efi'],
};
/** Directories that systemd makes for a service, which may write them. */
const OWN: Readonly<Record<string, string>> = {
  RuntimeDirectory: '/run',
  StateDirectory: '/var/lib',
  CacheDirectory: '/var/cache',
  LogsDirectory: '/var/log',
  ConfigurationDirectory: '/etc',
};

/** Reads a unit file (systemd.service, systemd.exec); null where it starts nothing. Pure. */
export function unitOf(file: string, text: string): Unit | null {
  const settings = settingsIn(text);
  const last = (name: string): Setting | undefined => settings.findLast((s) => s.name === name);
  const start = last('ExecStart');
  if (start === undefined || start.value === '') return null;
  const type = last('Type');
  const restart = last('Restart');
  const paths = (...names: string[]): string[] =>
    settings.filter((s) => names.includes(s.name)).flatMap((s) => listed(s.value));
  const protect = last('ProtectSystem');
  const forbidden = settings.find((s) => /^ReadOnly(Paths|Directories)$/.test(s.name) && s.value !== '');
  const why = forbidden ?? protect;
  const readOnly = [
    ...(PROTECTED[protect?.value ?? ''] ?? []),
    ...paths('ReadOnlyPaths', 'ReadOnlyDirectories'),
  ];
  const user = last('User');
  const pidFile = last('PIDFile');
  return {
    file,
    user: user === undefined || /^(root|0)?$/.test(user.value) ? null : { name: user.value, line: user.line },
    directory: directoryIn(last('WorkingDirectory')?.value),
    isDirectorySet: Boolean(last('WorkingDirectory')?.value),
    start: { words: shellWords(start.value.replace(/^[-@:+!|]+/, '')), line: start.line },
    type: { value: type?.value ?? 'simple', line: type?.line ?? start.line },
    pidFile: pidFile?.value ? { path: pidFile.value, line: pidFile.line } : null,
    restart:
      restart === undefined || restart.value === 'no'
        ? null
        : { policy: restart.value, afterMs: msOf(last('RestartSec')?.value), line: restart.line },
    writable: [
      ...paths('ReadWritePaths', 'ReadWriteDirectories'),
      ...Object.entries(OWN).flatMap(([name, home]) => paths(name).map((path) => `${home}/${path}`)),
    ],
    readOnly:
      readOnly.length === 0 || why === undefined
        ? null
        : { paths: readOnly, says: `${why.name}=${why.value}`, line: why.line },
  };
}

/** `WorkingDirectory=`, the root by default; `~` and what systemd fills in are not known here. */
function directoryIn(value = ''): string | null {
  const path = value.replace(/^-/, '');
  return path === '' ? '/' : path.startsWith('/') && !path.includes('%') ? path : null;
}

interface Setting {
  name: string;
  value: string;
  line: number;
}

function settingsIn(text: string): Setting[] {
  const found: Setting[] = [];
  const lines = text.split('\n');
  for (let i = 0; i < lines.length; i++) {
    const line = i + 1;
    let whole = lines[i] ?? '';
    while (whole.endsWith('\\') && i + 1 < lines.length) whole = `${whole.slice(0, -1)} ${lines[++i] ?? ''}`;
    const [, name, value = ''] = /^\s*([A-Za-z]+)\s*=\s*(.*?)\s*$/.exec(whole) ?? [];
    if (name !== undefined) found.push({ name, value, line });
  }
  return found;
}

const listed = (value: string): string[] =>
  value
    .split(/\s+/)
    .map((path) => path.replace(/^[-+]+/, ''))
    .filter((path) => path !== '');

/** `RestartSec=`: seconds, or with units; 100 ms by default. */
function msOf(value: string | undefined): number {
  const [, number, unit = 's'] = /^([\d.]+)\s*(ms|s|min)?$/.exec(value ?? '') ?? [];
  return number === undefined ? 100 : Number(number) * ({ ms: 1, s: 1000, min: 60_000 }[unit] ?? 1000);
}

/** Whether a service may not write a directory: the longest path that covers it decides. */
export function mayNotWrite({ readOnly, writable }: Unit, directory: string): boolean {
  const longest = (paths: readonly string[]): number =>
    Math.max(-1, ...paths.filter((p) => isUnder(directory, p)).map((p) => p.length));
  return readOnly !== null && longest(readOnly.paths) > longest(writable);
}

/** The configuration file that it starts its server with; null for none. */
export function confOf({ start }: Unit): string | null {
  const [, first] = start.words;
  return first === undefined || first.startsWith('-') ? null : first;
}

/** Whether a server goes to the background: not where it tells a supervisor (server.c, main). */
export function isInBackground(lines: Lines, { type }: Unit): boolean {
  const supervised = lastOf(lines, 'supervised')?.args[0]?.toLowerCase() ?? 'no';
  // Without NOTIFY_SOCKET, which only Type=notify sets, no supervisor is there, whatever was asked for (measured).
  const isSupervised = /^(systemd|auto)$/.test(supervised) && type.value.startsWith('notify');
  return lastOf(lines, 'daemonize')?.args[0]?.toLowerCase() === 'yes' && !isSupervised;
}

/** Whether a server tells systemd that it is ready. */
export const tellsReady = (lines: Lines): boolean =>
  /^(systemd|auto)$/i.test(lastOf(lines, 'supervised')?.args[0] ?? '');
