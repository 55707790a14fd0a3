import { open, readdir, readlink } from 'node:fs/promises';
import { identify } from './process-identity.js';

export interface PortHolder {
  pid: number;
  /** The program and its arguments up to the first option: what follows may hold secrets. */
  command: string;
}

/**
 * The process that listens on a TCP port, on any address. Known only on Linux, for processes of this user, or all as
 * root; else undefined.
 */
export async function holderOf(port: number): Promise<PortHolder | undefined> {
  const sockets = await listeningSockets(port);
  if (sockets.size === 0) return undefined;
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name) || !(await hasOpen(name, sockets))) continue;
    const identity = await identify(Number(name));
    if (identity !== undefined) return { pid: identity.pid, command: withoutOptions(identity.command) };
  }
  return undefined;
}

/** Whether the process with this pid listens on a TCP port. Only Linux, as above; else false. */
export const listensOn = async (pid: number, port: number): Promise<boolean> =>
  hasOpen(String(pid), await listeningSockets(port));

async function listeningSockets(port: number): Promise<Set<string>> {
  const tables = await Promise.all(['tcp', 'tcp6'].map((name) => readOnce(`/proc/net/${name}`)));
  return new Set(tables.flatMap((inodes) => inodes.get(port) ?? []).map((inode) => `socket:[${inode}]`));
}

type Inodes = ReadonlyMap<number, readonly string[]>;

/** The tables that are being read now: who asks about a thousand servers at once reads and parses them once. */
const underWay = new Map<string, Promise<Inodes>>();

function readOnce(path: string): Promise<Inodes> {
  const reading =
    underWay.get(path) ??
    readListening(path)
      .then(listeningInodes)
      .finally(() => underWay.delete(path));
  underWay.set(path, reading);
  return reading;
}

const CHUNK_BYTES = 16_384;

/**
 * The head of a table of `/proc/net/tcp`, as far as sockets listen: the kernel lists these first (tcp_ipv4.c,
 * tcp_get_idx), and behind them there may be tens of thousands of connections that have ended. Empty where there is none.
 */
async function readListening(path: string): Promise<string> {
  const file = await open(path).catch(() => null);
  if (file === null) return '';
  try {
    let text = '';
    const chunk = Buffer.alloc(CHUNK_BYTES);
    for (;;) {
      const { bytesRead } = await file.read(chunk, 0, CHUNK_BYTES, null);
      text += chunk.toString('latin1', 0, bytesRead);
      // The line before the last one is whole; the first one has the names of the columns.
      const whole = text.slice(0, text.lastIndexOf('\n')).split('\n');
      if (bytesRead === 0 || (whole.length > 1 && !listens(whole.at(-1) ?? ''))) return text;
    }
  } finally {
    await file.close();
  }
}

const listens = (line: string): boolean => /^\s*\d+: \S+ \S+ 0A /.test(line);

/**
 * The inodes of the sockets in a table of `/proc/net/tcp` or `tcp6` that listen (state 0A), by their port. Columns (proc(5)):
 * `sl local_address rem_address st tx:rx tr:when retrnsmt uid timeout inode`, addresses and ports in hexadecimal.
 * @internal Tested with tables of other machines.
 */
export function listeningInodes(table: string): Inodes {
  const found = new Map<number, string[]>();
  for (const line of table.split('\n').filter(listens)) {
    const columns = line.trim().split(/\s+/);
    const [local, inode] = [columns[1], columns[9]];
    const port = Number.parseInt(local?.split(':')[1] ?? '', 16);
    if (inode !== undefined) found.set(port, [...(found.get(port) ?? []), inode]);
  }
  return found;
}

/**
 * `redis-server 127.0.0.1:6379 --requirepass x` → `redis-server 127.0.0.1:6379`.
 * @internal Tested with command lines of other systems.
 */
export function withoutOptions(command: string): string {
  const words = command.split(' ').filter((word) => word !== '');
  const firstOption = words.findIndex((word) => word.startsWith('-'));
  return (firstOption === -1 ? words : words.slice(0, firstOption)).join(' ');
}

async function hasOpen(pid: string, targets: ReadonlySet<string>): Promise<boolean> {
  const open = await readdir(`/proc/${pid}/fd`).catch(() => []);
  const links = await Promise.all(open.map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')));
  return links.some((link) => targets.has(link));
}
