// What it costs to look at three sentinels that monitor a thousand masters, each with a replica, beside its floor: starting
// Node, the sentinels' lists, and one INFO of each data node, in one process. All of them are one other process, which
// answers what real servers answered (fake-masters.mjs). node bench/many.mjs [--n=3] [--names=1000] [--answering=1000];
// the masters of the other names were never reached. Needs dist/ (npm run bench:many builds it) and redis-server.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { argument, BIN, cleanEnv, machine, Series, timed, withHome } from './shared.mjs';

const ROUNDS = argument('n', 3);
const NAMES = argument('names', 1000);
const ANSWERING = argument('answering', NAMES);
/** Ports of the data nodes from here on; the sentinels', and those of the servers that are imitated, are below it. */
const BASE = argument('port', 21000);
/** How many connections are open at the same time. */
const AT_ONCE = 200;
const FAKE = fileURLToPath(new URL('./fake-masters.mjs', import.meta.url));
const run = promisify(execFile);

const HELP = 'sentinelctl --help';
const FLOOR = 'every list and one INFO of each node';

await withHome(async ({ home, signal }) => {
  console.log(`${machine()}; ${NAMES} names, ${ANSWERING} masters that answer, ${ROUNDS} rounds\n`);
  const fake = spawn(process.execPath, [FAKE, NAMES, ANSWERING, BASE].map(String), {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  try {
    const [ready] = await once(fake.stdout, 'data', { signal });
    const sentinels = `${ready}`.trim().split(' ').map(Number);
    const addrs = sentinels.map((port) => `127.0.0.1:${port}`).join(',');
    const nodes = Array.from({ length: 2 * ANSWERING }, (_, i) => BASE + i);
    const env = cleanEnv(home);
    const series = new Series();
    const rss = new Map();
    const ours = async (name, ...words) => {
      const tookMs = await timed(async () => {
        const child = spawn(process.execPath, [BIN, ...words, '--sentinel-addrs', addrs], {
          env,
          stdio: 'ignore',
        });
        const ended = once(child, 'exit').then(() => true);
        while ((await Promise.race([ended, sleep(20)])) !== true)
          rss.set(name, Math.max(rss.get(name) ?? 0, await peakKb(child.pid)));
      });
      series.add(name, tookMs);
    };
    for (let round = 0; round < ROUNDS; round++) {
      signal.throwIfAborted();
      series.add(HELP, await timed(() => run(process.execPath, [BIN, '--help'], { env })));
      series.add(
        FLOOR,
        await timed(async () => {
          for (const port of sentinels) await ask(port, ['SENTINEL', 'MASTERS']);
          for (let i = 0; i < nodes.length; i += AT_ONCE)
            await Promise.all(nodes.slice(i, i + AT_ONCE).map((port) => ask(port, ['INFO'])));
        }),
      );
      await ours('status, all', 'status');
      await ours('status, one name', 'status', '--master-name', 'shard-3');
      await ours('doctor, one name', 'doctor', '--master-name', 'shard-3');
      await ours('doctor, all', 'doctor');
    }
    console.log(series.table());
    console.log();
    const floor = series.median(HELP) + series.median(FLOOR);
    for (const [name, kb] of rss) {
      const ratio = (series.median(name) / floor).toFixed(1);
      console.log(
        `${name}: ${ratio} × its floor (${HELP}, and ${FLOOR}), at most ${Math.round(kb / 1024)} MB`,
      );
    }
  } finally {
    fake.stdin.end();
    await Promise.race([once(fake, 'exit'), sleep(5000)]);
    fake.kill('SIGKILL');
  }
});

/** Sends one command on a connection of its own, and reads until nothing more comes of the reply. */
function ask(port, words) {
  return new Promise((resolve, reject) => {
    const end = 'PONG-OF-THE-BENCH';
    const text = (args) => `*${args.length}\r\n${args.map((a) => `$${a.length}\r\n${a}\r\n`).join('')}`;
    const socket = connect(port, '127.0.0.1', () => socket.write(text(words) + text(['ECHO', end])));
    let tail = '';
    socket.once('error', reject);
    socket.on('data', (bytes) => {
      tail = (tail + bytes.toString('latin1', Math.max(0, bytes.length - 200))).slice(-200);
      // A sentinel knows no ECHO, and says so.
      if (!tail.includes(end) && !/unknown command .?ECHO/i.test(tail)) return;
      socket.destroy();
      resolve();
    });
  });
}

/** VmHWM of a process in kB (Linux); 0 where it has gone, or where there is no /proc. */
async function peakKb(pid) {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? 0);
}
