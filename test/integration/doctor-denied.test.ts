import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Finding } from '../../src/checks/index.js';
import { systemClock } from '../../src/clock.js';
import { until } from '../../src/until.js';
import { id, says } from '../helpers/by-hand.js';
import { attachedPatient, flat, type Patient, shell } from '../helpers/doctor.js';
import { type Lab, openLab } from '../helpers/plants/lab.js';
import { redisCli } from '../helpers/redis-cli.js';

const LONG_MS = 600_000;
const BASE = 9670;
const [MASTER, REPLICA] = [BASE, BASE + 1];
const SENTINELS = [BASE + 5, BASE + 6, BASE + 7];
const PASSWORD = 'nicely-done';

describe('a replica that rejects the password of the sentinels', () => {
  let lab: Lab;
  let patient: Patient;
  const master = { port: MASTER, password: PASSWORD };
  const replica = { port: REPLICA, password: 'nicely-good' };
  beforeAll(async () => {
    lab = await openLab();
    await lab.serve('master.conf', master, [`requirepass ${PASSWORD}`, `masterauth ${PASSWORD}`]);
    await lab.serve('replica.conf', replica, [
      `replicaof 127.0.0.1 ${MASTER}`,
      'requirepass nicely-good',
      `masterauth ${PASSWORD}`,
    ]);
    for (const port of SENTINELS)
      await lab.serve(`${port}.conf`, { port, sentinel: true }, [
        `sentinel monitor mymaster 127.0.0.1 ${MASTER} 2`,
        `sentinel auth-pass mymaster ${PASSWORD}`,
        'sentinel down-after-milliseconds mymaster 2000',
        'sentinel failover-timeout mymaster 3000',
      ]);
    const sentinels = SENTINELS.map((port) => ({ host: '127.0.0.1', port }));
    patient = attachedPatient(sentinels, { password: PASSWORD });
    for (const port of SENTINELS) {
      await says(port, 'SENTINEL REPLICAS mymaster', /s_down/);
      await says(port, 'SENTINEL CKQUORUM mymaster', /^OK 3/);
    }
  }, LONG_MS);
  afterAll(async () => {
    await lab?.stop();
  });

  /** What is said of the master once the sentinels agree on it. */
  async function atDeath(): Promise<Finding[]> {
    const shut = redisCli(MASTER, 'SHUTDOWN NOSAVE', PASSWORD);
    await shut.catch(() => '');
    const down = await patient.finds('no-master', 'mymaster', 'critical');
    expect(down.message).toContain('no replica can be promoted');
    for (const port of SENTINELS) await says(port, 'SENTINEL MASTER mymaster', /s_down/);
    const { findings, verdict } = await patient.doctor();
    expect(verdict.word).toBe('DOWN');
    expect(verdict.text).toContain(
      `${id(REPLICA)} rejects this password, and the sentinels call it down although it answers; ${id(MASTER)} (master) is down; no replica can be promoted`,
    );
    expect(flat(findings).map((f) => f.id)).not.toContain('node-unreachable');
    expect(flat(findings).map((f) => f.id)).not.toContain('ghost-replica');
    return findings;
  }

  it(
    'no master: the sentinels do not reach it, and starting it brings the writes back',
    async () => {
      const [first] = await atDeath();
      expect(first?.id).toBe('auth');
      expect(first?.fix[0]).toBe(
        `start the server again on the machine of ${id(MASTER)}, with its own configuration file (its path is not known here)`,
      );
      await lab.start(`${lab.dir}/master.conf`, master);
      await patient.isCured('no-master', 'mymaster');
    },
    LONG_MS,
  );

  it(
    'no master: with the password of the master the replica is promoted',
    async () => {
      const [first] = await atDeath();
      expect(first?.fix.join('\n')).toContain(`on the machine of ${id(REPLICA)}: requirepass and masterauth`);
      await shell(`sed -i 's/nicely-good/${PASSWORD}/' ${lab.dir}/replica.conf`);
      await redisCli(REPLICA, 'SHUTDOWN NOSAVE', 'nicely-good').catch(() => '');
      await lab.start(`${lab.dir}/replica.conf`, { port: REPLICA, password: PASSWORD });
      const promoted = await until(
        async () => {
          const role = await redisCli(REPLICA, 'ROLE', PASSWORD).catch(() => '');
          return role.startsWith('master') ? true : undefined;
        },
        { clock: systemClock, everyMs: 200, deadlineMs: 60_000 },
      );
      expect(promoted).toBe(true);
    },
    LONG_MS,
  );

  it(
    'node-down: the old master may be back under another address, as a second master',
    async () => {
      const found = await patient.finds('node-down', id(MASTER), 'warning');
      expect(found.fix).toContain(
        `# or is it back under another address? There: redis-cli REPLICAOF 127.0.0.1 ${REPLICA}, and give it a fixed address`,
      );
      await lab.serve('moved.conf', { port: MASTER + 2, password: PASSWORD }, [
        `requirepass ${PASSWORD}`,
        `masterauth ${PASSWORD}`,
      ]);
      await redisCli(MASTER + 2, `REPLICAOF 127.0.0.1 ${REPLICA}`, PASSWORD);
      for (const port of SENTINELS)
        await says(port, 'SENTINEL REPLICAS mymaster', new RegExp(`127.0.0.1:${MASTER + 2}`));
    },
    LONG_MS,
  );
});

describe('sentinels that none of the data nodes lets in', () => {
  it(
    'sentinel-isolated: all know none of the others',
    async () => {
      const lab = await openLab();
      try {
        const node = BASE + 8;
        const sentinels = [BASE + 9, BASE + 10];
        await lab.serve('shut.conf', { port: node, password: PASSWORD }, [`requirepass ${PASSWORD}`]);
        for (const port of sentinels)
          await lab.serve(`${port}.conf`, { port, sentinel: true }, [
            `sentinel monitor shut 127.0.0.1 ${node} 2`,
          ]);
        const patient = attachedPatient(
          sentinels.map((port) => ({ host: '127.0.0.1', port })),
          { password: PASSWORD },
        );
        for (const port of sentinels) {
          const found = await patient.finds('sentinel-isolated', id(port), 'warning');
          expect(found.message).toContain('knows 0 of 1 other sentinel');
          expect(found.message).not.toContain('others know');
        }
      } finally {
        await lab.stop();
      }
    },
    LONG_MS,
  );
});
