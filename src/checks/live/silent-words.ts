import { type Address, formatAddress } from '../../model/address.js';
import type { SnapshotFacts } from '../../model/facts.js';
import type { NodeState, SentinelState } from '../../model/snapshot.js';
import { nameOf } from '../snapshot.js';

/** `redis-2 127.0.0.1:6380 does not answer: connection refused`. */
export function saidNothing(server: NodeState | SentinelState): string {
  const said = server.silence?.message ?? 'no answer';
  // Something else listens at its address, or is where the address map leads.
  if (server.silence?.kind === 'protocol' || server.silence?.misled !== undefined)
    return `${nameOf(server)} ${said}`;
  return `${nameOf(server)} does not answer${/^did not answer\b/.test(said) ? said.replace(/^did not answer/, '') : `: ${said}`}`;
}

/** `redis-2: connection refused`; of one that does not answer, what the words "does not answer" leave open. */
export function silenceOf({ id, silence }: NodeState | SentinelState): string {
  const said = silence?.message ?? 'no answer';
  if (silence?.kind !== 'timeout') return `${id}: ${said}`;
  const got = silence.unreached === true ? 'no connection' : 'connection accepted, no reply';
  return `${id}: ${said.replace(/^did not answer\b/, got)}`;
}

/** Of a server that gave this machine no answer in time. */
export const heardElsewhere = ({ silence }: NodeState | SentinelState, whose = 'the sentinels'): string =>
  `${silence?.message ?? 'gave no answer'} to this machine, and ${whose} had an answer shortly before`;

/** What is said where only time tells whether it is the server or the route. */
export const NEXT_LOOK =
  'it has just stopped answering, or this machine has no route to it: the next look tells which';

/**
 * What to type where only this machine lacks a way to a server of an attached cluster: where it is reached from here only
 * the user knows.
 */
export const routeTo = (
  { expectation: { cluster }, hints }: Pick<SnapshotFacts, 'expectation' | 'hints'>,
  { announce }: Pick<NodeState, 'announce'>,
): string => mapRule(cluster, announce, (words) => hints.ctl(words));

/** The command that says where this machine reaches a server. */
export function mapRule(cluster: string, announce: Address, ctl: (words: string) => string): string {
  const at = formatAddress(announce);
  const rule = `--map ${at}=HOST:PORT`;
  const attach =
    cluster === '' || cluster.includes(':')
      ? ctl(`attach NAME ${rule}`)
      : `sentinelctl attach ${cluster} ${rule}`;
  return `${attach}  # HOST:PORT is where this machine reaches it; where its container publishes the port, --map-published finds that; else run sentinelctl where ${at} can be reached`;
}
