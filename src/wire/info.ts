import type { Address } from '../model/address.js';
import type { NodeAnswer } from '../model/snapshot.js';
import { printable, protocolError } from './error.js';

export type Info = ReadonlyMap<string, string>;

/** INFO: lines of `field:value`, sections as `# Name` (server.c, genRedisInfoString). Throws WireError `protocol`. */
export function parseInfo(reply: unknown): Info {
  if (typeof reply !== 'string') throw protocolError('answered INFO with something other than text');
  const info = new Map<string, string>();
  for (const line of reply.split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon > 0 && !line.startsWith('#'))
      info.set(line.slice(0, colon), printable(line.slice(colon + 1), 1000));
  }
  return info;
}

/** Engine and version. Valkey gives its own as `valkey_version`, and in `redis_version` the one it is compatible with. */
export function engineOf(info: Info): { engine: string; version: string } {
  const version = info.get('valkey_version') ?? info.get('redis_version');
  if (version === undefined) throw protocolError('gave no version in INFO');
  const engine = info.has('valkey_version') ? 'valkey' : (info.get('server_name') ?? 'redis');
  return { engine, version };
}

/** Whether a sentinel gave this INFO (server.c: `redis_mode`). */
export const isSentinel = (info: Info): boolean =>
  (info.get('server_mode') ?? info.get('redis_mode')) === 'sentinel';

/** What a data node says of itself. Field names: server.c, genRedisInfoString, section replication. */
export function nodeAnswer(info: Info): NodeAnswer {
  const role = info.get('role');
  const replica = role === 'slave';
  const link = info.get('master_link_status');
  const fullSyncs = numberOf(info.get('sync_full'));
  return {
    ...engineOf(info),
    runId: info.get('run_id') ?? '',
    role: replica ? 'replica' : role === 'master' ? 'master' : 'unknown',
    follows: replica ? (addressOf(info.get('master_host'), info.get('master_port')) ?? null) : null,
    linkStatus: replica ? (link === 'up' ? 'up' : 'down') : null,
    offset: numberOf(info.get(replica ? 'slave_repl_offset' : 'master_repl_offset')),
    attached: attachedOf(info),
    loading: info.get('loading') === '1',
    ...(fullSyncs !== null && { fullSyncs }),
  };
}

/** `slave0:ip=127.0.0.1,port=6380,state=online,offset=1234,lag=0`: every replica, also one that does not stream yet. */
function attachedOf(info: Info): NodeAnswer['attached'] {
  const attached: NodeAnswer['attached'] = [];
  for (const [field, value] of info) {
    if (!/^slave\d+$/.test(field)) continue;
    const parts = new Map(value.split(',').map((part) => split(part, '=')));
    const address = addressOf(parts.get('ip'), parts.get('port'));
    if (address === undefined) continue;
    attached.push({ address, state: parts.get('state') ?? '', offset: numberOf(parts.get('offset')) ?? 0 });
  }
  return attached;
}

function split(text: string, by: string): [string, string] {
  const at = text.indexOf(by);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + by.length)];
}

/** A whole number, or null for anything else. */
export function numberOf(text: string | undefined): number | null {
  return text !== undefined && /^-?\d+$/.test(text) ? Number(text) : null;
}

/** A host and a port of 0 to 65535 (Sentinel's own mark for an address that is not valid any more is port 0). */
export function addressOf(host: string | undefined, port: string | undefined): Address | undefined {
  const number = numberOf(port);
  if (!host || host === '?' || number === null || number < 0 || number > 65535) return undefined;
  return { host, port: number };
}
