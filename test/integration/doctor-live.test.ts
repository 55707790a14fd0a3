import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHECKS, diagnose, type Finding } from '../../src/checks/index.js';
import { systemClock } from '../../src/clock.js';
import { formatAddress } from '../../src/model/address.js';
import type { Severity } from '../../src/model/status.js';
import { until } from '../../src/until.js';
import { attachedPatient, flat, type Patient } from '../helpers/doctor.js';
import { QUIET_MS } from '../helpers/quiet.js';
import { type RawCluster, type RedisServer, startRawCluster, startRedis } from '../helpers/redis.js';
import { redisCli } from '../helpers/redis-cli.js';

const PORT = 7500;
const LONG_MS = 600_000;

/** One cluster that sentinelctl did not make, ailing from one thing after the other. */
let raw: RawCluster;
let patient: Patient;
let [one, two]: string[] = [];
let sentinels: string[] = [];
beforeAll(async () => {
  raw = await startRawCluster({ port: PORT, downAfterMs: QUIET_MS });
  patient = attachedPatient(raw.sentinels.map((s) => s.address));
  [, one = '', two = ''] = raw.nodes.map((n) => formatAddress(n.address));
  sentinels = raw.sentinels.map((s) => formatAddress(s.address));
  // What sentinels learn from INFO each 10 s they learn each second here.
  for (const s of raw.sentinels) await cli(s, 'SENTINEL DEBUG info-period 1000');
}, LONG_MS);
afterAll(() => raw?.stop());

const cli = (server: RedisServer, words: string): Promise<string> => redisCli(server.address.port, words);
const at = (servers: RedisServer[], n: number): RedisServer => {
  const server = servers[n];
  if (server === undefined) throw new Error(`there is no server ${n}`);
  return server;
};
const node = (n: number): RedisServer => at(raw.nodes, n);
const sentinel = (n: number): RedisServer => at(raw.sentinels, n);

/** Found as planted, cured by what is printed. */
async function foundAndCured(id: string, subject: string | undefined, severity: Severity): Promise<string> {
  const finding = await patient.finds(id, subject ?? '', severity);
  expect(finding.consequence).not.toBe('');
  await patient.apply(finding, foundAgain);
  await patient.isCured(id, subject ?? '');
  return finding.message;
}

/** Waits until what every sentinel counts of replicas and of sentinels, itself among them, is as `holds` says. */
async function counts(holds: (replicas: number, sentinels: number) => boolean): Promise<void> {
  const held = await until(
    async () => {
      const said = await Promise.all(raw.sentinels.map((s) => cli(s, 'INFO sentinel')));
      return said.every((text) => {
        const [, replicas, voters] = /status=ok.*slaves=(\d+),sentinels=(\d+)/.exec(text) ?? [];
        return holds(Number(replicas), Number(voters));
      })
        ? true
        : undefined;
    },
    { clock: systemClock, everyMs: 100, deadlineMs: 30_000 },
  );
  expect(held, 'the sentinels found each other').toBe(true);
}
/** What a pause between two RESETs is for: the one that forgot has found every peer again. */
const foundAgain = (): Promise<void> => counts((replicas, voters) => replicas >= 2 && voters >= 3);
const everyoneKnown = (): Promise<void> => counts((replicas, voters) => replicas === 2 && voters === 3);

describe('doctor finds in a living cluster, and its fix cures', () => {
  it('nothing critical before anything is planted', async () => {
    const { findings } = await patient.doctor();
    expect(flat(findings).filter((f) => f.severity === 'critical')).toEqual([]);
    expect(flat(findings).filter((f) => f.id.startsWith('ghost') || f.id.startsWith('nat'))).toEqual([]);
  });

  it(
    'sentinels in TILT: one of three, then two',
    async () => {
      await cli(sentinel(0), 'SENTINEL DEBUG tilt-period 1500 tilt-trigger 1');
      await patient.finds('tilt', sentinels[0] ?? '', 'warning');
      await cli(sentinel(1), 'SENTINEL DEBUG tilt-period 1500 tilt-trigger 1');
      const message = await foundAndCured('tilt', sentinels[0], 'critical');
      expect(message).toContain('1 of 3 sentinels can call a master down, and 2 must');
      await foundAndCured('tilt', sentinels[1], 'warning');
      for (const s of raw.sentinels) await cli(s, 'SENTINEL DEBUG tilt-period 30000');
    },
    LONG_MS,
  );

  it(
    'a sentinel and a replica that announce addresses that no peer reaches, and what that leaves behind',
    async () => {
      // What is down for ten times as long is called gone.
      for (const s of raw.sentinels) await cli(s, 'SENTINEL SET mymaster failover-timeout 1000');
      await raw.setDownAfter(5000);
      await cli(sentinel(2), 'SENTINEL CONFIG SET announce-ip 127.0.0.77');
      await cli(node(2), 'CONFIG SET replica-announce-ip 127.0.0.77');
      await cli(node(0), 'CLIENT KILL TYPE replica');
      // One that said hello once, and will not again.
      const ghost = `127.0.0.1:${PORT + 99}`;
      await cli(
        node(0),
        `PUBLISH __sentinel__:hello 127.0.0.1,${PORT + 99},${'e'.repeat(40)},0,mymaster,127.0.0.1,${PORT},0`,
      );
      const said = await foundAndCured('nat-sentinel', sentinels[2], 'critical');
      expect(said).toContain(`announces 127.0.0.77:${PORT + 52}`);
      const streams = await foundAndCured('nat-replica', two, 'critical');
      expect(streams).toContain(`127.0.0.77:${PORT + 2}`);
      const resets = sentinels.map((id) => ({ kind: 'reset', sentinel: id, masterName: 'mymaster' }));
      // Each sentinel calls it gone at a moment of its own.
      const isWhole = ({ repairs }: Finding): boolean => isDeepStrictEqual(repairs, resets);
      await patient.finds('ghost-replica', `127.0.0.77:${PORT + 2}`, 'warning', isWhole);
      const voter = await patient.finds('ghost-sentinel', ghost, 'warning', isWhole);
      expect(voter.message).toContain('among 4, of which 3 must agree');
      // One RESET forgets both.
      await patient.apply(voter, foundAgain);
      await everyoneKnown();
      await patient.isCured('ghost-sentinel', ghost);
      await patient.isCured('ghost-replica', `127.0.0.77:${PORT + 2}`);
      for (const s of raw.sentinels) await cli(s, 'SENTINEL SET mymaster failover-timeout 10000');
      await raw.setDownAfter(QUIET_MS);
    },
    LONG_MS,
  );

  it(
    'a sentinel that names another master',
    async () => {
      await cli(sentinel(2), 'SENTINEL REMOVE mymaster');
      await cli(sentinel(2), `SENTINEL MONITOR mymaster 127.0.0.1 ${PORT + 1} 2`);
      const said = await foundAndCured('master-disagree', sentinels[2], 'critical');
      expect(said).toContain(`${sentinels[2]} says ${one}`);
      await everyoneKnown();
      await cli(sentinel(2), 'SENTINEL DEBUG info-period 1000');
    },
    LONG_MS,
  );

  it(
    'a replica that follows a stranger, and one that is made a master',
    async () => {
      const stranger = await startRedis({ port: PORT + 9 });
      try {
        await cli(node(2), `REPLICAOF 127.0.0.1 ${PORT + 9}`);
        expect(await foundAndCured('replica-orphan', two, 'warning')).toContain(
          `follows 127.0.0.1:${PORT + 9}`,
        );
      } finally {
        await stranger.stop();
      }
      await cli(node(1), 'REPLICAOF NO ONE');
      await foundAndCured('split-brain', 'mymaster', 'critical');
    },
    LONG_MS,
  );

  it(
    'a replica whose link is down',
    async () => {
      await cli(node(0), 'ACL SETUSER default -psync -sync');
      await cli(node(0), 'CLIENT KILL TYPE replica');
      // Between two attempts: while one is under way INFO says that it copies. Its log names the reason.
      const finding = await until(
        async () => {
          const found = await patient.finds('link-down', two ?? '', 'warning');
          return found.fix[0]?.includes('log') ? found : undefined;
        },
        { clock: systemClock, everyMs: 100, deadlineMs: LONG_MS },
      );
      expect(finding?.message).toContain('master_link_status down');
      // Once the reason is gone, the replica connects by itself.
      expect(finding?.fix).toHaveLength(1);
      await cli(node(0), 'ACL SETUSER default +psync +sync');
      await patient.isCured('link-down', two ?? '');
      await patient.isCured('link-down', one ?? '');
    },
    LONG_MS,
  );

  it('a port that the system hands out', async () => {
    const gathered = await patient.look();
    // The range is this machine's own; where it begins is altered.
    gathered.host.ephemeralPorts = { ok: true, value: [PORT + 2, 60_999] };
    const found = flat(diagnose(gathered, CHECKS).findings).filter((f) => f.id === 'ephemeral-port');
    expect(found.map((f) => [f.severity, f.subject])).toEqual([
      ['warning', two],
      ...sentinels.map((s) => ['warning', s]),
    ]);
  });

  it(
    'a master that is dead and cannot be replaced',
    async () => {
      for (const s of raw.sentinels) await cli(s, 'SENTINEL SET mymaster failover-timeout 1500');
      await raw.setDownAfter(1500);
      for (const n of [1, 2]) await cli(node(n), 'CONFIG SET replica-priority 0');
      await patient.finds('priority-zero', `${one}, ${two}`, 'critical');
      node(0).signal('SIGKILL');
      const stuck = await patient.finds('failover-stuck', 'mymaster', 'critical');
      expect(stuck.message).toContain('failover-timeout 1.50 s');
      // One cause, and everything else under it.
      // Also while an attempt lasts: that it will fail is what matters.
      const said = `127.0.0.1:${PORT} (master) is down; no replica can be promoted`;
      const result = await patient.doctor();
      const { findings, verdict } = result;
      expect(verdict.word).toBe('DOWN');
      expect(verdict.text).toMatch(/^mymaster: no writes for /);
      expect(verdict.text).toContain(said);
      const [root] = findings;
      expect(root?.id).toBe('priority-zero');
      expect(root?.message).toContain('no replica can be promoted: replica-priority is 0');
      expect(flat(root?.consequences ?? []).map((f) => f.id)).toEqual(
        expect.arrayContaining(['no-master', 'failover-stuck']),
      );
      if (root !== undefined) await patient.apply(root);
      await patient.isCured('priority-zero', `${one}, ${two}`);
      await patient.isCured('failover-stuck', 'mymaster');
      await patient.isCured('no-master', 'mymaster');
    },
    LONG_MS,
  );
});
