import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';
import type { Address } from '../../src/model/address.js';

/** A server on a real socket of 127.0.0.1 that does what it likes. */
export interface FakeServer {
  address: Address;
  /** Everything that clients sent, in order of arrival. */
  received(): string;
  /** How many connections are open now. */
  open(): number;
  close(): Promise<void>;
}

/** What a server does with each connection. */
export type Behaviour = (socket: Socket) => void;

/** Starts a server on a free port; `close` also ends the connections that are still open. */
export async function fakeServer(behaviour: Behaviour): Promise<FakeServer> {
  const sockets = new Set<Socket>();
  let received = '';
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (bytes: Buffer) => {
      received += bytes.toString('latin1');
    });
    behaviour(socket);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    address: { host: '127.0.0.1', port: (server.address() as AddressInfo).port },
    received: () => received,
    open: () => sockets.size,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** Answers each command by its name (upper case) with raw RESP; what it does not know gets an error reply. */
export const replies =
  (byCommand: Record<string, string | ((args: string[]) => string)>): Behaviour =>
  (socket) => {
    let pending = '';
    socket.on('data', (bytes: Buffer) => {
      pending += bytes.toString('latin1');
      for (let read = readCommand(pending); read !== undefined; read = readCommand(pending)) {
        pending = read.rest;
        const name = read.args[0]?.toUpperCase() ?? '';
        const answer = byCommand[`${name} ${read.args[1]?.toUpperCase() ?? ''}`] ?? byCommand[name];
        const text = typeof answer === 'function' ? answer(read.args) : answer;
        socket.write(text ?? `-ERR unknown command '${name}', with args beginning with: \r\n`);
      }
    });
  };

/** One command as clients send it, `*2\r\n$4\r\nECHO\r\n$2\r\nhi\r\n`; undefined until it is complete. */
function readCommand(text: string): { args: string[]; rest: string } | undefined {
  const head = /^\*(\d+)\r\n/.exec(text);
  if (head === null) return undefined;
  let at = head[0].length;
  const args: string[] = [];
  for (let i = 0; i < Number(head[1]); i++) {
    const size = /^\$(\d+)\r\n/.exec(text.slice(at));
    if (size === null) return undefined;
    at += size[0].length;
    const end = at + Number(size[1]);
    if (text.length < end + 2) return undefined;
    args.push(text.slice(at, end));
    at = end + 2;
  }
  return { args, rest: text.slice(at) };
}

/** A bulk string, and an array of them, as RESP. */
export const bulk = (text: string): string => `$${Buffer.byteLength(text)}\r\n${text}\r\n`;
export const array = (...items: string[]): string => `*${items.length}\r\n${items.join('')}`;

const onData =
  (answer: (socket: Socket) => void): Behaviour =>
  (socket) => {
    socket.on('data', () => answer(socket));
  };

/** Writes for as long as it is read, and never too much at once. */
function pour(socket: Socket, chunk: Buffer | string): void {
  const more = (): void => {
    while (!socket.destroyed && socket.write(chunk));
  };
  socket.on('drain', more);
  more();
}

/** Ready-made ways to misbehave. */
export const misbehaviour = {
  /** A web server: answers what it can't read with 400, and hangs up. */
  http: onData((socket) => {
    socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
  }),
  /** Takes everything and says nothing. */
  silence: () => {},
  /** One reply that never ends: a bulk string of 4 GB. */
  endless: onData((socket) => {
    socket.removeAllListeners('data');
    socket.resume();
    socket.write('$4294967296\r\n');
    pour(socket, Buffer.alloc(256 * 1024, 'x'));
  }),
  /** An endless stream of unrequested replies, each complete. */
  chatter: (socket: Socket) => pour(socket, '+OK\r\n'.repeat(1000)),
  /** Bytes that are not RESP. */
  garbage: onData((socket) => {
    socket.write(Buffer.from([0x00, 0xff, 0x13, 0x37, 0x80, 0x0d, 0x0a, 0x7f]));
  }),
  /** RESP that promises an array and gives nonsense inside. */
  halfGarbage: onData((socket) => {
    socket.write('*3\r\n$3\r\nabc\r\n?what\r\n');
  }),
  /** An error reply to everything. */
  respError: replies({}),
  /** Wants a password for everything, and no password is right. */
  noauth: (socket: Socket) =>
    replies(
      new Proxy({} as Record<string, string>, {
        get: (_, command) => {
          if (String(command).includes(' ')) return undefined;
          return command === 'AUTH'
            ? '-WRONGPASS invalid username-password pair or user is disabled.\r\n'
            : '-NOAUTH Authentication required.\r\n';
        },
      }),
    )(socket),
  /** Hangs up at once. */
  closes: (socket: Socket) => {
    socket.end();
  },
  /** Hangs up at the first question, with a reset. */
  resets: onData((socket) => {
    socket.resetAndDestroy();
  }),
  /** Refuses on accept as Redis does in protected mode, and hangs up. */
  denied: (socket: Socket) => {
    socket.end('-DENIED Redis is running in protected mode because protected mode is enabled\r\n');
  },
  /** Sends back what it gets. */
  echo: (socket: Socket) => {
    socket.pipe(socket);
  },
} satisfies Record<string, Behaviour>;

export type Misbehaviour = keyof typeof misbehaviour;

/** A ready-made misbehaving server. */
export const misbehaving = (name: Misbehaviour): Promise<FakeServer> => fakeServer(misbehaviour[name]);
