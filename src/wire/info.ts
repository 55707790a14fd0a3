import { engineIn, type NamedValues, nodeAnswerIn } from '../model/records.js';
import type { NodeAnswer } from '../model/snapshot.js';
import { printable, protocolError } from './error.js';

export { addressOf, numberOf } from '../model/records.js';

export type Info = NamedValues;

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

/** Engine and version. Throws WireError `protocol` where INFO has none. */
export function engineOf(info: Info): { engine: string; version: string } {
  return engineIn(info) ?? noVersion();
}

/** Whether a sentinel gave this INFO (server.c: `redis_mode`). */
export const isSentinel = (info: Info): boolean =>
  (info.get('server_mode') ?? info.get('redis_mode')) === 'sentinel';

/** What a data node says of itself. Throws WireError `protocol` where INFO has no version. */
export function nodeAnswer(info: Info): NodeAnswer {
  return nodeAnswerIn(info) ?? noVersion();
}

function noVersion(): never {
  throw protocolError('gave no version in INFO');
}
