// What starting the command costs, beside bare Node and beside the seven commands of the procedure, all in one run.
// node bench/cli.mjs [--n=20]; needs dist/ (npm run bench:cli builds it).
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { argument, BIN, cleanEnv, engineAnswers, machine, Series, timed, withHome } from './shared.mjs';

const ROUNDS = argument('n', 20);
const run = promisify(execFile);
const exists = (program) =>
  run(program, ['--version']).then(
    () => true,
    () => false,
  );

/** What the procedure asks, in its order: three questions to a sentinel, one more, and INFO at each data node. */
function questions({ masterName, sentinels, master, replicas }) {
  const [sentinel] = sentinels;
  return [
    [sentinel, 'SENTINEL', 'masters'],
    [sentinel, 'SENTINEL', 'replicas', masterName],
    [sentinel, 'SENTINEL', 'sentinels', masterName],
    [sentinel, 'SENTINEL', 'get-master-addr-by-name', masterName],
    ...[master, ...replicas].map((node) => [node, 'INFO', 'replication']),
  ];
}

const NODE = 'node -e 0';
const HELP = 'sentinelctl --help';
const DOCTOR = 'sentinelctl doctor, processes';
const CHAOS_LIST = 'sentinelctl chaos list';
const STATUS = { process: 'sentinelctl status, processes', docker: 'sentinelctl status, docker' };
const SEVEN = { cli: 'seven redis-cli, processes', docker: 'seven docker exec … redis-cli' };

await withHome(async ({ home, ctl, signal }) => {
  console.log(`${machine()}; ${ROUNDS} rounds\n`);
  const docker = (await engineAnswers()) && (await exists('docker'));
  const redisCli = await exists('redis-cli');
  const up = async (...words) =>
    JSON.parse((await ctl('up', '--json', '--quiet', '--port', 'auto', ...words)).stdout);
  const env = cleanEnv(home);
  const node = (...words) => run(process.execPath, words, { env, cwd: home });

  const plain = await up('--driver', 'process');
  const boxed = docker ? await up('--cluster', 'boxed', '--driver', 'docker', '--image', 'host') : undefined;
  const bySeven = async (ask, about) => {
    for (const [target, ...words] of questions(about)) await ask(target, words);
  };
  const variants = [
    [NODE, () => node('-e', '0')],
    [HELP, () => node(BIN, '--help')],
    [STATUS.process, () => node(BIN, 'status')],
    [DOCTOR, () => node(BIN, 'doctor')],
    [CHAOS_LIST, () => node(BIN, 'chaos', 'list')],
    ...(redisCli
      ? [
          [
            SEVEN.cli,
            () => bySeven(({ port }, words) => run('redis-cli', ['-p', String(port), ...words]), plain),
          ],
        ]
      : []),
    ...(boxed === undefined
      ? []
      : [
          [STATUS.docker, () => node(BIN, 'status', '--cluster', 'boxed')],
          [
            SEVEN.docker,
            () =>
              bySeven(
                ({ id, port }, words) =>
                  run('docker', [
                    'exec',
                    `sentinelctl-boxed-${id}`,
                    'redis-cli',
                    '-p',
                    String(port),
                    ...words,
                  ]),
                boxed,
              ),
          ],
        ]),
  ];
  const series = new Series();
  for (let round = -1; round < ROUNDS; round++) {
    for (const [name, work] of variants) {
      signal.throwIfAborted();
      const ms = await timed(work);
      // The first round fills the caches.
      if (round >= 0) series.add(name, ms);
    }
  }
  console.log(`${series.table()}\n`);
  for (const [a, b] of [
    [HELP, NODE],
    [STATUS.process, NODE],
    [DOCTOR, NODE],
    [CHAOS_LIST, NODE],
    [SEVEN.cli, STATUS.process],
    [SEVEN.docker, STATUS.docker],
  ]) {
    const ratio = series.ratio(a, b);
    if (ratio !== undefined) console.log(`${ratio.toFixed(2)} ×  ${a}  /  ${b}`);
  }
});
