import { describe, expect, it } from 'vitest';
import addressDouble from '../../../../src/checks/live/address-double.js';
import type { Gathered } from '../../../../src/model/gathered.js';
import { given, nodeIn, said, viewsIn } from '../../../helpers/healthy-gathering.js';

const INNER = '192.0.2.254';

/** redis-3, which announces nothing, is listed by the address of its connection too. */
const alsoInside =
  (port = '6381') =>
  (g: Gathered): void => {
    const replica = nodeIn(g, 3);
    replica.alsoAt = [{ host: INNER, port: Number(port) }];
    if (replica.config.ok)
      Object.assign(replica.config.value, { 'replica-announce-ip': '', 'replica-announce-port': '0' });
    const master = nodeIn(g, 1);
    if (master.info.ok)
      Object.assign(
        master.info.value,
        Object.fromEntries(
          Object.entries(master.info.value)
            .filter(([key, value]) => /^slave\d/.test(key) && value.includes('port=6381'))
            .map(([key, value]) => [key, value.replace(/ip=[^,]*,port=\d+/, `ip=${INNER},port=${port}`)]),
        ),
      );
    for (const view of viewsIn(g)) {
      const all = given(view.replicas);
      all.push({ ...all.find((r) => r.port === '6381'), ip: INNER, port, name: `${INNER}:${port}` });
    }
  };
const fixOf = (change: (g: Gathered) => void): string[] =>
  (said(addressDouble, change) as { fix: string[] }[])[0]?.fix ?? [];

describe('a replica behind a published port that is known by its inner address too', () => {
  it('announces the address of the machine on which the sentinels know the master', () => {
    const fix = fixOf(alsoInside());
    expect(fix[0]).toMatch(/ -p 6381 CONFIG SET replica-announce-ip 127\.0\.0\.1$/);
    expect(fix.join('\n')).not.toContain(`announce-ip ${INNER}`);
    // Its link begins again, and before the sentinels forget it.
    expect(fix[2]).toMatch(/ -p 6381 CLIENT KILL TYPE master$/);
    expect(fix.join('\n')).not.toContain('replica-announce-port');
  });

  it('and the port of the machine, where that is another one', () => {
    expect(fixOf(alsoInside('6379')).join('\n')).toMatch(/ -p 6381 CONFIG SET replica-announce-port 6381$/m);
  });
});
