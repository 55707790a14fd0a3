import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cli, says } from '../helpers/by-hand.js';
import { attachedPatient } from '../helpers/doctor.js';
import { type Lab, openLab } from '../helpers/plants/lab.js';

const LONG_MS = 600_000;
const PORT = 9230;
const [MASTER, STRAY, SENTINEL] = [PORT, PORT + 1, PORT + 50];

describe('a data node that still follows an old address', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await openLab();
    await lab.serve('master.conf', { port: MASTER }, []);
    // Nothing listens there: the old master's address.
    await lab.serve('stray.conf', { port: STRAY }, [`replicaof 127.0.0.1 ${PORT + 40}`]);
    await lab.serve('sentinel.conf', { port: SENTINEL, sentinel: true }, [
      `sentinel monitor main 127.0.0.1 ${MASTER} 1`,
      'sentinel down-after-milliseconds main 1500',
    ]);
    await cli(SENTINEL, 'SENTINEL DEBUG info-period 1000');
  }, LONG_MS);
  afterAll(() => lab?.stop());

  it('follows the master after what no-replica prints', async () => {
    const patient = attachedPatient([{ host: '127.0.0.1', port: SENTINEL }]);
    const found = await patient.finds('no-replica', 'main', 'warning');
    expect(found.message).toContain('no node could be promoted');
    await lab.apply(found, { NODE_HOST: '127.0.0.1', NODE_PORT: String(STRAY) });
    await patient.isCured('no-replica', 'main');
    await says(MASTER, 'INFO replication', new RegExp(`port=${STRAY},state=online`));
  });
});
