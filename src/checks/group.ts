import { type Address, formatAddress } from '../model/address.js';
import { isAt } from '../model/facts.js';
import type {
  Fields,
  Gathered,
  GatheredNode,
  GatheredSentinel,
  GatheredServer,
  Got,
} from '../model/gathered.js';
import { oncePer } from '../model/once-per.js';
import { keysIn } from '../model/records.js';
import { RETRIED_MS } from '../model/sentinel-timing.js';
import { isLocked } from '../model/snapshot.js';
import { believed, type Claim, type ClaimedNode, isHandingOver } from './believed.js';
import type { RawFinding, Skip } from './check.js';
import { addressIn, type MonitoredAt, masterNames, nodesOf, viewsOf } from './evidence.js';

/** One monitored master with its sentinels' views and its data nodes. */
export interface Group {
  name: string;
  /** What each answering sentinel says of it. */
  views: readonly MonitoredAt[];
  nodes: readonly GatheredNode[];
  /** The master's address, by the newest configuration; null where no sentinel names one. */
  address: Address | null;
  /** The data node at that address. */
  master: GatheredNode | null;
  /** Every other data node. */
  replicas: readonly GatheredNode[];
}

/** The groups that the diagnosis is about, also those that no sentinel reports. */
export const groupsOf = oncePer((gathered: Gathered): readonly Group[] =>
  masterNames(gathered).map((name) => {
    const views = viewsOf(gathered, name);
    const nodes = nodesOf(gathered, name);
    const address = believed(claimants(views).flatMap(claimOf), (claimed) => claimedNode(nodes, claimed));
    const master = nodes.find((n) => address !== null && isAt(n, address)) ?? null;
    return { name, views, nodes, address, master, replicas: nodes.filter((n) => n !== master) };
  }),
);

/** Those that hand over name the old master, at the new epoch. */
function claimants(views: readonly MonitoredAt[]): readonly MonitoredAt[] {
  const own = views.filter(({ master }) => !isHandingOver(master.fields['failover-state']));
  return own.length > 0 ? own : views;
}

function claimOf({ master: { fields } }: MonitoredAt): Claim[] {
  const address = addressIn(fields);
  return address === null ? [] : [{ address, epoch: num(fields, 'config-epoch') ?? 0 }];
}

function claimedNode(nodes: readonly GatheredNode[], address: Address): ClaimedNode | undefined {
  const node = nodes.find((n) => isAt(n, address));
  if (node === undefined) return undefined;
  const followers = nodes.filter(({ role }) => {
    const follows = role.ok ? role.value.follows : null;
    return follows !== null && isAt(node, follows);
  });
  return {
    isMaster: node.role.ok && node.role.value.role === 'master',
    replicas: followers.length,
    keys: node.info.ok ? keysIn(Object.entries(node.info.value)) : 0,
  };
}

/** The groups that no answering sentinel reports, for a skip. */
export const unreported = (groups: readonly Group[]): string[] =>
  groups.filter((g) => g.views.length === 0).map((g) => `${g.name}: no sentinel reports it`);

/** All data nodes and sentinels. */
export const serversOf = (gathered: Gathered): (GatheredNode | GatheredSentinel)[] => [
  ...gathered.nodes,
  ...gathered.sentinels,
];

/** Whether a server is there: an address that others only name may belong to none. One that wants a password is. */
export const isThere = ({ silence }: Pick<GatheredServer, 'silence'>): boolean =>
  silence === null || isLocked(silence);

/** The data nodes of the groups that the diagnosis is about. */
export function dataNodes(gathered: Gathered): GatheredNode[] {
  const { masterName, nodes } = gathered;
  return masterName === null ? nodes : nodes.filter((n) => n.masterNames.includes(masterName));
}

/** Answers of several servers: those that are there, and of the others why not, as `redis-2: NOPERM …`. */
export function readAll<S extends GatheredServer, T>(
  servers: readonly S[],
  pick: (server: S) => Got<T>,
): { values: { server: S; value: T }[]; missing: string[] } {
  const values: { server: S; value: T }[] = [];
  const missing: string[] = [];
  for (const server of servers) {
    const got = pick(server);
    if (got.ok) values.push({ server, value: got.value });
    else missing.push(`${server.id}: ${got.why}`);
  }
  return { values, missing };
}

/** What was found; where nothing was, but something could not be looked at, what that is. */
export function judged(seen: RawFinding[], missing: readonly string[]): RawFinding[] | Skip {
  return seen.length > 0 || missing.length === 0 ? seen : skipped(() => missing);
}

/** The words are made when they are read: of a thousand masters the reasons are many, and `status` shows none of them. */
export const skipped = (missing: () => readonly string[]): Skip => ({
  get skip() {
    return together(missing()).join('; ');
  },
});

/** `redis-1: why` and `redis-2: why` as `redis-1, redis-2: why`: one reason is said once. */
function together(missing: readonly string[]): string[] {
  const whose = new Map<string, string[]>();
  for (const reason of new Set(missing)) {
    const [who, why] = splitOnce(reason, ': ');
    whose.set(why, [...(whose.get(why) ?? []), who]);
  }
  return [...whose].map(([why, who]) => (why === '' ? who.join('; ') : `${who.join(', ')}: ${why}`));
}

/** The value of a directive of CONFIG GET under any of its names (`replica-priority`, `slave-priority`). */
export function settingIn(config: Fields, ...names: string[]): string | undefined {
  return names.map((name) => config[name]).find((value) => value !== undefined);
}

/** How many replicas a master wants to acknowledge, by its name now and before Redis 5. */
export const LEAST_REPLICAS = ['min-replicas-to-write', 'min-slaves-to-write'] as const;

/** A number in a record; null where there is none. */
export function num(fields: Fields, name: string): number | null {
  const text = fields[name];
  return text === undefined || !/^-?\d+(\.\d+)?$/.test(text) ? null : Number(text);
}

/** The error with which a data node answered PING; undefined where it did not answer with one. */
export const pingErrorOf = ({ pingMs }: Pick<GatheredNode, 'pingMs'>): string | undefined =>
  pingMs.ok ? undefined : /^PING: ([A-Z]+\b.*)/.exec(pingMs.why)?.[1];

/** The reverse: what is known of a PING that was answered with an error. */
export const pingFailed = (error: string): GatheredNode['pingMs'] => ({ ok: false, why: `PING: ${error}` });

/** It runs again, but a sentinel that called it down reconnects only once a second. */
export const justStarted = ({ info }: Pick<GatheredServer, 'info'>): boolean =>
  info.ok && (num(info.value, 'uptime_in_seconds') ?? Number.POSITIVE_INFINITY) * 1000 < RETRIED_MS;

/** Which replicas a master lists, from its INFO: `slave0:ip=…,port=…,state=online,offset=…,lag=1`. */
export function attachedIn(info: Fields): {
  address: Address;
  state: string;
  offset: number | null;
  /** Seconds since its last acknowledgement. */
  lagS: number | null;
}[] {
  return Object.entries(info).flatMap(([name, text]) => {
    if (!/^slave\d+$/.test(name)) return [];
    const fields = Object.fromEntries(text.split(',').map((pair) => splitOnce(pair, '=')));
    const address = addressIn(fields);
    return address === null
      ? []
      : [{ address, state: fields.state ?? '', offset: num(fields, 'offset'), lagS: num(fields, 'lag') }];
  });
}

function splitOnce(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark);
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + mark.length)];
}

/** `redis-1, redis-2`: a subject of several servers, each once. */
export const idsOf = (servers: readonly { id: string }[]): string =>
  [...new Set(servers.map((s) => s.id))].join(', ');

/** `redis-2 (127.0.0.1:6380)`, or the address alone where it is the id. */
export function shown(server: Pick<GatheredServer, 'id' | 'announce'>): string {
  const address = formatAddress(server.announce);
  return server.id === address ? address : `${server.id} (${address})`;
}

export { mostCommon } from '../model/most-common.js';
export { bytes } from '../model/words.js';
