import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../../src/clock.js';
import {
  identify,
  isAlive,
  parseCmdline,
  parsePsLine,
  parseStat,
  sameProcess,
  viewProcess,
} from '../../../src/host/process-identity.js';
import { signalProcess } from '../../../src/host/signal.js';
import { until } from '../../../src/until.js';

const wait = { clock: systemClock, everyMs: 5, deadlineMs: 10_000 };

/** A `sleep` of this test's own. */
async function sleeper(): Promise<{ pid: number; gone: Promise<unknown> }> {
  const child = spawn('sleep', ['60'], { stdio: 'ignore' });
  const gone = once(child, 'exit');
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child, 'spawn');
  return { pid: child.pid ?? 0, gone };
}

describe('the parsers', () => {
  it('counts the fields of stat from the last parenthesis, whatever the name holds', () => {
    const rest = '1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 4711 20';
    expect(parseStat(`12 (a) S (b) T) T ${rest}`)).toEqual({ state: 'T', threads: 17, startTicks: '4711' });
    expect(parseStat('')).toBeUndefined();
  });

  it('joins the arguments and keeps spaces inside them', () => {
    expect(parseCmdline('redis-server\0/a b/redis.conf\0')).toBe('redis-server /a b/redis.conf');
    expect(parseCmdline('')).toBe('');
  });

  it('reads a line of ps, with a day of one digit and with arguments', () => {
    expect(parsePsLine(7, 'Ss   Sat Nov  1 13:03:05 2025 redis-server /x/redis.conf --sentinel\n')).toEqual({
      pid: 7,
      startTime: 'Sat Nov 1 13:03:05 2025',
      command: 'redis-server /x/redis.conf --sentinel',
      stopped: false,
    });
    expect(parsePsLine(7, 'T    Sat Nov 22 13:03:05 2025 sleep 60\n')?.stopped).toBe(true);
    expect(parsePsLine(7, 'Z    Sat Nov 22 13:03:05 2025 (sleep)\n')).toBeUndefined();
    expect(parsePsLine(7, '')).toBeUndefined();
  });
});

describe('identity', () => {
  it('is the same at each look, and differs from another process running the same command', async () => {
    const [one, other] = [await sleeper(), await sleeper()];
    const [a, again, b] = [await identify(one.pid), await identify(one.pid), await identify(other.pid)];
    if (a === undefined || again === undefined || b === undefined) throw new Error('a sleeper is not alive');
    expect(a.command).toBe('sleep 60');
    expect(sameProcess(a, again)).toBe(true);
    expect(sameProcess(a, b)).toBe(false);
    expect(await isAlive(a)).toBe(true);
  });

  it('finds no process for an invalid pid, and for an unused one', async () => {
    for (const pid of [0, -1, 1.5, Number.NaN, 2 ** 31 - 2]) expect(await identify(pid)).toBeUndefined();
  });

  it('is over when the process ended', async () => {
    const { pid, gone } = await sleeper();
    const identity = await identify(pid);
    if (identity === undefined) throw new Error('the sleeper is not alive');
    expect(await signalProcess(identity, 'SIGKILL')).toBe(true);
    await gone;
    expect(await isAlive(identity)).toBe(false);
    expect(await signalProcess(identity, 'SIGKILL')).toBe(false);
  });

  it('counts a zombie as gone', async () => {
    // The shell becomes a sleep, which never asks for its child's exit code; only then the child is let go.
    const script = 'cat <&3 & echo $!; exec sleep 60';
    const child = spawn('sh', ['-c', script], { stdio: ['ignore', 'pipe', 'ignore', 'pipe'] });
    onTestFinished(() => void child.kill('SIGKILL'));
    const [line] = (await once(child.stdio[1] as Readable, 'data')) as [Buffer];
    const pid = Number(line.toString().trim());
    const becameSleep = async () =>
      (await identify(child.pid ?? 0))?.command === 'sleep 60' ? true : undefined;
    expect(await until(becameSleep, wait)).toBe(true);
    expect((await identify(pid))?.pid).toBe(pid);
    (child.stdio[3] as Writable).end();
    const seenAsGone = await until(
      async () => ((await viewProcess(pid)) === undefined ? true : undefined),
      wait,
    );
    expect(seenAsGone).toBe(true);
    // The pid itself is still taken: only a zombie answers signal 0 and no longer runs.
    expect(() => process.kill(pid, 0)).not.toThrow();
  });

  it('sees a process that is stopped, and that it goes on', async () => {
    const { pid } = await sleeper();
    const identity = await identify(pid);
    if (identity === undefined) throw new Error('the sleeper is not alive');
    const isStopped = (stopped: boolean) =>
      until(async () => ((await viewProcess(pid))?.stopped === stopped ? true : undefined), wait);
    await signalProcess(identity, 'SIGSTOP');
    expect(await isStopped(true)).toBe(true);
    await signalProcess(identity, 'SIGCONT');
    expect(await isStopped(false)).toBe(true);
  });
});

describe('signalProcess', () => {
  it.each([
    ['start time', { startTime: 'another' }],
    ['command line', { command: 'redis-server /x/redis.conf' }],
  ])('touches no process whose %s differs', async (_, difference) => {
    const { pid } = await sleeper();
    const identity = await identify(pid);
    if (identity === undefined) throw new Error('the sleeper is not alive');
    expect(await signalProcess({ ...identity, ...difference }, 'SIGKILL')).toBe(false);
    expect(await isAlive(identity)).toBe(true);
  });
});
