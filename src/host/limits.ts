import { readFile } from 'node:fs/promises';
import { messageOf } from '../errors.js';
import type { Gathered, Got } from '../model/gathered.js';

/** This machine's limits that servers run into. An unknown limit carries the reason. */
export async function hostLimits(): Promise<Gathered['host']> {
  const [ephemeralPorts, openFilesLimit, overcommitMemory, transparentHugePages] = await Promise.all([
    read('/proc/sys/net/ipv4/ip_local_port_range', (text): [number, number] | undefined => {
      const [first, last] = text.trim().split(/\s+/).map(Number);
      return first && last ? [first, last] : undefined;
    }),
    // The soft limit of this process, as a server that is started from here inherits it.
    read('/proc/self/limits', (text) => {
      const soft = /^Max open files\s+(\d+|unlimited)/m.exec(text)?.[1];
      return soft === 'unlimited' ? Number.MAX_SAFE_INTEGER : soft === undefined ? undefined : Number(soft);
    }),
    read('/proc/sys/vm/overcommit_memory', (text) => (/^\d/.test(text) ? Number(text) : undefined)),
    // `always [madvise] never`: the chosen one is in brackets.
    read('/sys/kernel/mm/transparent_hugepage/enabled', (text) => /\[(\w+)\]/.exec(text)?.[1]),
  ]);
  return { ephemeralPorts, openFilesLimit, overcommitMemory, transparentHugePages };
}

/** The same for servers on other machines. */
export function noHostLimits(why: string): Gathered['host'] {
  const none = { ok: false, why } as const;
  return { ephemeralPorts: none, openFilesLimit: none, overcommitMemory: none, transparentHugePages: none };
}

async function read<T>(path: string, parse: (text: string) => T | undefined): Promise<Got<T>> {
  try {
    const value = parse(await readFile(path, 'utf8'));
    return value === undefined ? { ok: false, why: `${path} has unexpected contents` } : { ok: true, value };
  } catch (error) {
    return { ok: false, why: messageOf(error) };
  }
}
