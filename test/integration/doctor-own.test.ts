import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Severity } from '../../src/model/status.js';
import { runInside } from '../helpers/cli.js';
import { ctl, flat, ownPatient, type Patient, upIn } from '../helpers/doctor.js';
import { redisCli } from '../helpers/redis-cli.js';

const LONG_MS = 600_000;

/** A cluster that sentinelctl created, with one fault after the other. */
let home: string;
let patient: Patient;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'sentinelctl-test-'));
  // No failover while a master is frozen or loads, however busy the machine is.
  await upIn(home, { persistence: 'all', downAfterMs: 25_000 });
  patient = await ownPatient(home, 'default');
}, LONG_MS);
afterAll(async () => {
  await ctl(home, ['down']);
  await rm(home, { recursive: true, force: true });
}, LONG_MS);

async function foundAndCured(id: string, subject: string, severity: Severity): Promise<string> {
  const finding = await patient.finds(id, subject, severity);
  await patient.apply(finding);
  await patient.isCured(id, subject);
  return finding.message;
}

const redis = async (id: string, words: string): Promise<string> => {
  const { nodes } = await patient.look();
  return redisCli(nodes.find((n) => n.id === id)?.endpoint.port ?? 0, words);
};

describe('doctor finds in its own cluster, and its fix cures', () => {
  it('nothing worse than information before anything is planted', async () => {
    const { findings, skipped } = await patient.doctor();
    expect(flat(findings).filter((f) => f.severity !== 'info')).toEqual([]);
    // All but the application's side could be looked at.
    expect(skipped.filter((s) => !s.id.startsWith('app-') && !s.why.startsWith('needs --watch-for'))).toEqual(
      [],
    );
  });

  it('its master under a second name, as status does by the INFO of the sentinel', async () => {
    const { sentinels, nodes } = await patient.look();
    const port = sentinels[0]?.endpoint.port ?? 0;
    await redisCli(port, `SENTINEL MONITOR other 127.0.0.1 ${nodes[0]?.endpoint.port} 2`);
    const status = await runInside(home, ['status', '--json']);
    const message = await foundAndCured('overlap', 'redis-1', 'critical');
    expect(status.code, status.stderr).toBe(1);
    expect(status.json()).toMatchObject({
      verdict: { word: 'AT RISK' },
      masters: [{ problems: [{ id: 'overlap', message }] }],
    });
  });

  it('a master that is frozen', async () => {
    await ctl(home, ['pause', 'redis-1']);
    const frozen = await patient.finds('master-frozen', 'redis-1', 'critical');
    expect(frozen.message).toContain('wait for an answer to PING');
    expect([frozen.fix[0], frozen.fix.at(-1)]).toEqual([
      'sentinelctl status --watch',
      'sentinelctl restart redis-1',
    ]);
    // Nothing has replaced it yet, so that it goes on as the master.
    await ctl(home, ['resume', 'redis-1']);
    await patient.isCured('master-frozen', 'redis-1');
    await patient.isCured('no-master', 'mymaster');
  });

  it(
    'a replica that is frozen and lags',
    async () => {
      await redis('redis-1', 'CONFIG SET min-replicas-max-lag 2');
      await ctl(home, ['pause', 'redis-3']);
      const said = await foundAndCured('lag', 'redis-3', 'warning');
      expect(said).toContain('it accepts connections but does not answer');
      await redis('redis-1', 'CONFIG SET min-replicas-max-lag 10');
    },
    LONG_MS,
  );

  it(
    'sentinels and a replica that are stopped',
    async () => {
      for (const id of ['redis-2', 'sentinel-2', 'sentinel-3']) await ctl(home, ['kill', id]);
      const quorum = await patient.finds('no-quorum', 'mymaster', 'critical');
      const down = await patient.finds('node-down', 'redis-2', 'warning');
      expect(down.fix).toEqual(['sentinelctl start redis-2']);
      const silent = await patient.finds('sentinel-unreachable', 'sentinel-3', 'warning');
      expect(silent.fix).toEqual(['sentinelctl start sentinel-2', 'sentinelctl start sentinel-3']);
      await patient.apply(quorum);
      await patient.apply(down);
      for (const id of ['sentinel-2', 'sentinel-3']) await patient.isCured('sentinel-unreachable', id);
      await patient.isCured('no-quorum', 'mymaster');
      await patient.isCured('node-down', 'redis-2');
    },
    LONG_MS,
  );

  it(
    'a master that restarts and loads, and counts as alive',
    async () => {
      const keys = "for i = 1, 20000 do redis.call('SET', 'k' .. i, 'v') end";
      await redis('redis-1', `EVAL "${keys}" 0`);
      // 0.4 ms a key (a setting that Redis has for its own tests): 8 s.
      await redis('redis-1', 'CONFIG SET key-load-delay 400');
      await redis('redis-1', 'CONFIG REWRITE');
      const { nodes } = await patient.look();
      const [master] = nodes;
      await ctl(home, ['kill', 'redis-1']);
      const starting = ctl(home, ['start', 'redis-1', '--as-crashed']);
      const said = await foundAndCured('reboot-gap', 'redis-1', 'warning');
      expect(said).toContain('redis-1 is loading its data');
      await starting;
      expect(master?.role).toMatchObject({ value: { role: 'master' } });
    },
    LONG_MS,
  );
});
