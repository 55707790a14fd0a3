import { usageError } from '../../errors.js';

/** What the process driver is told, and what it writes down to find its things again, besides the binary. */
export interface ProcessSettings {
  /** `shared`: every node on 127.0.0.1. `own`: each on a loopback address of its own, so that it can be cut off. */
  loopback: 'shared' | 'own';
  /** `127.88.3`, of which each node has one address; empty until the layout has chosen it, and where shared. */
  net: string;
  /**
   * How a node's own connections come from its own address: by `bind-source-addr` (Redis 7.0 and later, Sentinel too:
   * sentinel.c, sentinelReconnectInstance), or, before, by the first address that it binds to (server.h,
   * NET_FIRST_BIND_ADDR). Empty where shared.
   */
  source: '' | 'directive' | 'bind';
}

/** Fills in the defaults. Throws usageError for a word that is none. */
export function readSettings(raw: Readonly<Record<string, string>>): ProcessSettings {
  const loopback = raw.loopback || 'shared';
  if (loopback !== 'shared' && loopback !== 'own') {
    throw usageError('bad-loopback', `"${loopback.slice(0, 60)}" is no way for nodes to share a loopback`, {
      hint: 'use --loopback shared or --loopback own',
    });
  }
  const source =
    raw.loopbackSource === 'directive' || raw.loopbackSource === 'bind' ? raw.loopbackSource : '';
  return { loopback, net: /^127\.\d{1,3}\.\d{1,3}$/.exec(raw.loopbackNet ?? '')?.[0] ?? '', source };
}

/** As strings to write down, without what is the default. */
export function writeSettings({ loopback, net, source }: ProcessSettings): Record<string, string> {
  return {
    ...(loopback !== 'shared' && { loopback }),
    ...(net !== '' && { loopbackNet: net }),
    ...(source !== '' && { loopbackSource: source }),
  };
}
