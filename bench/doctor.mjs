// What a diagnosis of six nodes costs, beside its floor and beside redis-cli asking the same one after the other, all in one run.
// node bench/doctor.mjs [--n=10]; needs dist/.
import { execFile } from 'node:child_process';
import { connect } from 'node:net';
import { promisify } from 'node:util';
import { argument, BIN, cleanEnv, engineAnswers, machine, Series, timed, withHome } from './shared.mjs';

const ROUNDS = argument('n', 10);
const LIMIT_MS = 1000;
const run = promisify(execFile);

const ASKED = {
  sentinel: [
    ['PING'],
    ['INFO'],
    ['ACL', 'WHOAMI'],
    ['CLIENT', 'LIST'],
    ['SENTINEL', 'MYID'],
    ['SENTINEL', 'MASTERS'],
    ['SENTINEL', 'REPLICAS', 'mymaster'],
    ['SENTINEL', 'SENTINELS', 'mymaster'],
    ['SENTINEL', 'CKQUORUM', 'mymaster'],
    ['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', 'mymaster'],
    ['SENTINEL', 'CONFIG', 'GET', '*'],
    ['SENTINEL', 'DEBUG'],
    ['SENTINEL', 'PENDING-SCRIPTS'],
    ['SENTINEL', 'FLUSHCONFIG'],
  ],
  node: [
    ['PING'],
    ['TIME'],
    ['INFO', 'all'],
    ['ACL', 'WHOAMI'],
    ['CLIENT', 'LIST'],
    ['ROLE'],
    ['CONFIG', 'GET', '*'],
    ['LATENCY', 'LATEST'],
    ['SLOWLOG', 'GET', '16'],
    ['ACL', 'GETUSER', 'default'],
    ...['PING', 'INFO', 'ROLE', 'MULTI', 'EXEC', 'CONFIG REWRITE', 'SLAVEOF NO ONE', 'SCRIPT KILL'].map(
      (words) => ['ACL', 'DRYRUN', 'default', ...words.split(' ')],
    ),
  ],
};

/** The floor: connecting and one PING, at every server at the same time. */
const pingAll = (servers) =>
  Promise.all(
    servers.map(
      ({ port }) =>
        new Promise((resolve, reject) => {
          const socket = connect({ host: '127.0.0.1', port, noDelay: true }, () => socket.write('PING\r\n'));
          socket.once('error', reject);
          socket.once('data', () => {
            socket.destroy();
            resolve();
          });
        }),
    ),
  );

async function byRedisCli({ sentinels, nodes }) {
  for (const [kind, servers] of [
    ['sentinel', sentinels],
    ['node', nodes],
  ]) {
    for (const { port } of servers)
      for (const words of ASKED[kind]) await run('redis-cli', ['-p', String(port), ...words]);
  }
}

const FLOOR = 'six PINGs at once, in one process';
const CLI = 'redis-cli, one question after the other';
const HELP = 'sentinelctl --help';
const DOCTOR = { process: 'sentinelctl doctor, processes', docker: 'sentinelctl doctor, docker' };

await withHome(async ({ home, ctl, signal }) => {
  console.log(`${machine()}; ${ROUNDS} rounds\n`);
  const up = async (...words) =>
    JSON.parse(
      (await ctl('up', '--json', '--quiet', '--port', 'auto', '--sentinel-port', 'auto', ...words)).stdout,
    );
  const plain = await up('--driver', 'process');
  const docker = await engineAnswers();
  if (docker) await up('--cluster', 'boxed', '--driver', 'docker', '--image', 'host');
  const nodes = [plain.master, ...plain.replicas];
  const doctor = (...words) =>
    run(process.execPath, [BIN, 'doctor', '--json', ...words], { env: cleanEnv(home), cwd: home });
  const variants = [
    [FLOOR, () => pingAll([...plain.sentinels, ...nodes])],
    [HELP, () => run(process.execPath, [BIN, '--help'], { env: cleanEnv(home), cwd: home })],
    [DOCTOR.process, () => doctor()],
    [CLI, () => byRedisCli({ sentinels: plain.sentinels, nodes })],
    ...(docker ? [[DOCTOR.docker, () => doctor('--cluster', 'boxed')]] : []),
  ];
  const series = new Series();
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [name, work] of variants) {
      signal.throwIfAborted();
      const tookMs = await timed(work);
      // The first round warms up the disk's cache.
      if (round > 0) series.add(name, tookMs);
    }
  }
  console.log(series.table());
  const floor = series.median(FLOOR) + series.median(HELP);
  console.log(
    `\nagainst its floor (starting Node, and the PINGs): ${(series.median(DOCTOR.process) / floor).toFixed(1)} ×`,
  );
  console.log(`against redis-cli asking the same: ${series.ratio(DOCTOR.process, CLI)?.toFixed(2)} ×`);
  for (const name of Object.values(DOCTOR)) {
    const tookMs = series.median(name);
    if (tookMs !== undefined)
      console.log(`${name}: ${tookMs <= LIMIT_MS ? 'within' : 'BEYOND'} ${LIMIT_MS} ms`);
  }
});
