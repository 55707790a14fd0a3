import { expect } from 'vitest';
import { assess } from '../../src/checks/assess.js';
import { CHECKS, diagnose } from '../../src/checks/index.js';
import { systemClock } from '../../src/clock.js';
import { surveyOf, type Target } from '../../src/cluster/target.js';
import { formatAddress } from '../../src/model/address.js';
import { fixSteps } from '../../src/model/fix-steps.js';
import type { StatusResult, VerdictWord } from '../../src/model/status.js';
import { until } from '../../src/until.js';
import { OPEN_ACCESS } from '../../src/wire/access.js';
import { attachedPatient, flat, type Patient, shell } from './doctor.js';
import { type RawCluster, type RedisServer, startRawCluster } from './redis.js';
import { redisCli } from './redis-cli.js';

/** Longer than a busy machine keeps a master from answering, short enough to wait for. */
export const DOWN_AFTER_MS = 5000;

/** A cluster that both commands look at. */
interface Asked {
  patient: Patient;
  target: Target;
}

export function attachedTo({ sentinels }: RawCluster): Asked {
  const addresses = sentinels.map((s) => s.address);
  return {
    patient: attachedPatient(addresses),
    target: {
      kind: 'attached',
      name: addresses.map(formatAddress).join(','),
      record: null,
      ...{ sentinels: addresses, whence: null, masterName: null, access: OPEN_ACCESS },
    },
  };
}

export const tell = (server: RedisServer, words: string): Promise<string> =>
  redisCli(server.address.port, words);

const at = (servers: readonly RedisServer[], n: number): RedisServer => {
  const server = servers[n];
  if (server === undefined) throw new Error(`there is no server ${n}`);
  return server;
};

export type BothCommands = ReturnType<typeof bothCommands>;

/** A cluster of real servers once `start` has run, and what `status` and `doctor` say of it. */
export function bothCommands(port: number) {
  const raw = {} as RawCluster;
  const asked = {} as Asked;
  /** Servers that took the place of others, and ones beside the cluster. */
  const more: RedisServer[] = [];
  const node = (n: number): RedisServer => at(raw.nodes, n);
  const portOf = (n: number): number => node(n).address.port;
  const sentinel = (n: number): RedisServer => at(raw.sentinels, n);
  const both = (n: number[], words: string): Promise<unknown> =>
    Promise.all(n.map((i) => tell(sentinel(i), words)));
  async function start(): Promise<void> {
    Object.assign(raw, await startRawCluster({ port, downAfterMs: DOWN_AFTER_MS }));
    Object.assign(asked, attachedTo(raw));
    // What takes 10 s and 30 s otherwise.
    await both([0, 1, 2], 'SENTINEL DEBUG info-period 1000 tilt-period 1500');
    // With a down-after of 200 ms a busy machine makes every command a slow one.
    for (const n of raw.nodes) await tell(n, 'CONFIG SET slowlog-log-slower-than -1');
  }

  /** Until this is undone no failover takes what is wrong with the master away. */
  const keepMaster = (): Promise<unknown> =>
    both([0, 1, 2], 'SENTINEL SET mymaster down-after-milliseconds 600000');
  const asBefore = (): Promise<unknown> =>
    both([0, 1, 2], `SENTINEL SET mymaster down-after-milliseconds ${DOWN_AFTER_MS}`);

  /** Puts the master first: on a busy machine a master that did not answer for down-after was replaced. */
  async function lineUp(): Promise<void> {
    const [, port] = (await tell(sentinel(0), 'SENTINEL GET-MASTER-ADDR-BY-NAME mymaster')).split('\n');
    const isMaster = ({ address }: RedisServer): number => Number(String(address.port) === port);
    raw.nodes.sort((a, b) => isMaster(b) - isMaster(a));
  }

  /** Waits until both replicas say so. WAIT would be about the writes of its own connection, which has none. */
  async function bothReplicas(line: string, wanted: RegExp): Promise<void> {
    const look = async (): Promise<true | undefined> => {
      const said = await Promise.all([1, 2].map((n) => tell(node(n), line)));
      return said.every((text) => wanted.test(text)) ? true : undefined;
    };
    const seen = await until(look, { clock: systemClock, everyMs: 100, deadlineMs: 30_000 });
    expect(seen, `${line}: ${wanted}`).toBe(true);
  }

  /** What `status` says at this moment. */
  async function look({ target } = asked): Promise<{ status: StatusResult; ids: string[] }> {
    const asking = { clock: systemClock, deadlineMs: 2000, signal: new AbortController().signal };
    const snapshot = await surveyOf(target, asking);
    const status = assess(snapshot, {
      cluster: target.name,
      driver: 'attached',
      own: false,
      masterName: null,
    });
    return { status, ids: status.problems.map((p) => p.id) };
  }

  /** What `doctor` says at this moment, beside what `status` says or said just now. */
  async function words(
    of: Asked,
    seen?: Awaited<ReturnType<typeof look>>,
  ): Promise<{
    status: VerdictWord;
    doctor: VerdictWord;
    /** Whether their first lines are one. */
    isOne: boolean;
    first: string[];
    next: string | null;
    ids: string[];
    lines: string[];
  }> {
    const { status, ids } = seen ?? (await look(of));
    const doctor = diagnose(await of.patient.look(), CHECKS);
    const first = [status, doctor].map(({ verdict }) => verdict.text);
    return {
      status: status.verdict.word,
      doctor: doctor.verdict.word,
      // Between the two looks time passes.
      isOne: new Set(first.map((line) => line.replace(/\d+\.\d+ s\b/g, 'N s'))).size === 1,
      first,
      next: status.verdict.next,
      ids,
      lines: [
        ...status.problems.map((p) => `status: ${p.impact} ${p.id} ${p.message}`),
        ...doctor.findings.map((f) => `doctor: ${f.impact} ${f.id} ${f.message}`),
      ],
    };
  }

  /** Waits until `status` and `doctor` both say this; `alike`: with one first line. */
  async function bothSay(word: VerdictWord, of = asked, alike = false): Promise<void> {
    let last: unknown;
    const agreed = await until(
      async () => {
        // A diagnosis costs a busy machine four times what a look does.
        const seen = await look(of);
        last = seen.status.verdict.text;
        if (seen.status.verdict.word !== word) return undefined;
        const both = await words(of, seen);
        last = both;
        return both.doctor === word && (!alike || both.isOne) ? true : undefined;
      },
      { clock: systemClock, everyMs: 200, deadlineMs: 60_000 },
    );
    expect(agreed, `${word} at both: ${JSON.stringify(last, null, 1)}`).toBe(true);
  }

  /** Types the second line of `status`: a command exits 0, and what asks for a person or a file says so. */
  async function typeNext(expected: string): Promise<void> {
    if (expected === 'as it is at the moment') return;
    const { next } = await words(asked);
    const kind =
      next === null
        ? 'none'
        : !/^(redis-cli|sentinelctl) /.test(next)
          ? 'a person'
          : /\bFILE\b|<[^>]+>/.test(next)
            ? 'a file'
            : 'command';
    expect(kind, `${next}`).toBe(expected);
    if (kind === 'command')
      expect(await shell(`${next}`), `${next}`).not.toMatch(/^\(?(error|ERR|NOAUTH|WRONGPASS)/i);
  }

  /** Types the commands that `doctor` prints for this check, as they are; afterwards neither command finds it. */
  async function typeFixOf(id: string): Promise<void> {
    const found = flat((await asked.patient.doctor()).findings).filter((f) => f.id === id);
    const commands = found.flatMap((f) => fixSteps(f.fix).commands);
    expect(commands, `what ${id} says to type: ${JSON.stringify(found.map((f) => f.fix))}`).not.toEqual([]);
    for (const command of commands) {
      const said = await shell(command);
      expect(said, command).not.toMatch(/^\(?ERR|error/i);
    }
    let left: string[] = [];
    const gone = await until(
      async () => {
        left = (await look()).ids;
        if (left.includes(id)) return undefined;
        const { findings } = await asked.patient.doctor();
        left.push(...flat(findings).map((f) => f.id));
        return left.includes(id) ? undefined : true;
      },
      { clock: systemClock, everyMs: 200, deadlineMs: 60_000 },
    );
    expect(gone, `after ${commands.join('; ')} there is still: ${left.join(', ')}`).toBe(true);
  }

  return {
    ...{ start, raw, asked, more, node, portOf, sentinel, both, keepMaster, asBefore },
    ...{ lineUp, bothReplicas, look, words, bothSay, typeNext, typeFixOf },
    async stop(): Promise<void> {
      await raw.stop?.();
      for (const server of more) await server.stop();
    },
  };
}
