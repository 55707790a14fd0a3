// What an application loses and waits for when a master is moved: switchover beside plain SENTINEL FAILOVER, in turns,
// seen by a writer that shares no code with sentinelctl; and what that writer waits for while nothing is moved. Where the
// server is Valkey 9.1.1 or newer (SENTINELCTL_REDIS_SERVER), its own coordinated failover too.
// node bench/switchover.mjs [--n=10] [--clients=8] [--down-after=5000]; needs dist/ (npm run bench:switchover builds it).
import { loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { askRaw, missingKeys, startRawWriter } from './raw-writer.mjs';
import { argument, machine, median, table, withHome } from './shared.mjs';

const ROUNDS = argument('n', 10);
const CLIENTS = argument('clients', 8);
const DOWN_AFTER_MS = argument('down-after', 5000);
const MASTER = 'mymaster';
/** Acknowledged writes of each client before and after the move. */
const AROUND = 100;
/** Only ends what hangs. */
const DEADLINE_MS = 120_000;
const EVERY_MS = 50;
/** The floor: what the writer waits for on this machine while the command runs and moves nothing. */
const FLOOR = 'switchover --dry-run';

async function untilTrue(what, holds) {
  const endMs = performance.now() + DEADLINE_MS;
  while (!(await holds())) {
    if (performance.now() > endMs) throw new Error(`${what}: not within ${DEADLINE_MS / 1000} s`);
    await sleep(EVERY_MS);
  }
}

const portAt = async (sentinel) =>
  Number((await askRaw(sentinel, 'SENTINEL', 'GET-MASTER-ADDR-BY-NAME', MASTER))[1]);

/** Every sentinel names one master other than `old`, which both others follow, linked. */
async function hasMoved({ sentinels, nodes }, old) {
  const named = new Set(await Promise.all(sentinels.map(portAt)));
  const [port] = named;
  if (named.size !== 1 || port === old) return false;
  const roles = await Promise.all(
    nodes.map(async (node) => ({ node, role: await askRaw(node, 'ROLE').catch(() => ['unknown']) })),
  );
  return roles.every(({ node, role: [role, , followed, link] }) =>
    node.port === port
      ? role === 'master'
      : role === 'slave' && Number(followed) === port && link === 'connected',
  );
}

const fullSyncs = async (nodes) => {
  const infos = await Promise.all(nodes.map((node) => askRaw(node, 'INFO', 'stats')));
  return infos.map((info) => Number(/sync_full:(\d+)/.exec(info)?.[1])).reduce((a, b) => a + b, 0);
};

async function hasCoordinated([node]) {
  const version = /valkey_version:(\d+)\.(\d+)\.(\d+)/.exec(await askRaw(node, 'INFO', 'server'));
  if (version === null) return false;
  const [major, minor, patch] = version.slice(1).map(Number);
  return major > 9 || (major === 9 && (minor > 1 || (minor === 1 && patch >= 1)));
}

/** Moves the master by a method of the command; what counts is what the writer sees, and not its verdict. */
async function switchover(ctl, method) {
  const words = ['switchover', '--method', method, '--clients', '0', '--max-gap', '30s'];
  const ran = await ctl(...words, '--yes', '--json', '--quiet').catch((error) => error);
  if (JSON.parse(ran.stdout).trials?.length !== 1)
    throw new Error(`no switchover: ${ran.stdout.slice(0, 600)}${ran.stderr}`);
}

async function plain({ sentinels }) {
  await untilTrue('SENTINEL FAILOVER is accepted', async () =>
    askRaw(sentinels[0], 'SENTINEL', 'FAILOVER', MASTER).then(
      () => true,
      () => false,
    ),
  );
}

async function round(ctl, cluster, { move, moves }) {
  const { sentinels, nodes } = cluster;
  await untilTrue('the cluster is healthy', () =>
    ctl('switchover', '--dry-run', '--quiet').then(
      () => true,
      () => false,
    ),
  );
  const old = await portAt(sentinels[0]);
  const before = await fullSyncs(nodes);
  const writer = startRawWriter({ sentinels, masterName: MASTER, clients: CLIENTS });
  try {
    await writer.writes(AROUND);
    await move();
    if (moves) await untilTrue('the master has moved', () => hasMoved(cluster, old));
    await writer.writes(AROUND);
  } finally {
    await writer.stop();
  }
  const { acknowledged, gapMs } = await writer.stop();
  const port = await portAt(sentinels[0]);
  const master = nodes.find((node) => node.port === port);
  const lost = (await missingKeys(master, acknowledged)).length;
  const syncs = (await fullSyncs(nodes)) - before;
  await askRaw(master, 'FLUSHALL');
  return { gapMs, lost, lostPart: lost / acknowledged.length, syncs };
}

const over = (cells, field) => cells.map((cell) => cell[field]);
const ms = (value) => `${value.toFixed(0)} ms`;
const percent = (part) => `${(100 * part).toFixed(part > 0 && part < 0.1 ? 1 : 0)} %`;
const load = () => loadavg()[0].toFixed(1);

await withHome(async ({ ctl, signal }) => {
  const loadBefore = load();
  await ctl('up', '--driver', 'process', '--port', 'auto', '--down-after', `${DOWN_AFTER_MS}ms`, '--quiet');
  const status = JSON.parse((await ctl('status', '--json')).stdout);
  const at = ({ host, port }) => ({ host, port });
  const cluster = { sentinels: status.sentinels.map(at), nodes: status.masters[0].nodes.map(at) };
  const info = await askRaw(cluster.nodes[0], 'INFO', 'server');
  // Valkey names the Redis version that it is compatible with first.
  const [engine] = /valkey_version:[\d.]+/.exec(info) ?? /redis_version:[\d.]+/.exec(info);
  console.log(
    `${machine()}; ${engine}, down-after ${DOWN_AFTER_MS} ms, ${CLIENTS} clients, ${ROUNDS} rounds\n`,
  );
  const moves = {
    'switchover, direct': () => switchover(ctl, 'direct'),
    'switchover, sentinel': () => switchover(ctl, 'sentinel'),
    ...((await hasCoordinated(cluster.nodes)) && {
      'switchover, coordinated': () => switchover(ctl, 'coordinated'),
    }),
    'plain SENTINEL FAILOVER': () => plain(cluster),
    [FLOOR]: () => ctl('switchover', '--dry-run', '--quiet'),
  };
  const seen = new Map(Object.keys(moves).map((name) => [name, []]));
  for (let n = 0; n < ROUNDS; n++) {
    for (const [name, move] of Object.entries(moves)) {
      signal.throwIfAborted();
      seen.get(name).push(await round(ctl, cluster, { move, moves: name !== FLOOR }));
    }
  }
  const rows = [...seen].map(([name, cells]) => {
    const [gaps, lost, syncs] = ['gapMs', 'lost', 'syncs'].map((field) => over(cells, field));
    return [
      name,
      ms(median(gaps)),
      ms(Math.max(...gaps)),
      String(median(lost)),
      String(Math.max(...lost)),
      percent(median(over(cells, 'lostPart'))),
      String(median(syncs)),
      String(Math.max(...syncs)),
      String(cells.length),
    ];
  });
  const head = ['', 'gap', 'worst', 'lost', 'worst', 'of all writes', 'full resyncs', 'worst', 'n'];
  console.log(table(head, rows));
  console.log();
  const [direct, ...others] = [...seen].map(([name, cells]) => ({ name, gap: median(over(cells, 'gapMs')) }));
  for (const { name, gap } of others)
    console.log(`${(gap / direct.gap).toFixed(2)} ×  gap of ${name}  /  ${direct.name}`);
  console.log(`\nload average ${loadBefore} before, ${load()} after, on ${machine().split(', ')[1]}`);
});
