import { describe, expect, it } from 'vitest';
import { type LogLine, limitedHost, type NodeHost } from '../../../src/drivers/node-host.js';

const calls: string[] = [];
const lack = { reason: 'it runs on another machine', hint: 'run sentinelctl on 10.0.0.5' };
const noLinks = { ok: false, reason: lack.reason, hint: lack.hint } as const;

/** What an attached cluster's host may look like: it signals processes of this machine, and no more. */
const host: NodeHost = limitedHost(
  {
    inspect: async () => ({ state: 'running', detail: 'pid 4711' }),
    pause: async (id) => {
      calls.push(`pause ${id}`);
    },
    resume: async () => {},
    routable: async () => true,
    links: async () => noLinks,
  },
  { start: lack, stop: lack, kill: lack, life: lack, blockDump: lack, readConf: lack, logs: lack },
);

async function linesOf(lines: AsyncIterable<LogLine>): Promise<LogLine[]> {
  const all: LogLine[] = [];
  for await (const line of lines) all.push(line);
  return all;
}

describe('a host that can do little', () => {
  it('does what it can', async () => {
    await host.pause('redis-1');
    expect(calls).toEqual(['pause redis-1']);
    expect(host.can.pause).toEqual({ ok: true });
  });

  it.each([
    ['started', () => host.start('redis-1')],
    ['stopped', () => host.stop('redis-1', { graceMs: 1 })],
    ['killed', () => host.kill('redis-1', 'SIGKILL')],
    ['examined from outside', () => host.life('redis-1')],
    ['made to fail its saves', () => host.blockDump('redis-1', true)],
    ['asked for its configuration file', () => host.readConf('redis-1')],
    ['asked for its log', () => linesOf(host.logs('redis-1'))],
  ])('refuses to have a node %s, and says why', async (done, work) => {
    await expect(work()).rejects.toMatchObject({
      code: 'not-possible-here',
      exitCode: 3,
      message: `redis-1 cannot be ${done} by sentinelctl`,
      why: lack.reason,
      hint: lack.hint,
    });
  });

  it('says beforehand what it lacks', () => {
    expect(host.can.kill).toEqual({ ok: false, ...lack });
    expect(Object.entries(host.can).filter(([, can]) => can.ok)).toHaveLength(3);
  });

  it('does not compile without a reason for what it lacks', () => {
    const rest = {
      inspect: host.inspect,
      routable: host.routable,
      links: host.links,
    };
    const lacks = { stop: lack, kill: lack, pause: lack, resume: lack, life: lack, blockDump: lack };
    // @ts-expect-error: `start` is neither implemented nor explained.
    limitedHost(rest, { ...lacks, readConf: lack, logs: lack });
  });
});
