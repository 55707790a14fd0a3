import type { Gathered, GatheredApp } from '../../model/gathered.js';
import type { CheckText, LiveCheck, RawFinding, Skip } from '../check.js';

const NOT_ASKED: Skip = { skip: 'not asked: doctor --app looks at the application’s side' };

/** A check of the application's side: skipped where that was not gathered. */
export function ofApp(
  words: Omit<CheckText, 'group'>,
  live: (app: GatheredApp, gathered: Gathered) => RawFinding[] | Skip,
): LiveCheck {
  return {
    ...words,
    group: 'application',
    live: (gathered) => (gathered.app === null ? NOT_ASKED : live(gathered.app, gathered)),
  };
}

/** What every check has nothing to say to that needs the sentinels' addresses. */
export const noAddresses: Skip = { skip: 'REDIS_SENTINEL_ADDRS is not set' };

/** Addresses that are sentinels, as the application would use them. */
export const sentinelsOf = (app: GatheredApp): GatheredApp['addresses'] =>
  app.addresses.filter((a) => a.answers.ok && a.answers.value === 'sentinel');

/** `export NAME=value` for a shell; for a container, what its environment should say. */
export const setting = (app: GatheredApp, name: string, value: string): string =>
  app.where === 'this shell'
    ? `export ${name}=${value}`
    : `${name}=${value} in the environment of ${app.where}`;

/** Where the cluster's sentinels are, as this machine reaches them; what was typed where nothing better is known. */
export function goodAddresses(app: GatheredApp, gathered: Gathered): string {
  const asked = gathered.sentinels
    .filter((s) => s.silence === null)
    .map((s) => `${s.endpoint.host}:${s.endpoint.port}`);
  const good = asked.length > 0 ? asked : sentinelsOf(app).map((a) => a.text);
  return good.length > 0 ? good.join(',') : '<host>:26379,<host>:26379,<host>:26379';
}

export const CLIENT_SOURCES = ['https://redis.io/docs/latest/develop/reference/sentinel-clients/'];
