import { readFileSync } from 'node:fs';
import type { Gathered, GatheredMaster, GatheredNode, GatheredSentinel } from '../../src/model/gathered.js';

const RECORDED = readFileSync(new URL('../fixtures/gathered-healthy.json', import.meta.url), 'utf8');

/**
 * What was gathered of a real, healthy cluster on Redis 7.0: redis-1 (the master) to redis-3, sentinel-1 to
 * sentinel-3, on one machine. A new one each time, to be altered where a fault can't be planted on one machine.
 */
export const healthyGathered = (): Gathered => JSON.parse(RECORDED) as Gathered;

/** A sentinel, and a data node, by its number: 1 to 3. */
export function sentinelOf(gathered: Gathered, n: number): GatheredSentinel {
  const sentinel = gathered.sentinels[n - 1];
  if (sentinel === undefined) throw new Error(`there is no sentinel-${n}`);
  return sentinel;
}
export function nodeOf(gathered: Gathered, n: number): GatheredNode {
  const node = gathered.nodes[n - 1];
  if (node === undefined) throw new Error(`there is no redis-${n}`);
  return node;
}

/** What a sentinel says of the master. */
export function viewOf(gathered: Gathered, n: number): GatheredMaster {
  const { masters } = sentinelOf(gathered, n);
  const view = masters.ok ? masters.value[0] : undefined;
  if (view === undefined) throw new Error(`sentinel-${n} monitors nothing`);
  return view;
}

/** The same cluster with a machine for each pair: redis-N and sentinel-N at 192.0.2.N, listening there. */
export function onThreeMachines(): Gathered {
  spread ??= spreadText();
  return { ...(JSON.parse(spread) as Gathered), own: false, driver: 'attached' };
}
/** Its text, once it was made. */
let spread: string | undefined;

function spreadText(): string {
  const gathered = healthyGathered();
  for (const [ours, first] of [
    [gathered.nodes, 6379],
    [gathered.sentinels, 26379],
  ] as const) {
    for (const server of ours) {
      const host = `192.0.2.${server.announce.port - first + 1}`;
      server.announce = { host, port: server.announce.port };
      server.endpoint = server.announce;
      const bind = `${host} 127.0.0.1`;
      if ('role' in server && server.config.ok) server.config.value = { ...server.config.value, bind };
      if (server.conf.ok) server.conf.value.text += `bind ${bind}\n`;
      if (server.life.ok) server.life.value.hostKey = `host ${host}`;
    }
  }
  // What the records of each sentinel, INFO and ROLE say: an address there is ip and port side by side.
  const moved = JSON.stringify(gathered).replace(
    /("(?:ip|host|master-host|master_host)":)"127\.0\.0\.1"(,"(?:port|master-port|master_port)":"?)(\d+)/g,
    (_, name: string, between: string, port: string) =>
      `${name}"192.0.2.${(Number(port) % 100) - 78}"${between}${port}`,
  );
  // The same in words: slave0 in INFO, the names of records, the lines of a file.
  return moved.replace(
    /127\.0\.0\.1(:|,port=| )(63(?:79|80|81)|263(?:79|80|81))\b/g,
    (_, between: string, port: string) => `192.0.2.${(Number(port) % 100) - 78}${between}${port}`,
  );
}

/** A gathering that got no answer: every piece of evidence is missing, for this reason. */
export function withoutEvidence(why: string): Gathered {
  const blank = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(blank);
    if (typeof value !== 'object' || value === null) return value;
    if ('ok' in value) return { ok: false, why };
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, blank(inner)]));
  };
  return blank(healthyGathered()) as Gathered;
}
