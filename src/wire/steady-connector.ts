import type { RedisOptions } from 'ioredis';
import { loadLibrary } from './library.js';

type Connector = NonNullable<RedisOptions['Connector']>;
let made: Connector | undefined;

/**
 * ioredis's way to the master, without a flaw of it (6.0.0) that ends a client for good: with `failoverDetector`, the
 * subscriptions that belong to a connection outlive it, and a +switch-master that comes while the next master is
 * being asked for cancels the asking, which ioredis takes for the end of the client. A crash makes this likely: that
 * is when +switch-master comes. Here those subscriptions end when the next connection is sought, which finds the new
 * master anyhow.
 */
export function steadyConnector(): Connector {
  if (made !== undefined) return made;
  const { SentinelConnector } = loadLibrary();
  type Base = InstanceType<typeof SentinelConnector>;
  class SteadyConnector extends SentinelConnector {
    override connect(...args: Parameters<Base['connect']>): ReturnType<Base['connect']> {
      // Private there; where a later version has it no more, there is nothing to do.
      const { failoverDetector } = this as unknown as { failoverDetector?: { cleanup?(): void } | null };
      failoverDetector?.cleanup?.();
      return super.connect(...args);
    }
  }
  made = SteadyConnector as unknown as Connector;
  return made;
}
