import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Redis, RedisOptions, SentinelConnectionOptions } from 'ioredis';
import { loadLibrary } from './library.js';

type Connector = NonNullable<RedisOptions['Connector']>;

/** What a sentinel's client and the search for the master are made by inside ioredis 6; private in its types. */
interface Insides {
  connectToSentinel(endpoint: unknown, options?: Partial<RedisOptions>): Redis;
  resolve(endpoint: unknown): Promise<object | null>;
}

/**
 * Makes every connection of a client by Sentinel come from one address of this machine, so that packet rules can tell
 * it from others: ioredis itself hands no `localAddress` on. For `Connector` of its options.
 */
export function sentinelConnectorFrom(localAddress: string): Connector {
  const { SentinelConnector } = loadLibrary();
  const standalone = connectorFrom(localAddress);
  class FromAddress extends SentinelConnector {
    constructor(options: unknown) {
      super(options as SentinelConnectionOptions);
      const insides = this as unknown as Insides;
      const toSentinel = insides.connectToSentinel.bind(this);
      const resolve = insides.resolve.bind(this);
      insides.connectToSentinel = (endpoint, more) =>
        toSentinel(endpoint, { ...more, Connector: standalone });
      // What it finds is what it hands to net.connect().
      insides.resolve = async (endpoint) => {
        const found = await resolve(endpoint);
        return found && { ...found, localAddress };
      };
    }
  }
  return FromAddress;
}

/** The same for a client of one server. */
export function connectorFrom(localAddress: string): Connector {
  const { AbstractConnector } = loadLibrary();
  return class FromAddress extends AbstractConnector {
    readonly #options: RedisOptions;

    constructor(options: unknown) {
      super((options as RedisOptions).disconnectTimeout ?? 0);
      this.#options = options as RedisOptions;
    }

    override async connect(): Promise<Socket> {
      const { host = 'localhost', port = 6379, family, tls } = this.#options;
      this.connecting = true;
      const where = { host, port, localAddress, ...(family && { family }) };
      const socket = tls ? connectTls({ ...where, ...tls }) : connect(where);
      this.stream = socket;
      socket.once('error', (error) => {
        this.firstError = error;
      });
      return socket;
    }
  };
}
