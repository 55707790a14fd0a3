import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { withDeadline } from '../../clock.js';
import { errnoOf, messageOf } from '../../errors.js';
import { type Address, formatAddress, parseAddress, sameAddress } from '../../model/address.js';
import type { GatheredApp, Got } from '../../model/gathered.js';
import { parseRedisUrl, type RedisUrl } from '../../model/redis-url.js';
import { type Asking, askingAs } from '../../wire/access.js';
import {
  type AppAnswer,
  type AppMaster,
  type AppNode,
  askAppAddress,
  askAppMaster,
  askAppNode,
} from '../../wire/app-side.js';
import type { ConnectionOptions } from '../../wire/client.js';

/** Where an application's settings are, and how the names and addresses in them are met. */
export interface AppSource {
  /** `this shell`, `container web`. */
  where: string;
  env: Readonly<Record<string, string | undefined>>;
  /** Names that only the application's own network knows; undefined: not one of them. */
  ownNames?: (name: string) => string[] | undefined;
  /** Where the announced address of a node may be reached from here: published ports, the plan's endpoints. */
  alsoAt?: (announce: Address) => Address[];
}

const got = <T>(value: T): Got<T> => ({ ok: true, value });
const not = (why: string): { ok: false; why: string } => ({ ok: false, why });

/**
 * Follows REDIS_SENTINEL_ADDRS, REDIS_MASTER_NAME and REDIS_URL as a client would, from this machine, and writes
 * nothing. The deadline is each address's, from the look-up to its last answer. Takes at most about three of them. Throws only the signal's reason.
 */
export async function gatherApp(source: AppSource, asking: Asking): Promise<GatheredApp> {
  const set = (name: string): string | null => source.env[name]?.trim() || null;
  const addrs = set('REDIS_SENTINEL_ADDRS');
  const url = set('REDIS_URL');
  const parsed = url === null ? undefined : parseRedisUrl(url);
  const masterName = set('REDIS_MASTER_NAME') ?? 'mymaster';
  const { redis } = asking.access;
  const ofNodes: ConnectionOptions = {
    ...askingAs(asking, 'redis'),
    credentials: {
      ...redis,
      password: parsed?.password ?? redis.password,
      username: parsed?.username ?? null,
    },
  };
  const ofSentinels = askingAs(asking, 'sentinel');

  const texts = (addrs ?? '').split(',').map((part) => part.trim());
  const addresses = await Promise.all(
    texts.filter((text) => text !== '').map((text) => visitAddress(text, source, masterName, ofSentinels)),
  );
  const first =
    addresses.find((a) => sentinelIn(a.answer)?.announced != null) ??
    addresses.find((a) => sentinelIn(a.answer));
  const sentinel = first && sentinelIn(first.answer);
  const announced = sentinel?.announced ?? null;
  const [master, byUrl] = await Promise.all([
    announced === null ? null : askResolved(announced, source, ofNodes, askAppMaster),
    url === null ? null : visitUrl(parsed, source, ofNodes),
  ]);
  const natMap =
    sentinel === undefined || announced === null || master?.ok === true
      ? {}
      : await natMapFor(sentinel.nodes, {
          hosts: addresses.flatMap((a) => (sentinelIn(a.answer) ? [a.reached] : [])),
          alsoAt: source.alsoAt ?? (() => []),
          ask: (address) => askAppNode(address, ofNodes),
        });
  return {
    where: source.where,
    env: {
      sentinelAddrs: addrs,
      masterName: set('REDIS_MASTER_NAME'),
      url: url === null ? null : (parsed?.shown ?? '(no URL of a Redis server)'),
    },
    addresses: addresses.map(({ answer, reached: _reached, ...rest }) => ({
      ...rest,
      answers: answer.ok ? got(answer.value.kind) : answer,
      names: answer.ok ? namesOf(answer.value) : answer,
      otherSentinels: sentinelIn(answer)?.otherSentinels ?? null,
    })),
    masterName,
    announced: sentinel === undefined ? not('no sentinel answers') : got(announced),
    announcedDown: sentinel?.down ?? false,
    masterAnswers:
      master === null ? not('no master is announced') : master.ok ? got(master.value.role) : master,
    writable: master === null ? not('no master is announced') : master.ok ? master.value.writable : master,
    natMap,
    url: byUrl === null ? null : judgedUrl(byUrl, master, announced, parsed),
  };
}

const sentinelIn = (answer: Got<AppAnswer>) =>
  answer.ok && answer.value.kind === 'sentinel' ? answer.value.sentinel : undefined;

const namesOf = (answer: AppAnswer): Got<string[]> =>
  answer.kind === 'sentinel'
    ? got(answer.sentinel.names)
    : not(`is ${answer.kind === 'other' ? 'no Redis' : 'a data node'}`);

interface Visited {
  text: string;
  address: Address | null;
  resolved: Got<string[]>;
  answer: Got<AppAnswer>;
  /** Where it was asked. */
  reached: Address;
}

async function visitAddress(
  text: string,
  source: AppSource,
  masterName: string,
  asking: ConnectionOptions,
): Promise<Visited> {
  const address = parseAddress(text, 26379) ?? null;
  if (address === null) {
    const bad = not('not an address');
    return { text, address, resolved: bad, answer: bad, reached: { host: '', port: 0 } };
  }
  const resolved = await resolve(address.host, source, asking);
  const host = resolved.ok ? resolved.value[0] : undefined;
  const reached = { host: host ?? address.host, port: address.port };
  if (host === undefined)
    return { text, address, resolved, answer: resolved.ok ? not('has no address') : resolved, reached };
  return { text, address, resolved, answer: await askAppAddress(reached, masterName, asking), reached };
}

async function askResolved<T>(
  address: Address,
  source: AppSource,
  asking: ConnectionOptions,
  ask: (endpoint: Address, asking: ConnectionOptions) => Promise<Got<T>>,
): Promise<Got<T>> {
  const resolved = await resolve(address.host, source, asking);
  if (!resolved.ok) return not(`its name is not known here: ${resolved.why}`);
  return ask({ host: resolved.value[0] ?? address.host, port: address.port }, asking);
}

async function visitUrl(
  url: RedisUrl | undefined,
  source: AppSource,
  asking: ConnectionOptions,
): Promise<Got<AppNode>> {
  if (url === undefined) return not('not a Redis URL');
  if (url.tls) return not('not asked: TLS');
  return askResolved(url.address, source, asking, askAppNode);
}

/** Whose server answers at the URL: the announced master is known by its run id, whatever its address. */
function judgedUrl(
  byUrl: Got<AppNode>,
  master: Got<AppMaster> | null,
  announced: Address | null,
  url: RedisUrl | undefined,
): GatheredApp['url'] {
  if (!byUrl.ok || url === undefined) return byUrl.ok ? null : byUrl;
  const { role, runId } = byUrl.value;
  const same = master?.ok === true && master.value.runId !== '' && master.value.runId === runId;
  return got({ address: url.address, role, isAnnounced: same || sameAddress(url.address, announced) });
}

/** The addresses of a name; an address is its own. Bounded by the deadline: a resolver may hang. */
async function resolve(host: string, source: AppSource, asking: ConnectionOptions): Promise<Got<string[]>> {
  if (isIP(host) !== 0) return { ok: true, value: [host] };
  const own = source.ownNames?.(host);
  if (own !== undefined) return { ok: true, value: own };
  try {
    const late = (): Error => new Error(`the lookup took longer than ${asking.deadlineMs} ms`);
    const found = await withDeadline(asking.clock, asking.deadlineMs, lookup(host, { all: true }), late);
    // What clients and servers here use is IPv4 first.
    const sorted = found.toSorted((a, b) => a.family - b.family).map((a) => a.address);
    return { ok: true, value: sorted };
  } catch (error) {
    asking.signal?.throwIfAborted();
    return { ok: false, why: errnoOf(error) === 'ENOTFOUND' ? 'name not found' : messageOf(error) };
  }
}

interface NatAsking {
  /** Where the sentinels answer: their machine may publish the nodes' ports too. */
  hosts: Address[];
  alsoAt: (announce: Address) => Address[];
  ask: (address: Address) => Promise<Got<AppNode>>;
}

/**
 * Where nodes that are announced by addresses that do not lead anywhere from here can be reached: candidates are
 * asked, and count only where the server's run id is the one that the sentinel knows. Announced address → the one
 * that is reachable; without those that were not found.
 */
async function natMapFor(
  nodes: readonly { announce: Address; runId: string }[],
  { hosts, alsoAt, ask }: NatAsking,
): Promise<Record<string, string>> {
  const known = nodes.filter((node) => node.runId !== '');
  const machines = [...new Set(hosts.map((h) => h.host))];
  const candidates = new Map<string, Address>();
  for (const { announce } of known) {
    const published = machines.map((host) => ({ host, port: announce.port }));
    for (const address of [...alsoAt(announce), ...published])
      candidates.set(formatAddress(address), address);
  }
  const announced = new Set(known.map((node) => formatAddress(node.announce)));
  const asked = await Promise.all(
    [...candidates.values()]
      .filter((address) => !announced.has(formatAddress(address)))
      .map(async (address) => ({ address, answer: await ask(address) })),
  );
  return Object.fromEntries(
    known.flatMap(({ announce, runId }) => {
      const found = asked.find(({ answer }) => answer.ok && answer.value.runId === runId);
      return found === undefined ? [] : [[formatAddress(announce), formatAddress(found.address)]];
    }),
  );
}
