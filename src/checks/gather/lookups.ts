import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { type Clock, withDeadline } from '../../clock.js';
import { errnoOf, messageOf } from '../../errors.js';
import type { Fields, Gathered, GatheredNode, GatheredSentinel } from '../../model/gathered.js';

/** So many names are looked up: a resolver that is slow is so for all of them. */
const MAX_NAMES = 20;
/** `sentinel monitor NAME HOST …`, `sentinel known-replica NAME HOST …`, `replicaof HOST PORT`: where hosts stand. */
const HOST_LINES =
  /^\s*(?:sentinel\s+(?:monitor|known-(?:replica|slave|sentinel))\s+\S+|replicaof|slaveof|sentinel\s+announce-ip|replica-announce-ip)\s+"?([^\s"]+)/gim;

/**
 * Looks up the host names that the cluster's configuration has, here and now: how long it takes and what comes of
 * it. Never rejects.
 */
export async function lookUpNames(
  sentinels: readonly GatheredSentinel[],
  nodes: readonly GatheredNode[],
  clock: Clock,
  deadlineMs: number,
): Promise<Gathered['lookups']> {
  return Promise.all(
    namesIn(sentinels, nodes)
      .slice(0, MAX_NAMES)
      .map(async (name) => {
        const startedMs = clock.now();
        try {
          const found = await withDeadline(
            clock,
            deadlineMs,
            lookup(name, { all: true }),
            () => new Error(`no answer within ${deadlineMs} ms`),
          );
          const addresses = found.map(({ address }) => address);
          return { name, result: { ok: true, value: { addresses, tookMs: clock.now() - startedMs } } };
        } catch (error) {
          const took = Math.round(clock.now() - startedMs);
          const why = errnoOf(error) === 'ENOTFOUND' ? 'does not resolve' : messageOf(error);
          return { name, result: { ok: false, why: `${why} (after ${took} ms)` } };
        }
      }),
  );
}

/** Every host that is a name, once. */
function namesIn(sentinels: readonly GatheredSentinel[], nodes: readonly GatheredNode[]): string[] {
  const hosts: (string | undefined)[] = [];
  const add = (records: readonly Fields[]): void => {
    for (const record of records) hosts.push(record.ip);
  };
  for (const sentinel of sentinels) {
    for (const master of sentinel.masters.ok ? sentinel.masters.value : []) {
      add([master.fields]);
      if (master.replicas.ok) add(master.replicas.value);
      if (master.sentinels.ok) add(master.sentinels.value);
    }
  }
  for (const { conf } of [...sentinels, ...nodes]) {
    if (conf.ok) for (const match of conf.value.text.matchAll(HOST_LINES)) hosts.push(match[1]);
  }
  const names = hosts.filter((host): host is string => isName(host));
  return [...new Set(names)];
}

/** RFC 1123: letters, digits, hyphens and dots; what a hostile server calls itself is not asked about. */
const isName = (host: string | undefined): host is string =>
  host !== undefined &&
  host !== 'no' &&
  isIP(host) === 0 &&
  /^(?=.*[a-z])[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?$/i.test(host) &&
  host.length < 254;
