import { execFile } from 'node:child_process';
import { readFile, realpath } from 'node:fs/promises';
import { promisify } from 'node:util';
import { errnoOf, messageOf, unreachable, whyUnreadable } from '../../../errors.js';
import { executableInPath } from '../../../host/executable.js';
import type { Env } from '../../driver.js';

const run = promisify(execFile);
const RUN_MS = 5000;

/** A server binary of this machine. */
export interface HostBinary {
  path: string;
  /** Its name in the image: the binary chooses its mode by its own name. */
  name: 'redis-server' | 'valkey-server';
  version: string;
  /** As uname has it. */
  machine: string;
  content: Buffer;
}

/**
 * The server that `--image host` is built from: the path asked for, else SENTINELCTL_REDIS_SERVER, else redis-server
 * or valkey-server from PATH. Throws OperatorError (5): none found, not for Linux, or it does not run.
 */
export async function findHostBinary(asked: string, env: Env): Promise<HostBinary> {
  const wanted = asked || env.SENTINELCTL_REDIS_SERVER;
  const path =
    wanted || (await executableInPath(env, 'redis-server')) || (await executableInPath(env, 'valkey-server'));
  if (!path) {
    throw unreachable(
      'host-image-binary',
      '--image host needs a redis-server on this machine, and none was found',
      {
        why: 'neither redis-server nor valkey-server is in PATH',
        hint: '--image redis:8 # or --redis-server PATH, or install one (Debian, Ubuntu: apt-get install redis-server)',
      },
    );
  }
  const content = await readFile(path).catch((error: unknown) => {
    throw unreachable('host-image-binary', `${path} cannot be read`, {
      why: whyUnreadable(error),
      hint: '--redis-server PATH # or SENTINELCTL_REDIS_SERVER=PATH',
      cause: error,
    });
  });
  const machine = elfMachine(content);
  if (machine === undefined) {
    throw unreachable(
      'host-image-not-linux',
      `${path} is not a Linux binary, so no image can be built from it`,
      {
        hint: '--image redis:8 # or an image that the engine already has',
      },
    );
  }
  return { path, ...(await askVersion(path)), machine, content };
}

/** `Redis server v=7.0.15 sha=…` or `Valkey server v=8.1.1 sha=…` (server.c, version). */
async function askVersion(path: string): Promise<Pick<HostBinary, 'name' | 'version'>> {
  const output = await run(path, ['--version'], { timeout: RUN_MS, env: {} }).catch((error: unknown) => {
    throw unreachable('host-image-binary', `${path} does not run here`, {
      why: messageOf(error),
      cause: error,
    });
  });
  const match = /^(Redis|Valkey) server v=(\S+)/.exec(output.stdout);
  if (match?.[2] === undefined) {
    throw unreachable('host-image-binary', `${path} is neither a Redis nor a Valkey server`, {
      why: `--version says: ${output.stdout.slice(0, 80).trim()}`,
      hint: '--redis-server PATH # or SENTINELCTL_REDIS_SERVER=PATH',
    });
  }
  return { name: match[1] === 'Valkey' ? 'valkey-server' : 'redis-server', version: match[2] };
}

/**
 * The files that a dynamic binary needs to run: libraries and loader, under the paths where it looks for them, with
 * symbolic links resolved. None for a static binary. Throws `host-image-library` (5).
 */
export async function librariesOf(binary: string): Promise<{ path: string; content: Buffer }[]> {
  const { paths, missing } = parseLdd(await askLdd(binary));
  if (missing.length > 0) {
    throw unreachable('host-image-library', `${binary} needs libraries that are not on this machine`, {
      why: missing.join(', '),
    });
  }
  return Promise.all(paths.map(async (path) => ({ path, content: await readFile(await realpath(path)) })));
}

async function askLdd(binary: string): Promise<string> {
  try {
    return (await run('ldd', [binary], { timeout: RUN_MS })).stdout;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    // glibc's and musl's words for a static binary.
    if (/not a dynamic executable|Not a valid dynamic program|statically linked/.test(stdout + stderr))
      return '';
    throw unreachable('host-image-library', `the libraries of ${binary} could not be determined`, {
      why:
        errnoOf(error) === 'ENOENT'
          ? 'program ldd not found on this machine'
          : stderr.trim() || messageOf(error),
      hint: '--image redis:8 # or an image that the engine already has',
      cause: error,
    });
  }
}

/**
 * ldd's lines: `libm.so.6 => /lib/libm.so.6 (0x…)`, `/lib64/ld-linux-x86-64.so.2 (0x…)`, `libx.so => not found`.
 * @internal Tested with the output of other systems.
 */
export function parseLdd(output: string): { paths: string[]; missing: string[] } {
  const lines = output.split('\n').map((line) => line.trim());
  const paths = lines.flatMap((line) => {
    const [, named, found] = /^(\S+)(?: => (\/\S+))? \(0x[0-9a-f]+\)$/.exec(line) ?? [];
    // A loader may be named by one path and found at another (merged /usr): both must be there.
    return [named, found].filter((path): path is string => path?.startsWith('/') ?? false);
  });
  const missing = lines.flatMap((line) => /^(\S+) => not found$/.exec(line)?.[1] ?? []);
  return { paths: [...new Set(paths)], missing };
}

/** The processor that a binary is for, as uname has it, keyed by ELF's e_machine (elf(5)). */
const MACHINES: Readonly<Record<number, string>> = {
  3: 'i686',
  22: 's390x',
  21: 'ppc64le',
  40: 'armv7l',
  62: 'x86_64',
  183: 'aarch64',
  243: 'riscv64',
  258: 'loongarch64',
};

/** What the head of a binary says; undefined for anything but an ELF binary, such as a script. */
export function elfMachine(head: Uint8Array): string | undefined {
  if (head[0] !== 0x7f || head[1] !== 0x45 || head[2] !== 0x4c || head[3] !== 0x46) return undefined;
  // Byte 5 tells the byte order, bytes 18 and 19 the machine.
  const [low = 0, high = 0] = head[5] === 2 ? [head[19], head[18]] : [head[18], head[19]];
  const machine = low + 256 * high;
  return MACHINES[machine] ?? `machine ${machine}`;
}

/** Docker and uname spell some processors differently. */
export function sameMachine(a: string, b: string): boolean {
  const plain = (name: string): string =>
    ({ amd64: 'x86_64', arm64: 'aarch64', arm: 'armv7l' })[name] ?? name;
  return plain(a) === plain(b);
}
