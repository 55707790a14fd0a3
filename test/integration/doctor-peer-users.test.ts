import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OPEN, setLogins } from '../../src/model/secrets.js';
import { attachedPatient, flat, shell } from '../helpers/doctor.js';
import { type Lab, openLab } from '../helpers/plants/lab.js';

const LONG_MS = 600_000;
const PORT = 9130;
const SENTINELS = [PORT + 50, PORT + 51, PORT + 52];
const ADMIN = 'battery-staple';
const id = (port: number): string => `127.0.0.1:${port}`;

describe('sentinels whose default user may only be asked for the master', () => {
  let lab: Lab;
  const aclFile = (port: number): string => join(lab.dir, `${port}.acl`);
  const asAdmin = (port: number, words: string): Promise<string> =>
    shell(`REDISCLI_AUTH=${ADMIN} redis-cli -p ${port} --user ops ${words}`);
  beforeAll(async () => {
    setLogins({
      redis: OPEN,
      sentinel: { username: 'ops', password: { from: 'environment', variable: 'REDISCLI_AUTH' } },
    });
    lab = await openLab();
    await lab.serve('master.conf', { port: PORT }, []);
    await lab.serve('replica.conf', { port: PORT + 1 }, [`replicaof 127.0.0.1 ${PORT}`]);
    for (const port of SENTINELS) {
      await writeFile(
        aclFile(port),
        `user default on nopass allkeys -@all +ping +sentinel|get-master-addr-by-name\nuser ops on >${ADMIN} allchannels allkeys +@all\n`,
      );
      await lab.serve(`${port}.conf`, { port, sentinel: true }, [
        `aclfile ${aclFile(port)}`,
        `sentinel monitor main 127.0.0.1 ${PORT} 2`,
        'sentinel down-after-milliseconds main 1500',
      ]);
      // That it may ping is only for the start: this test waits for an answer.
      await asAdmin(port, 'ACL SETUSER default -ping');
      await asAdmin(port, 'ACL SAVE');
    }
  }, LONG_MS);
  afterAll(async () => {
    setLogins({ redis: OPEN, sentinel: OPEN });
    await lab?.stop();
  });

  it('need a user of their own, not a password', async () => {
    const patient = attachedPatient(
      SENTINELS.map((port) => ({ host: '127.0.0.1', port })),
      { sentinelPassword: ADMIN, sentinelUsername: 'ops' },
    );
    const all = SENTINELS.map(id).join(', ');
    // Until each of them has found the others there is no entry that could be wrong.
    await patient.finds('seen-down', id(PORT + 50), 'warning');
    const found = await patient.finds('sentinel-acl-short', all, 'critical');
    expect(found.impact).toBe('no-failover');
    expect(found.message).toBe(
      `the sentinels log in to each other as "default" (no sentinel-user), which may not run PING and SENTINEL is-master-down-by-addr at ${SENTINELS.map(id).join(', ')}`,
    );
    const { findings } = await patient.doctor();
    expect(findings[0]?.id).toBe('sentinel-acl-short');
    expect(flat(findings).map((f) => f.id)).not.toContain('sentinel-pass');
    await lab.apply(found, { USER_PASSWORD: 'correct-horse', REDISCLI_AUTH: ADMIN });
    await patient.isCured('sentinel-acl-short', all);
    await patient.isCured('no-quorum', 'main');
    // An aclfile is not written by SENTINEL FLUSHCONFIG.
    for (const port of SENTINELS)
      expect(await readFile(aclFile(port), 'utf8')).toContain('user sentinel-peers on');
  });
});
