import { randomInt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { platform } from 'node:process';
import { systemClock, withDeadline } from '../clock.js';
import { errnoOf, type OperatorError, refused } from '../errors.js';
import { type Address, formatAddress } from '../model/address.js';
import { type UntilOptions, until } from '../until.js';

/** Where chosen ports begin: below are the well-known ones and most defaults. */
const LOWEST_CHOSEN = 10_000;
/** Linux's default for the first ephemeral port; other systems begin later. */
const USUAL_EPHEMERAL_START = 32_768;
const IANA_EPHEMERAL_START = 49_152;
const MAX_ATTEMPTS = 500;
/** How long a connection may take, in milliseconds: both ends are on one machine, or there is no route. */
const CONNECT_MS = 1000;

/**
 * Whether a server could listen at host:port now, by trying. Detects a listener on the wildcard address too.
 * Throws `port-forbidden` (3) where this user may not listen there, `address-unavailable` (3) where the host is
 * not an address of this machine.
 */
export async function isPortFree(host: string, port: number): Promise<boolean> {
  if (!(await canListen(host, port))) return false;
  // Outside Linux a specific address can be bound although another process has the wildcard: try to connect.
  return platform === 'linux' || !(await canConnect({ host, port }));
}

async function canListen(host: string, port: number): Promise<boolean> {
  const reserved = await reservePort(host, port);
  await reserved?.release();
  return reserved !== null;
}

/** A port that no other process can take. The server that it is for listens there after `release`. */
export interface ReservedPort extends Address {
  release(): Promise<void>;
}

/** What this process has reserved: nothing else listens there. */
const reservedHere = new Set<string>();

/** Null where something else listens there. */
function reservePort(host: string, port: number): Promise<ReservedPort | null> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    const address = formatAddress({ host, port });
    const release = (): Promise<void> =>
      new Promise((released) => {
        reservedHere.delete(address);
        server.close(() => released());
      });
    server.once('error', (error) => {
      if (errnoOf(error) === 'EADDRINUSE') resolve(null);
      else reject(cannotListen(host, port, error));
    });
    server.listen({ host, port, exclusive: true }, () => {
      reservedHere.add(address);
      resolve({ host, port, release });
    });
    // A command that ends releases what it has.
    server.unref();
  });
}

function cannotListen(host: string, port: number, error: Error): Error {
  const words: Record<string, () => OperatorError> = {
    EACCES: () =>
      refused('port-forbidden', `this user may not listen on port ${port}`, {
        why: 'ports below 1024 are reserved for root on most systems',
        hint: '--port auto --sentinel-port auto # or ports above 1024',
        cause: error,
      }),
    EADDRNOTAVAIL: () =>
      refused('address-unavailable', `${host} is not an address of this machine`, {
        why: error.message,
        cause: error,
      }),
  };
  return words[errnoOf(error) ?? '']?.() ?? error;
}

/** Whether a TCP connection to this address is accepted within 1 s. */
export async function canConnect(address: Address): Promise<boolean> {
  const socket = connect(address);
  const connected = new Promise<boolean>((resolve) => {
    socket.once('connect', () => resolve(true));
    socket.on('error', () => resolve(false));
  });
  try {
    return await withDeadline(systemClock, CONNECT_MS, connected, () => new Error('no answer'));
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** How long the port of a server that has ended may stay taken, in milliseconds: Docker's proxy ends after the container. */
const LETS_GO_MS = 2000;

/**
 * Waits until nothing accepts a connection at an address whose server has ended, or that is reserved here for it. False:
 * something does, still.
 */
export async function becomesFree(
  address: Address,
  { clock, signal }: Pick<UntilOptions, 'clock' | 'signal'>,
): Promise<boolean> {
  const isFree = async (): Promise<true | undefined> =>
    reservedHere.has(formatAddress(address)) || !(await canConnect(address)) || undefined;
  return (await until(isFree, { clock, everyMs: 50, deadlineMs: LETS_GO_MS, signal })) === true;
}

/**
 * The ports that this system uses for outgoing connections: a server's port in this range may be taken at any time.
 * @internal Tests take a port outside of it.
 */
export async function ephemeralRange(): Promise<{ first: number; last: number }> {
  try {
    const text = await readFile('/proc/sys/net/ipv4/ip_local_port_range', 'utf8');
    const [first, last] = text.trim().split(/\s+/).map(Number);
    if (first !== undefined && last !== undefined && first > 0 && last >= first) return { first, last };
  } catch {
    // Not Linux, or /proc is hidden.
  }
  return { first: IANA_EPHEMERAL_START, last: 65_535 };
}

/**
 * `count` consecutive free ports below the ephemeral range, none of them in `avoid`. The start is random, so that
 * parallel runs rarely collide; the ports are not reserved until a server listens on them. Throws `no-free-ports` (3).
 */
export async function freePorts(
  count: number,
  host: string,
  avoid: ReadonlySet<number> = new Set(),
): Promise<number[]> {
  const { first } = await ephemeralRange();
  const top = Math.min(first, USUAL_EPHEMERAL_START);
  // Some systems use nearly every port for outgoing connections; then no port is safe, and the usual ones will do.
  const end = top - LOWEST_CHOSEN >= count ? top : USUAL_EPHEMERAL_START;
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const start = randomInt(LOWEST_CHOSEN, end - count + 1);
    const ports = Array.from({ length: count }, (_, i) => start + i);
    if (ports.some((port) => avoid.has(port))) continue;
    const free = await Promise.all(ports.map((port) => isPortFree(host, port)));
    if (free.every(Boolean)) return ports;
  }
  throw refused(
    'no-free-ports',
    `no ${count} consecutive free ports between ${LOWEST_CHOSEN} and ${end - 1}`,
    {
      why: `${MAX_ATTEMPTS} ranges were tried`,
      hint: '--port PORT',
    },
  );
}

/** The same, reserved: another process that chooses ports at this moment chooses others. Throws `no-free-ports` (3). */
export async function reservePorts(
  count: number,
  host: string,
  avoid: ReadonlySet<number>,
): Promise<ReservedPort[]> {
  for (;;) {
    const ports = await freePorts(count, host, avoid);
    const reserved = (await Promise.all(ports.map((port) => reservePort(host, port)))).filter(
      (one) => one !== null,
    );
    if (reserved.length === count) return reserved;
    await releaseAll(reserved);
  }
}

export const releaseAll = async (reserved: Iterable<ReservedPort>): Promise<void> => {
  await Promise.all([...reserved].map((one) => one.release()));
};
