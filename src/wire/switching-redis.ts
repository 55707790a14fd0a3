import type { Redis, RedisOptions } from 'ioredis';
import { loadLibrary } from './library.js';
import { connectorFrom } from './local-address.js';
import { DIAL_MS } from './tuned.js';

/** After +switch-master the new master is sought this often, in milliseconds, and so many times, before it is as usual. */
const HURRY_MS = 25;
const HURRIES = 20;
/**
 * How long the first dial may take then, in milliseconds; each further one twice as long. A sentinel that has not
 * switched yet still names the old master, and the address of a container that is gone would be dialled for seconds.
 */
const FIRST_DIAL_MS = 100;
/** Between attempts to reach a sentinel that is gone, in milliseconds: nothing waits for it. */
const sentinelRetryMs = (times: number): number => Math.min(100 * 2 ** (times - 1), 1000);
const CHANNEL = '+switch-master';

export type SwitchingOptions = Omit<RedisOptions, 'replyMapping'>;
type SwitchingClass = new (options: SwitchingOptions, localAddress?: string) => Redis;
let made: SwitchingClass | undefined;

/**
 * A client of ioredis that follows every +switch-master of the sentinels in its options for as long as it lives: then it
 * disconnects from a master that was replaced, or, without one, looks for the new one now instead of at its next
 * attempt. It stands in for ioredis's `failoverDetector`, which (6.0.0) subscribes again for each connection, so that
 * it is deaf meanwhile, and which ends the client for good when +switch-master comes while the master is being asked
 * for, as it does after a crash. `localAddress`: where it hears the sentinels from; its other connections come from
 * where the options' `Connector` says.
 */
export function makeSwitching(options: SwitchingOptions, localAddress?: string): Redis {
  made ??= classOf();
  return new made(options, localAddress);
}

function classOf(): SwitchingClass {
  const { Redis } = loadLibrary();

  return class SwitchingRedis extends Redis {
    #subscriptions: Redis[] = [];
    readonly #localAddress: string | undefined;
    /** Where the master is, by the last +switch-master that came while a connection was being made. */
    #doubt: string | null = null;
    /** `dialMs`: how long the next dial may take; 0: as usual. */
    readonly #pace: { hurries: number; dialMs: number };

    constructor(options: SwitchingOptions, localAddress?: string) {
      const pace = { hurries: 0, dialMs: 0 };
      const { retryStrategy } = options;
      const hurrying = (times: number): number | null => {
        const delayMs = retryStrategy?.(times);
        if (typeof delayMs !== 'number') return null;
        const hurried = pace.hurries-- > 0;
        pace.dialMs = hurried ? pace.dialMs * 2 || FIRST_DIAL_MS : 0;
        return hurried ? Math.min(delayMs, HURRY_MS) : delayMs;
      };
      super({ ...options, failoverDetector: false, retryStrategy: hurrying });
      this.#pace = pace;
      this.#localAddress = localAddress;
      const duplicate = (override?: Partial<RedisOptions>): Redis =>
        makeSwitching({ ...this.options, ...override } as SwitchingOptions, localAddress);
      this.duplicate = duplicate as Redis['duplicate'];
      const usualDialMs = this.options.connectTimeout ?? DIAL_MS;
      this.on('connecting', () => {
        this.#subscribe();
        this.options.connectTimeout = Math.min(pace.dialMs || usualDialMs, usualDialMs);
      });
      this.on('ready', () => {
        pace.dialMs = 0;
        this.options.connectTimeout = usualDialMs;
      });
      this.on('connect', () => {
        const wanted = this.#doubt;
        this.#doubt = null;
        if (wanted !== null && wanted !== this.#peer()) this.disconnect(true);
      });
      this.on('close', () => {
        this.#doubt = null;
      });
      this.on('end', () => this.#unsubscribe());
    }

    /** ioredis's own emits no 'end' where it is between two attempts. */
    override disconnect(reconnect = false): void {
      if (!reconnect) this.#unsubscribe();
      super.disconnect(reconnect);
    }

    #subscribe(): void {
      if (this.#subscriptions.length > 0) return;
      const { sentinels, sentinelUsername, sentinelPassword, sentinelTLS, connectTimeout } = this.options;
      this.#subscriptions = (sentinels ?? []).map(({ host, port, family }) => {
        const sentinel = new Redis({
          host: host ?? 'localhost',
          port: port ?? 26379,
          ...(family && { family }),
          ...(sentinelUsername && { username: sentinelUsername }),
          ...(sentinelPassword && { password: sentinelPassword }),
          ...(sentinelTLS && { tls: sentinelTLS }),
          ...(connectTimeout && { connectTimeout }),
          ...(this.#localAddress !== undefined && { Connector: connectorFrom(this.#localAddress) }),
          disableClientInfo: true,
          enableReadyCheck: false,
          maxRetriesPerRequest: null,
          retryStrategy: sentinelRetryMs,
        });
        sentinel.on('error', () => {});
        sentinel.on('message', (_channel: string, message: string) => this.#switched(message));
        sentinel.subscribe(CHANNEL).catch(() => {});
        return sentinel;
      });
    }

    #unsubscribe(): void {
      for (const sentinel of this.#subscriptions.splice(0)) sentinel.disconnect();
    }

    /** `name oldHost oldPort newHost newPort` (sentinel.c, sentinelFailoverSwitchToPromotedSlave and its observers). */
    #switched(message: string): void {
      const [name, , , host, port] = message.split(' ');
      if (name !== this.options.name) return;
      const announced = `${host}:${port}`;
      const { natMap } = this.options;
      const reached = typeof natMap === 'function' ? natMap(announced) : natMap?.[announced];
      const wanted = reached ? `${reached.host}:${reached.port}` : announced;
      this.#pace.hurries = HURRIES;
      this.#pace.dialMs = FIRST_DIAL_MS;
      switch (this.status) {
        case 'ready':
        case 'connect':
          if (wanted !== this.#peer()) this.disconnect(true);
          break;
        case 'reconnecting':
          // The attempt that is due later finds this one under way, and is dropped.
          this.connect().catch(() => {});
          break;
        case 'connecting':
          this.#doubt = wanted;
          // A dial that is neither answered nor refused, as to the address of a removed container, would be waited for.
          if (this.stream?.connecting === true) this.stream.destroy();
          break;
      }
    }

    #peer(): string {
      const { remoteAddress = '', remotePort = 0 } = this.stream;
      return `${remoteAddress.replace(/^::ffff:/, '')}:${remotePort}`;
    }
  };
}
