// What both benches share: a state directory of their own, the built command, medians and a table.
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { dockerDriver } from '../dist/src/drivers/docker/index.js';

export const BIN = fileURLToPath(new URL('../dist/bin/sentinelctl.js', import.meta.url));
const run = promisify(execFile);

/** Nothing of the caller's own shell may steer the commands. */
export const cleanEnv = (home) => ({
  ...Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(SENTINELCTL_(?!REDIS_SERVER$)|REDIS_)/.test(name)),
  ),
  SENTINELCTL_HOME: home,
});

/** Lends a state directory and takes down whatever was made in it, also after an error or Ctrl-C. */
export async function withHome(work) {
  const home = await mkdtemp(join(tmpdir(), 'sentinelctl-bench-'));
  const ctl = (...words) =>
    run(process.execPath, [BIN, ...words], { env: cleanEnv(home), cwd: home, maxBuffer: 1 << 24 });
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort(new Error('interrupted')));
  process.once('SIGTERM', () => stop.abort(new Error('ended')));
  try {
    return await work({ home, ctl, signal: stop.signal });
  } finally {
    await ctl('down', '--all').catch(() => {});
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Milliseconds that `work` takes. */
export async function timed(work) {
  const before = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - before) / 1e6;
}

export const median = (values) => {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
};

/** Measured values by what was measured, in the order in which each was first seen. */
export class Series {
  #values = new Map();
  add(name, ms) {
    this.#values.set(name, [...(this.#values.get(name) ?? []), ms]);
  }
  median(name) {
    const values = this.#values.get(name);
    return values === undefined ? undefined : median(values);
  }
  /** One row per name: median, least, most, how many. */
  table() {
    const rows = [...this.#values].map(([name, values]) => [
      name,
      ms(median(values)),
      ms(Math.min(...values)),
      ms(Math.max(...values)),
      String(values.length),
    ]);
    return table(['', 'median', 'least', 'most', 'n'], rows);
  }
  /** `a` as a multiple of `b`, both medians of this very run; undefined where one was not measured. */
  ratio(a, b) {
    const [x, y] = [this.median(a), this.median(b)];
    return x === undefined || y === undefined ? undefined : x / y;
  }
}

const ms = (value) => `${value.toFixed(value < 10 ? 1 : 0)} ms`;

export function table(head, rows) {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i].length)));
  const line = (cells) =>
    cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  ');
  return [line(head), ...rows.map(line)].join('\n');
}

/** Whether a Docker Engine answers that can run this machine's own server; says why not. */
export async function engineAnswers() {
  const probe = await dockerDriver.probe({ settings: { image: 'host' }, env: process.env });
  if (!probe.ok) console.log(`(without Docker: ${probe.reason})\n`);
  return probe.ok;
}

export const machine = () =>
  `Node ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}`;

/** `--name=7` of the command line, else what is usual. */
export function argument(name, usual) {
  const given = process.argv.find((word) => word.startsWith(`--${name}=`));
  return given === undefined ? usual : Number(given.slice(name.length + 3));
}
