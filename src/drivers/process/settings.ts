import { usageError } from '../../errors.js';
import { DEFAULT_SETTINGS } from '../../model/drivers.js';

/** The settings of the process driver, given or chosen, besides the binary. They are stored with the cluster. */
export interface ProcessSettings {
  /** `shared`: every node on 127.0.0.1. `own`: each on a loopback address of its own, so that it can be cut off. */
  loopback: 'shared' | 'own';
  /** `127.88.3`, which holds one address per node; empty until the layout has chosen it, and where shared. */
  net: string;
  /**
   * How a node's own connections come from its own address: by `bind-source-addr` (Redis 7.0 and later, Sentinel too:
   * sentinel.c, sentinelReconnectInstance), or, before, by the first address that it binds to (server.h,
   * NET_FIRST_BIND_ADDR). Empty where shared.
   */
  source: '' | 'directive' | 'bind';
}

/** Fills in the defaults. Throws usageError for an invalid value. */
export function readSettings(raw: Readonly<Record<string, string>>): ProcessSettings {
  const loopback = raw.loopback || DEFAULT_SETTINGS.loopback;
  if (loopback !== 'shared' && loopback !== 'own') {
    throw usageError('bad-loopback', `"${loopback.slice(0, 60)}" is not a value of --loopback`, {
      hint: '--loopback shared # or --loopback own',
    });
  }
  const source =
    raw.loopbackSource === 'directive' || raw.loopbackSource === 'bind' ? raw.loopbackSource : '';
  return { loopback, net: /^127\.\d{1,3}\.\d{1,3}$/.exec(raw.loopbackNet ?? '')?.[0] ?? '', source };
}

/** As strings to store, without the defaults. */
export function writeSettings({ loopback, net, source }: ProcessSettings): Record<string, string> {
  return {
    ...(loopback !== DEFAULT_SETTINGS.loopback && { loopback }),
    ...(net !== '' && { loopbackNet: net }),
    ...(source !== '' && { loopbackSource: source }),
  };
}
