import { messageOf, type OperatorError } from '../../errors.js';
import type { Address } from '../../model/address.js';
import type { AttachedCluster, AttachedServer, SecretSource } from '../../model/attached.js';

/**
 * Reads what `attach` wrote down. Checked by hand, as the state of a created cluster is. Throws what `bad` makes of the
 * reason.
 */
export function parseAttached(
  cluster: string,
  text: string,
  bad: (why: string) => OperatorError,
): AttachedCluster {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw bad(messageOf(error));
  }
  const record = value as Partial<AttachedCluster> | null;
  if (record?.version !== 1) throw bad('it is from another version of sentinelctl, or not a record');
  const whole =
    // A copy of another cluster's file would make this name mean that cluster.
    record.cluster === cluster &&
    isList(record.sentinelAddrs, isAddress) &&
    isList(record.servers, isServer) &&
    isList(record.access?.addressMap, (rule) => typeof rule === 'object' && rule !== null) &&
    isSource(record.access?.credentials?.redis?.password) &&
    isSource(record.access?.credentials?.sentinel?.password) &&
    typeof record.readonly === 'boolean';
  if (!whole) throw bad('parts of it are missing');
  return record as AttachedCluster;
}

const isList = (value: unknown, isOne: (one: unknown) => boolean): boolean =>
  Array.isArray(value) && value.every(isOne);

function isAddress(value: unknown): boolean {
  const address = value as Partial<Address> | null;
  return typeof address?.host === 'string' && typeof address.port === 'number';
}

function isServer(value: unknown): boolean {
  const server = value as Partial<AttachedServer> | null;
  return (
    typeof server?.id === 'string' &&
    (server.kind === 'redis' || server.kind === 'sentinel') &&
    isAddress(server.announce) &&
    typeof server.identity === 'string' &&
    isList(server.masterNames, (name) => typeof name === 'string')
  );
}

function isSource(value: unknown): boolean {
  if (value === null) return true;
  const source = value as Partial<SecretSource> | undefined;
  switch (source?.from) {
    case 'file':
      return typeof source.path === 'string';
    case 'environment':
      return typeof source.variable === 'string';
    case 'command':
      return isList(source.words, (word) => typeof word === 'string');
    default:
      return false;
  }
}
