import { formatAddress, sameAddress } from '../../model/address.js';
import { type ClusterPlan, dataNodes, type NodePlan, sentinelNodes } from '../../model/plan.js';
import { eligibility, excludedWords, type KnownMaster } from '../../model/promotable.js';
import { knownMaster, seenReplica } from '../../model/records.js';
import { rightReplica } from '../../observe/invariants/right-replica.js';
import type { Observation } from '../../observe/observation.js';
import type { InvariantResult } from '../../observe/result.js';
import { type Asking, askingAs } from '../../wire/access.js';
import { type Connection, openConnection } from '../../wire/client.js';
import { parseRecord } from '../../wire/replies.js';
import { bestReplica, type Candidate, type Slate, wasRight } from '../format/best-replica.js';

/** The replicas as a sentinel saw them that was about to choose, or had just done so. */
interface Look extends Slate {
  sentinel: string;
  atMs: number;
}

/** Asks each candidate of an election which replica it could choose, as close to the choice as it can be asked. */
export interface Elections {
  /** Gets everything that is observed. */
  onSeen(observation: Observation): void;
  /** Whether each replica that was chosen was the right one. */
  judge(seen: readonly Observation[]): InvariantResult;
  /** Resolves once no server is being asked. */
  settle(): Promise<void>;
}

/** From these on a sentinel may choose (sentinel.c, sentinelFailoverStateMachine). */
const BEFORE_THE_CHOICE = new Set(['+sdown', '+odown', '+try-failover', '+elected-leader']);
/** How often it is asked until then, and for how long at most, in milliseconds; a tick of Sentinel is 100. */
const ASK_EVERY_MS = 40;
const ASK_FOR_MS = 5000;

/** Follows the elections of a plan's master. Asking fails silently: then it is not known who was to be chosen. */
export function followElections(plan: ClusterPlan, asking: Asking): Elections {
  const looks: Look[] = [];
  const asked = new Map<string, Promise<void>>();
  const chosen = new Set<string>();
  let closed = false;
  // Open beforehand: on a busy machine the choice is made while one would still be connecting.
  const connections = new Map<string, Promise<Connection | null>>();
  const connect = (node: NodePlan): Promise<Connection | null> => {
    const opening = openConnection(node.endpoint, askingAs(asking, 'sentinel')).catch(() => null);
    connections.set(node.id, opening);
    return opening;
  };
  for (const node of sentinelNodes(plan)) void connect(node);
  const follow = async (sentinel: string): Promise<void> => {
    const node = sentinelNodes(plan).find((n) => n.id === sentinel);
    if (node === undefined) return;
    const untilMs = asking.clock.now() + ASK_FOR_MS;
    // Once more after the choice: what it was made by lies between two looks.
    for (let last = false; !closed && !last && asking.clock.now() < untilMs; ) {
      last = chosen.has(sentinel);
      const connection = (await connections.get(sentinel)) ?? (await connect(node));
      try {
        if (connection !== null) looks.push(await lookAt(plan, sentinel, connection, asking));
        await asking.clock.sleep(ASK_EVERY_MS, asking.signal);
      } catch {
        // It ended, or is silent: without its word the choice cannot be judged.
        connection?.close();
        connections.delete(sentinel);
        if (asking.signal?.aborted === true) break;
      }
    }
    asked.delete(sentinel);
  };
  return {
    onSeen(o) {
      if (o.kind !== 'event') return;
      if (o.event.name === '+selected-slave') chosen.add(o.source);
      const isOfMaster = o.event.instanceType === 'master';
      if (!isOfMaster || !BEFORE_THE_CHOICE.has(o.event.name) || asked.has(o.source)) return;
      chosen.delete(o.source);
      asked.set(o.source, follow(o.source));
    },
    judge: (seen) => rightReplicas(plan, looks, seen),
    async settle() {
      closed = true;
      await Promise.all(asked.values());
      for (const connection of connections.values()) (await connection)?.close();
      connections.clear();
    },
  };
}

/** Which replica a sentinel could choose at this moment. Throws WireError. */
async function lookAt(
  plan: ClusterPlan,
  sentinel: string,
  connection: Connection,
  { clock }: Asking,
): Promise<Look> {
  const [master, replicas] = await Promise.all([
    connection.call('SENTINEL', 'MASTER', plan.spec.masterName),
    connection.call('SENTINEL', 'REPLICAS', plan.spec.masterName),
  ]);
  return {
    sentinel,
    atMs: clock.now(),
    candidates: (replicas as unknown[]).map((r) => {
      const seen = seenReplica(parseRecord(r));
      return { ...seen, id: idIn(plan)(seen.address) };
    }),
    master: knownMaster(parseRecord(master)),
  };
}

const idIn =
  (plan: ClusterPlan) =>
  (address: { host: string; port: number }): string =>
    dataNodes(plan).find((n) => sameAddress(n.announce, address))?.id ?? formatAddress(address);

/** Each +selected-slave against the last slate of the sentinel that chose. */
function rightReplicas(
  plan: ClusterPlan,
  looks: readonly Look[],
  seen: readonly Observation[],
): InvariantResult {
  const id = 'right-replica';
  const choices = seen.flatMap((o) =>
    o.kind === 'event' && o.event.name === '+selected-slave' && o.event.address !== null
      ? [{ sentinel: o.source, atMs: o.atMs, chosen: idIn(plan)(o.event.address) }]
      : [],
  );
  if (choices.length === 0) return { id, verdict: 'unknown', evidence: 'no +selected-slave was seen' };
  const words: string[] = [];
  for (const { sentinel, atMs, chosen } of choices) {
    const own = looks.filter((s) => s.sentinel === sentinel && Math.abs(s.atMs - atMs) < LOOK_VALID_MS);
    const before = own.findLast((s) => s.atMs <= atMs) ?? null;
    const after = own.find((s) => s.atMs > atMs) ?? null;
    const shown = before ?? after;
    const field = shown?.candidates.map((c) => candidateText(c, shown.master)).join(', ') ?? '';
    const right = wasRight(chosen, before, after);
    const best = before === null ? null : (bestReplica(before.candidates, before.master)?.id ?? 'none');
    const judged = rightReplica(chosen, right === 'yes' ? chosen : right === 'no' ? best : null);
    if (judged.verdict !== 'holds') return { ...judged, evidence: `${judged.evidence}: ${field}` };
    words.push(`${chosen} by ${sentinel} of ${field}`);
  }
  return { id, verdict: 'holds', evidence: words.join('; ') };
}

/** An election takes at most this long from its first event to the choice, in milliseconds, in time with the events. */
const LOOK_VALID_MS = 3000;

function candidateText(c: Candidate, master: KnownMaster): string {
  const verdict = eligibility(c, master);
  const why = verdict.is === 'no' ? `; not eligible: it ${excludedWords(verdict)}` : '';
  return `${c.id} (priority ${c.priority}, offset ${c.offset}${why})`;
}
