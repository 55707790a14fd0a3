// What it costs to look at three sentinels that monitor a thousand masters, 250 of which answer, beside one redis-cli
// that asks each of them for the list alone. node bench/many.mjs [--n=3] [--names=1000] [--servers=250]; needs dist/
// (npm run bench:many builds it), redis-server and redis-cli.
import { execFile, spawn } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { argument, BIN, cleanEnv, machine, Series, timed, withHome } from './shared.mjs';

const ROUNDS = argument('n', 3);
const NAMES = argument('names', 1000);
const SERVERS = argument('servers', 250);
/** Ports of the data nodes from here on, then those of names without one; the sentinels' are the first three below. */
const BASE = argument('port', 21000);
const run = promisify(execFile);

await withHome(async ({ home, signal }) => {
  console.log(`${machine()}; ${NAMES} names, ${SERVERS} servers, ${ROUNDS} rounds\n`);
  const started = [];
  /** A server with a directory of its own, which may hold a configuration file. */
  const start = async (name, words, conf) => {
    const dir = join(home, name);
    await mkdir(dir, { recursive: true });
    if (conf !== undefined) await writeFile(join(dir, 'sentinel.conf'), conf);
    started.push(spawn('redis-server', words, { cwd: dir, stdio: 'ignore' }));
  };
  try {
    for (let n = 0; n < SERVERS; n++)
      await start(`node-${n}`, ['--port', String(BASE + n), '--bind', '127.0.0.1', '--save', '']);
    const sentinels = [1, 2, 3].map((n) => BASE - n);
    for (const port of sentinels) {
      const names = Array.from({ length: NAMES }, (_, n) => [
        `sentinel monitor shard-${n + 1} 127.0.0.1 ${BASE + n} 2`,
        `sentinel down-after-milliseconds shard-${n + 1} 5000`,
      ]);
      const conf = [`port ${port}`, 'bind 127.0.0.1', ...names.flat(), ''].join('\n');
      await start(`sentinel-${port}`, ['./sentinel.conf', '--sentinel'], conf);
    }
    await until(async () => {
      const seen = await Promise.all(sentinels.map((port) => sentinelsKnown(port)));
      return seen.every((n) => n === 2);
    }, signal);

    const addrs = sentinels.map((port) => `127.0.0.1:${port}`).join(',');
    const env = cleanEnv(home);
    const series = new Series();
    const rss = new Map();
    const ours = async (name, ...words) => {
      series.add(
        name,
        await timed(async () => {
          const child = spawn(process.execPath, [BIN, ...words, '--sentinel-addrs', addrs], {
            env,
            stdio: 'ignore',
          });
          let over = false;
          const ended = new Promise((resolve) => {
            child.once('exit', () => {
              over = true;
              resolve();
            });
          });
          while (!over) {
            rss.set(name, Math.max(rss.get(name) ?? 0, await peakKb(child.pid)));
            await Promise.race([ended, sleep(20)]);
          }
        }),
      );
    };
    for (let round = 0; round < ROUNDS; round++) {
      signal.throwIfAborted();
      series.add(
        'redis-cli SENTINEL MASTERS, three times',
        await timed(async () => {
          for (const port of sentinels)
            await run('redis-cli', ['-p', String(port), 'SENTINEL', 'MASTERS'], { maxBuffer: 1 << 26 });
        }),
      );
      await ours('status, all', 'status');
      await ours('status, one name', 'status', '--master-name', 'shard-3');
      await ours('doctor, one name', 'doctor', '--master-name', 'shard-3');
      await ours('doctor, all', 'doctor');
    }
    console.log(series.table());
    console.log();
    for (const [name, kb] of rss) console.log(`${name}: at most ${Math.round(kb / 1024)} MB`);
  } finally {
    for (const child of started) child.kill('SIGKILL');
  }
});

async function sentinelsKnown(port) {
  try {
    const { stdout } = await run('redis-cli', ['-p', String(port), 'SENTINEL', 'SENTINELS', 'shard-1']);
    return stdout.match(/^runid$/gm)?.length ?? 0;
  } catch {
    return 0;
  }
}

/** VmHWM of a process in kB (Linux); 0 where it has gone, or where there is no /proc. */
async function peakKb(pid) {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? 0);
}

async function until(condition, signal) {
  while (!(await condition())) {
    signal.throwIfAborted();
    await sleep(200);
  }
}
