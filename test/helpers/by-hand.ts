import { systemClock } from '../../src/clock.js';
import { until } from '../../src/until.js';
import { redisCli } from './redis-cli.js';

/** A server of this machine as doctor calls it. */
export const id = (port: number): string => `127.0.0.1:${port}`;

/** What a server of this machine answers to a redis-cli line; the test fails at an error. */
export const cli = (port: number, words: string): Promise<string> => redisCli(port, words);

/** Waits until what a server says has this in it. */
export async function says(port: number, words: string, wanted: RegExp): Promise<void> {
  const seen = await until(async () => (wanted.test(await cli(port, words)) ? true : undefined), {
    clock: systemClock,
    everyMs: 100,
    deadlineMs: 30_000,
  });
  if (seen === undefined) throw new Error(`${port} never said ${wanted} to ${words}`);
}
