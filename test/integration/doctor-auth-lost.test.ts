import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assess } from '../../src/checks/assess.js';
import { systemClock } from '../../src/clock.js';
import { surveyOf, type Target } from '../../src/cluster/target.js';
import { formatAddress } from '../../src/model/address.js';
import { accessWith } from '../../src/wire/access.js';
import { cli, says } from '../helpers/by-hand.js';
import { attachedPatient, flat } from '../helpers/doctor.js';
import { type Lab, openLab } from '../helpers/plants/lab.js';

const LONG_MS = 600_000;
const PORT = 9260;
const [MASTER, REPLICA, SENTINEL] = [PORT, PORT + 1, PORT + 50];
const PASSWORD = 'correct-horse';
const sentinel = { host: '127.0.0.1', port: SENTINEL };
const master = `127.0.0.1:${MASTER}`;
/** What can only be said where the sentinel hears of others. */
const COUNTING = ['quorum-gt-n', 'sentinels-few', 'no-replica'];

describe('a sentinel that has lost the password of its master', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await openLab();
    await lab.serve('master.conf', { port: MASTER }, [`masterauth ${PASSWORD}`]);
    const following = [`masterauth ${PASSWORD}`, `replicaof 127.0.0.1 ${MASTER}`];
    await lab.serve('replica.conf', { port: REPLICA }, following);
    for (const port of [MASTER, REPLICA]) await cli(port, `CONFIG SET requirepass ${PASSWORD}`);
    await lab.serve('sentinel.conf', { port: SENTINEL, sentinel: true }, [
      `sentinel monitor main 127.0.0.1 ${MASTER} 2`,
      'sentinel down-after-milliseconds main 1500',
    ]);
    // Until its record shows answers that Sentinel does not accept.
    await says(SENTINEL, 'SENTINEL MASTER main', /s_down.*last-ok-ping-reply\s+\d{5}/s);
  }, LONG_MS);
  afterAll(() => lab?.stop());

  it('auth-pass-missing comes first, and how many others there are is not judged', async () => {
    const patient = attachedPatient([sentinel], { password: PASSWORD });
    await patient.finds('auth-pass-missing', `main at ${formatAddress(sentinel)}`, 'critical');
    const { verdict, findings, skipped } = await patient.doctor();
    expect(findings[0]?.id).toBe('auth-pass-missing');
    expect(findings[0]?.consequences.map(({ id }) => id)).toContain('no-quorum');
    expect(flat(findings).filter(({ id }) => COUNTING.includes(id))).toEqual([]);
    expect(skipped.map(({ id }) => id)).toEqual(expect.arrayContaining(['quorum-gt-n', 'sentinels-few']));
    expect(verdict.text).toContain(`no or a wrong password for ${master}`);
    expect(verdict.text).not.toContain('only 1 sentinel');
  });

  it('proposes no REPLICAOF where the replicas are not known, for lack of a password', async () => {
    const { verdict, findings, skipped } = await attachedPatient([sentinel]).doctor();
    expect(findings[0]?.id).toBe('auth-pass-missing');
    expect(JSON.stringify(findings)).not.toContain('REPLICAOF');
    expect(skipped.map(({ id }) => id)).toEqual(expect.arrayContaining(COUNTING));
    expect(verdict.text).toContain(`${master} wants a password`);
  });

  it.each([PASSWORD, null])('status says the same, with the password and without (%s)', async (password) => {
    const target: Target = {
      kind: 'attached',
      name: formatAddress(sentinel),
      record: null,
      ...{ sentinels: [sentinel], whence: null, masterName: null, access: accessWith(password) },
    };
    const snapshot = await surveyOf(target, { clock: systemClock, deadlineMs: 1500 });
    const expected = { cluster: target.name, driver: 'attached', own: false, masterName: null } as const;
    const { verdict, problems } = assess(snapshot, expected);
    expect(verdict.text).toContain(`no or a wrong password for ${master}`);
    expect(verdict.word).toBe('AT RISK');
    expect(problems.filter(({ id }) => COUNTING.includes(id))).toEqual([]);
  });
});
