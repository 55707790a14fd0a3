import type { DriverContext } from '../driver.js';

/**
 * The environment of the servers: the user's, without what is said to sentinelctl or to applications. Passwords are
 * among that, and an environment can be read from outside for as long as the daemon lives.
 */
export function serverEnv(env: DriverContext['env']): Record<string, string> {
  const kept = Object.entries(env).filter(([name]) => !/^(SENTINELCTL_|REDIS|VALKEY)/.test(name));
  return Object.fromEntries(kept.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}
