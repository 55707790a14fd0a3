// How many acknowledged writes a second the workload keeps account of, beside redis-benchmark with the same command,
// clients and pipeline at the same cluster, in turns; and what ten million writes cost in memory.
// node bench/workload.mjs [--n=5] [--seconds=4] [--clients=8] [--pipeline=16] [--writes=10000000];
// needs dist/ (npm run bench:workload builds it) and redis-benchmark in PATH.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { systemClock } from '../dist/src/clock.js';
import { OPEN_ACCESS } from '../dist/src/wire/access.js';
import { ledgerOf } from '../dist/src/workload/ledger.js';
import { cleanUp, readBack } from '../dist/src/workload/read-back.js';
import { startWorkload } from '../dist/src/workload/start.js';
import { argument, machine, median, table, withHome } from './shared.mjs';

const ROUNDS = argument('n', 5);
const SECONDS = argument('seconds', 4);
const CLIENTS = argument('clients', 8);
const PIPELINE = argument('pipeline', 16);
const WRITES = argument('writes', 10_000_000);
const CEILING_MB = 300;
const EVERY_MS = 20;
const run = promisify(execFile);
const clock = systemClock;
const asking = { clock, access: OPEN_ACCESS, deadlineMs: 10_000 };

const settings = {
  clients: CLIENTS,
  ratePerS: 0,
  pipeline: PIPELINE,
  readRatio: 0,
  readFrom: 'master',
  policy: 'tuned',
};

/** Acknowledged writes per second while it runs, and the workload, which goes on. */
async function ours(target, keyPrefix, signal) {
  const workload = await startWorkload(target, { settings, keyPrefix, clock, signal });
  const before = { atMs: clock.now(), acknowledged: workload.counts().acknowledged };
  await clock.sleep(SECONDS * 1000, signal);
  const perS = (workload.counts().acknowledged - before.acknowledged) / ((clock.now() - before.atMs) / 1000);
  return { perS, record: await workload.stop() };
}

/** A bit set by redis-benchmark as often as takes about as long; its random numbers have zeros in front, which SETBIT refuses. */
async function theirs({ host, port }, writes) {
  const words = ['-h', host, '-p', port, '-c', CLIENTS, '-P', PIPELINE, '-n', writes, '--csv'];
  const { stdout } = await run(
    'redis-benchmark',
    [...words, 'SETBIT', 'bench:bits', '12345', '1'].map(String),
  );
  const perS = Number(/^"SETBIT[^"]*","([\d.]+)"/m.exec(stdout)?.[1]);
  if (!(perS > 0)) throw new Error(`redis-benchmark said: ${stdout}`);
  return perS;
}

/** Writes until `WRITES` are attempted; the most that this process had in memory meanwhile, and the ledger. */
async function many(target, nodes, master, signal) {
  globalThis.gc?.();
  const beforeMb = megabytes();
  let mostMb = beforeMb;
  const look = () => {
    mostMb = Math.max(mostMb, megabytes());
  };
  const startMs = clock.now();
  const workload = await startWorkload(target, { settings, keyPrefix: 'bench:many', clock, signal });
  while (workload.counts().attempted < WRITES) {
    await clock.sleep(EVERY_MS, signal);
    look();
  }
  const seconds = (clock.now() - startMs) / 1000;
  const record = await workload.stop();
  look();
  const finals = await readBack(record, nodes, asking);
  look();
  const told = {
    fault: 'none',
    oldMaster: master.id,
    newMaster: null,
    faultAtMs: record.startedAtMs,
    newWritableAtMs: null,
    returnedAtMs: null,
    convertedAtMs: null,
    cameBackEmpty: false,
  };
  const ledger = ledgerOf(record, finals, master.id, told);
  look();
  await cleanUp(record, master, asking);
  const recordMb =
    record.clients.reduce(
      (n, c) =>
        n +
        c.acknowledged.byteLength +
        c.indeterminate.byteLength +
        c.runs.byteLength +
        c.failures.byteLength,
      0,
    ) / 1e6;
  return { beforeMb, mostMb, recordMb, seconds, ledger };
}

const megabytes = () => process.memoryUsage().rss / 1e6;

await withHome(async ({ ctl, signal }) => {
  console.log(`${machine()}; ${CLIENTS} clients, pipeline ${PIPELINE}, ${ROUNDS} rounds of ${SECONDS} s\n`);
  const up = JSON.parse(
    (await ctl('up', '--json', '--quiet', '--driver', 'process', '--port', 'auto')).stdout,
  );
  const nodes = [up.master, ...up.replicas].map(({ id, host, port }) => {
    const address = { host, port };
    return { id, announce: address, endpoint: address };
  });
  const [master] = nodes;
  const target = {
    sentinels: up.sentinels,
    masterName: up.masterName,
    access: OPEN_ACCESS,
    nodes,
  };

  const rates = { ours: [], theirs: [] };
  for (let round = 0; round < ROUNDS; round++) {
    const { perS, record } = await ours(target, `bench:${round}`, signal);
    rates.ours.push(perS);
    await cleanUp(record, master, asking);
    rates.theirs.push(await theirs(up.master, Math.round((rates.theirs.at(-1) ?? 100_000) * SECONDS)));
  }
  const row = (name, values) => [
    name,
    ...[median(values), Math.min(...values), Math.max(...values)].map((v) => Math.round(v).toString()),
  ];
  console.log(
    table(
      ['acknowledged writes per second', 'median', 'least', 'most'],
      [row('sentinelctl, each accounted for', rates.ours), row('redis-benchmark, counted', rates.theirs)],
    ),
  );
  console.log(
    `\nratio ${(median(rates.ours) / median(rates.theirs)).toFixed(2)}; wanted: 30000 a second or more\n`,
  );

  if (WRITES === 0) return;
  const { beforeMb, mostMb, recordMb, seconds, ledger } = await many(target, nodes, master, signal);
  const { attempted, acknowledged, lost, unexpected } = ledger;
  console.log(
    `${attempted} writes in ${seconds.toFixed(0)} s: ${acknowledged} acknowledged, ${lost} lost, ${unexpected} unexpected`,
  );
  console.log(
    `memory of the process: ${beforeMb.toFixed(0)} MB before, ${mostMb.toFixed(0)} MB at most ` +
      `(wanted: ${CEILING_MB} MB at most); the record itself ${recordMb.toFixed(1)} MB`,
  );
});
