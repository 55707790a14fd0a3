import type { Clock } from '../clock.js';
import { type Address, formatAddress } from '../model/address.js';
import type { NodePlan } from '../model/plan.js';
import { type Access, askingAs } from '../wire/access.js';
import { type Connection, openConnection } from '../wire/client.js';
import { silenceOf } from '../wire/error.js';
import { parseMasterAddress, parseRole } from '../wire/replies.js';
import { followSentinel } from '../wire/subscribe.js';
import type { Observation, RoleSeen } from './observation.js';
import { paceOf } from './pace.js';

const DEADLINE_MS = 1000;

/** Everything that is seen of a cluster from `observe` to `close`. */
export interface Observer {
  /** In the order in which it was seen; grows. */
  readonly seen: readonly Observation[];
  /** A data node's replication offset when it was last asked, in bytes. */
  offsetOf(id: string): number | null;
  /** How many sentinels' events are followed at this moment. */
  heard(): number;
  /** When it last answered, on the run's clock; null where it never did. */
  lastAnswerAt(id: string): number | null;
  /** Asks now, and often for a while: something is about to happen. */
  hurry(): void;
  /** The same before nodes are started or resumed: what does not answer is tried often until it does, for 10 s. */
  expectReturn(): void;
  close(): Promise<void>;
}

export interface ObserveOptions {
  clock: Clock;
  masterName: string;
  access: Access;
}

/** Asks over one connection; recreated for each, so that what a node says after its return is recorded again. */
type Asker = (node: NodePlan) => (connection: Connection) => Promise<void>;

/**
 * Follows every sentinel's events and beliefs and every data node's ROLE; who went away is followed again. Resolves once
 * each of them was asked: what happens to one of them from then on is seen.
 */
export async function observe(
  nodes: { data: NodePlan[]; sentinels: NodePlan[] },
  options: ObserveOptions,
  onSeen: (observation: Observation) => void = () => {},
): Promise<Observer> {
  const { clock } = options;
  const stop = new AbortController();
  const seen: Observation[] = [];
  const offsets = new Map<string, number>();
  const answeredAt = new Map<string, number>();
  const pace = paceOf(clock);
  const record = (observation: Observation): void => {
    seen.push(observation);
    pace.changed();
    if (observation.kind === 'event') pace.spoke(observation.source);
    onSeen(observation);
  };
  const connect = (node: NodePlan): Promise<Connection> =>
    openConnection(node.endpoint, askingAs({ ...options, deadlineMs: DEADLINE_MS }, node.kind));

  const subscriptions = new Map<string, { close(): void }>();
  const subscribing = new Map<string, Promise<void>>();
  const subscribe = async (node: NodePlan): Promise<void> => {
    const subscription = await followSentinel(
      node.endpoint,
      askingAs({ ...options, deadlineMs: DEADLINE_MS }, 'sentinel'),
      (event, atMs) => record({ kind: 'event', atMs, source: node.id, event }),
      () => subscriptions.delete(node.id),
    ).catch(() => null);
    if (stop.signal.aborted) subscription?.close();
    else if (subscription !== null) subscriptions.set(node.id, subscription);
  };
  /** A sentinel that was down and takes connections again says again what happens. */
  const keepSubscribed = (node: NodePlan): void => {
    if (node.kind !== 'sentinel' || stop.signal.aborted) return;
    if (subscriptions.has(node.id) || subscribing.has(node.id)) return;
    const under = subscribe(node).finally(() => subscribing.delete(node.id));
    subscribing.set(node.id, under);
  };

  /** Asks one node for ever; a connection that dies, or stays silent, is recorded at that moment and opened again. */
  const poll = async (node: NodePlan, asker: Asker, onAsked: () => void): Promise<void> => {
    let answers = false;
    while (!stop.signal.aborted) {
      let connection: Connection | undefined;
      try {
        connection = await connect(node);
        keepSubscribed(node);
        const ask = asker(node);
        connection.onClose(() => {
          if (!stop.signal.aborted) record({ kind: 'gone', atMs: clock.now(), source: node.id });
        });
        while (!stop.signal.aborted) {
          await ask(connection);
          answers = true;
          onAsked();
          await pace.pause(node.id, subscriptions.has(node.id) ? 'announces' : 'answers');
          keepSubscribed(node);
        }
      } catch (error) {
        // Once for a silence: a frozen server still takes connections.
        if (answers && !stop.signal.aborted && silenceOf(error).kind === 'timeout')
          record({ kind: 'silent', atMs: clock.now(), source: node.id });
        answers = false;
        onAsked();
        await pace.pause(node.id, 'gone');
      } finally {
        connection?.close();
      }
    }
  };

  const askRole: Asker = (node) => {
    let last = '';
    return async (connection) => {
      const role = parseRole(await connection.call('ROLE'));
      const atMs = clock.now();
      answeredAt.set(node.id, atMs);
      const offsetBefore = offsets.get(node.id);
      if (role.offset !== null) offsets.set(node.id, role.offset);
      const now: RoleSeen = { role: role.role, follows: role.follows, link: role.link };
      const key = `${now.role} ${now.follows === null ? '' : formatAddress(now.follows)} ${now.link ?? ''}`;
      if (key !== last) {
        const before = offsetBefore === undefined ? {} : { offsetBefore };
        record({ kind: 'role', atMs, source: node.id, seen: now, ...before });
      }
      last = key;
    };
  };

  const askBelief: Asker = (node) => {
    let last: string | undefined;
    return async (connection) => {
      const reply = await connection.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', options.masterName);
      const atMs = clock.now();
      const master: Address | null = parseMasterAddress(reply);
      const key = master === null ? '' : formatAddress(master);
      if (key !== last) record({ kind: 'belief', atMs, source: node.id, master });
      last = key;
    };
  };

  await Promise.all(nodes.sentinels.map(subscribe));
  const polls: Promise<void>[] = [];
  const asked = [
    ...nodes.data.map((node) => [node, askRole] as const),
    ...nodes.sentinels.map((node) => [node, askBelief] as const),
  ].map(
    ([node, asker]) =>
      new Promise<void>((onAsked) => {
        polls.push(poll(node, asker, onAsked));
      }),
  );
  await Promise.all(asked);
  return {
    seen,
    heard: () => subscriptions.size,
    offsetOf: (id) => offsets.get(id) ?? null,
    lastAnswerAt: (id) => answeredAt.get(id) ?? null,
    hurry: pace.hurry,
    expectReturn: pace.expectReturn,
    async close() {
      stop.abort();
      pace.end();
      for (const subscription of subscriptions.values()) subscription.close();
      await Promise.all([...polls, ...subscribing.values()]);
    },
  };
}
