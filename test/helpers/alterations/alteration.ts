import type { Fields, Gathered, GatheredNode, GatheredServer, Life } from '../../../src/model/gathered.js';
import { alter, CONTAINER, given, nodeIn, silence } from '../healthy-gathering.js';
import { healthyGathered, onThreeMachines } from '../recorded-gathering.js';

/** Where a cluster runs: a created one as processes of this machine; an attached one on a machine for each pair of servers. */
export type Place = 'one machine' | 'three machines';

/** A fault, as what was gathered of a healthy cluster would be with it. */
export interface Alteration {
  /** The check that names it. */
  id: string;
  subject: string;
  /** Its subject where its id is not known. */
  address?: string;
  /** Where it can be; everywhere without. */
  only?: Place;
  /** The servers that no longer answer, and how they fail: their other faults cannot be seen. */
  silences?: Record<string, 'refused' | 'timeout' | 'denied' | 'auth'>;
  alter(gathered: Gathered): void;
}

/**
 * A cluster on which nothing is wrong, nor a matter of taste: what is recorded of a real one, and every data node keeps
 * its data and wants a replica to write to.
 */
export function flawless(place: Place): Gathered {
  const gathered = place === 'one machine' ? healthyGathered() : onThreeMachines();
  for (const node of gathered.nodes) {
    alter(node.config, { appendonly: 'yes', 'min-replicas-to-write': '1', 'min-slaves-to-write': '1' });
    alter(node.info, { aof_enabled: '1' });
  }
  alter(nodeIn(gathered, 1).info, { min_slaves_good_slaves: '2' });
  if (place === 'three machines') gathered.cluster = '192.0.2.1:26379';
  return gathered;
}

/** What was gathered with these faults. */
export function altered(place: Place, ...faults: Alteration[]): Gathered {
  const gathered = flawless(place);
  for (const fault of faults) fault.alter(gathered);
  for (const [id, kind] of faults.flatMap(({ silences }) => Object.entries(silences ?? {}))) {
    const server = [...gathered.nodes, ...gathered.sentinels].find((s) => s.id === id);
    if (server === undefined) throw new Error(`there is no ${id}`);
    silence(server, kind === 'denied' ? 'refused' : kind);
    if (kind === 'denied') server.silence = { kind: 'error', message: DENIED };
  }
  return gathered;
}

const DENIED = 'DENIED Redis is running in protected mode because protected mode is enabled';

/** What these sentinels, all without, say of the master. */
export function say(gathered: Gathered, fields: Record<string, string>, ...ns: number[]): void {
  gathered.sentinels.forEach((sentinel, i) => {
    const [view] = given(sentinel.masters);
    if (view !== undefined && (ns.length === 0 || ns.includes(i + 1))) Object.assign(view.fields, fields);
  });
}

/** For them the master is down for so long; milliseconds. */
export const masterDown = (gathered: Gathered, forMs: number, ...ns: number[]): void =>
  say(
    gathered,
    {
      flags: 's_down,master,disconnected',
      's-down-time': String(forMs),
      'last-ok-ping-reply': String(forMs + 5000),
    },
    ...ns,
  );

/** Records of what is down and was not heard for so long; milliseconds. */
export function down(records: Record<string, string>[], forMs = 90_000): void {
  for (const record of records) {
    const kind = record.flags?.includes('sentinel') ? 'sentinel' : 'slave';
    Object.assign(record, {
      flags: `s_down,${kind},disconnected`,
      's-down-time': String(forMs),
      'last-ok-ping-reply': String(forMs),
      'last-ping-reply': String(forMs),
      ...(kind === 'sentinel' && { 'last-hello-message': String(forMs) }),
    });
  }
}

/** The sentinels of each side call the servers of the other side down: redis-n and sentinel-n of these, and the rest. */
export function cutNetwork(gathered: Gathered, ...ns: number[]): void {
  const has = (n: number): boolean => ns.includes(n);
  gathered.sentinels.forEach((sentinel, i) => {
    for (const view of given(sentinel.masters)) {
      const isBeyond = ({ port }: Fields): boolean => has(((Number(port) % 1000) - 378) % 10) !== has(i + 1);
      down([...given(view.replicas), ...given(view.sentinels)].filter(isBeyond));
      if (isBeyond(view.fields)) masterDown(gathered, 90_000, i + 1);
    }
  });
}

/** A line more in a server's file. */
export function addLine(server: GatheredServer, line: string): void {
  given(server.conf).text += `${line}\n`;
}

/** What the master says of its connection to redis-n: null where there is none. */
export function stream(gathered: Gathered, n: number, change: Record<string, string> | null): void {
  const info = given(nodeIn(gathered, 1).info) as Record<string, string>;
  const [name, text] = Object.entries(info).find(
    ([key, value]) => /^slave\d$/.test(key) && value.includes(`port=${6378 + n},`),
  ) ?? ['', ''];
  if (name === '') return;
  const fields = Object.fromEntries(text.split(',').map((pair) => pair.split('=') as [string, string]));
  if (change === null) delete info[name];
  else
    info[name] = Object.entries({ ...fields, ...change })
      .map((pair) => pair.join('='))
      .join(',');
}

/** A replica without its master. */
export function unlinked(gathered: Gathered, n: number): void {
  const node = nodeIn(gathered, n);
  alter(node.info, { master_link_status: 'down', master_link_down_since_seconds: '9' });
  given(node.role).link = 'connecting';
  stream(gathered, n, null);
}

/** A server's life in a container that nothing is wrong with, but for this. */
export function contain(server: GatheredServer, change: Partial<Life>): void {
  const { restartPolicy, stopTimeoutS, addressPinned, oomKilled } = CONTAINER;
  const sound = { kind: 'container' as const, restartPolicy, stopTimeoutS, addressPinned, oomKilled };
  Object.assign(given(server.life), sound, change);
}

/** Every data node wants a password; every node but these, and every sentinel but these, has it. */
export function lock(gathered: Gathered, { nodes = [0], sentinels = [0] }): void {
  gathered.nodes.forEach((node, i) => {
    alter(node.config, { requirepass: '(set)', masterauth: nodes.includes(i + 1) ? '' : '(set)' });
  });
  gathered.sentinels.forEach((sentinel, i) => {
    if (!sentinels.includes(i + 1)) addLine(sentinel, 'sentinel auth-pass mymaster (redacted)');
  });
}

/** What the others say of a master that has not answered any of them for `forMs`. */
export function withoutMaster(gathered: Gathered, forMs: number): void {
  masterDown(gathered, forMs);
  for (const n of [2, 3]) unlinked(gathered, n);
}

/** A node's role, as ROLE and INFO say it. */
export function become(
  node: GatheredNode,
  role: 'master' | 'replica',
  follows: GatheredNode | null,
  info: Fields,
): void {
  Object.assign(given(node.role), { role, follows: follows?.announce ?? null });
  const { host = '', port = '' } = follows?.announce ?? {};
  const link = follows === null ? {} : { master_host: host, master_port: String(port) };
  alter(node.info, { role: role === 'master' ? 'master' : 'slave', ...link, ...info });
}
