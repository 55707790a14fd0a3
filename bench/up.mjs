// How long a cluster takes until its convergence is proved, beside the ways without sentinelctl, all in one run.
// Every variant is measured from its first node's start to the same proof; only "bare" waits for nothing.
// node bench/up.mjs [--n=10] [--naive=3]; needs dist/ (npm run bench:up builds it).
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../dist/src/clock.js';
import { proveConvergence } from '../dist/src/cluster/bring-up.js';
import { dockerDriver } from '../dist/src/drivers/docker/index.js';
import { processDriver } from '../dist/src/drivers/process/index.js';
import { slotsOf } from '../dist/src/model/plan.js';
import { DEFAULT_SPEC } from '../dist/src/model/spec.js';
import { argument, engineAnswers, machine, Series, timed, withHome } from './shared.mjs';

const ROUNDS = argument('n', 10);
const NAIVE_ROUNDS = argument('naive', 3);
const PROOF_DEADLINE_MS = 60_000;
const FACTORIES = { process: processDriver, docker: dockerDriver };

/**
 * The procedure's configuration with the least repaired that makes it work: addresses for host names, a directory per
 * node, resolve-hostnames. Replicas are told by a line in their file, the sentinels find each other by themselves.
 */
function proceduresConf(spec, nodes, node, paths) {
  const master = nodes[0].announce;
  const place = [
    `port ${node.announce.port}`,
    `bind ${paths.bind}`,
    'protected-mode no',
    `dir ${paths.dir}`,
    'set-proc-title no',
    `logfile "${paths.logfile ?? ''}"`,
    ...(paths.pidfile === null ? [] : [`pidfile ${paths.pidfile}`]),
  ];
  const name = spec.masterName;
  const own =
    node.kind === 'sentinel'
      ? [
          'sentinel resolve-hostnames yes',
          `sentinel monitor ${name} ${master.host} ${master.port} ${spec.quorum}`,
          `sentinel down-after-milliseconds ${name} ${spec.downAfterMs}`,
          `sentinel failover-timeout ${name} ${spec.failoverTimeoutMs}`,
          `sentinel parallel-syncs ${name} ${spec.parallelSyncs}`,
        ]
      : node === nodes[0]
        ? ['save ""', 'appendonly no']
        : [`replicaof ${master.host} ${master.port}`, 'save 3600 1', 'appendonly yes'];
  return `${[...place, ...own].join('\n')}\n`;
}

/** Lends six nodes of a driver, created and not started; removes them afterwards. */
async function withNodes(home, driverName, cluster, work) {
  const dir = join(home, 'bench', cluster);
  await mkdir(dir, { recursive: true });
  const driver = await FACTORIES[driverName].open({
    cluster,
    dir,
    settings: driverName === 'docker' ? { image: 'host' } : {},
    env: process.env,
  });
  const spec = { ...DEFAULT_SPEC, cluster, port: 'auto', sentinelPort: 'auto' };
  try {
    const laid = await driver.provisioner.layout(
      spec,
      slotsOf(spec, () => ''),
    );
    // No sentinel is given an id: each makes its own, and the proof takes whatever it says.
    const nodes = laid.map(({ sentinelId: _own, ...node }) => node);
    const network = await timed(() => driver.provisioner.prepare(nodes, () => {}));
    const create = await timed(() =>
      Promise.all(
        nodes.map((node) =>
          driver.provisioner.create(node, proceduresConf(spec, nodes, node, driver.provisioner.paths(node))),
        ),
      ),
    );
    await work({ driver, nodes, plan: { spec, driver: driverName, nodes }, network, create });
  } finally {
    await driver.provisioner.removeAll();
    driver.close();
  }
}

const startAll = ({ driver, nodes }) => Promise.all(nodes.map((node) => driver.host.start(node.id)));

/** All six at once, nothing seeded, until the same proof as `up` gives. */
async function proceduresWay(series, name, home, driverName) {
  await withNodes(home, driverName, `bench-naive-${driverName}`, async (made) => {
    const asking = { clock: systemClock, password: null, deadlineMs: 1500 };
    const ms = await timed(async () => {
      await startAll(made);
      await proveConvergence({ plan: made.plan, asking, deadlineMs: PROOF_DEADLINE_MS });
    });
    series.add(name, ms);
  });
}

async function ourWay(series, names, ctl, words) {
  let document = '';
  const whole = await timed(async () => {
    document = (await ctl('up', '--json', '--quiet', '--port', 'auto', ...words)).stdout;
  });
  series.add(names.proof, JSON.parse(document).convergedMs);
  series.add(names.command, whole);
  await ctl('down', '--quiet');
}

const P = { proof: 'processes: up, to the proof', command: 'processes: up, the whole command' };
const D = { proof: 'docker: up, to the proof', command: 'docker: up, the whole command' };
const NAIVE = {
  process: 'processes: all at once, unseeded',
  docker: 'docker: the procedure’s way, repaired',
};
const BARE = {
  network: 'docker: bare network',
  create: 'docker: bare create',
  start: 'docker: bare start',
  both: 'docker: bare create + start',
};

async function bareContainers(series, home) {
  await withNodes(home, 'docker', 'bench-bare', async (made) => {
    const start = await timed(() => startAll(made));
    series.add(BARE.network, made.network);
    series.add(BARE.create, made.create);
    series.add(BARE.start, start);
    series.add(BARE.both, made.create + start);
  });
}

await withHome(async ({ home, ctl, signal }) => {
  console.log(`${machine()}; ${ROUNDS} rounds, the unseeded ways in ${NAIVE_ROUNDS} of them\n`);
  const docker = await engineAnswers();
  // Docker's image, and everything's disk cache.
  if (docker) await ourWay(new Series(), D, ctl, ['--driver', 'docker', '--image', 'host']);
  const series = new Series();
  for (let round = 0; round < ROUNDS; round++) {
    signal.throwIfAborted();
    await ourWay(series, P, ctl, ['--driver', 'process']);
    if (round < NAIVE_ROUNDS) await proceduresWay(series, NAIVE.process, home, 'process');
    if (!docker) continue;
    signal.throwIfAborted();
    await bareContainers(series, home);
    await ourWay(series, D, ctl, ['--driver', 'docker', '--image', 'host']);
    if (round < NAIVE_ROUNDS) await proceduresWay(series, NAIVE.docker, home, 'docker');
  }
  console.log(`${series.table()}\n`);
  for (const [a, b] of [
    [NAIVE.process, P.proof],
    [D.proof, BARE.start],
    [D.proof, BARE.both],
    [D.command, BARE.both],
    [NAIVE.docker, D.proof],
  ]) {
    const ratio = series.ratio(a, b);
    if (ratio !== undefined) console.log(`${ratio.toFixed(2)} ×  ${a}  /  ${b}`);
  }
});
