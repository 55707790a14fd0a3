import { afterAll, beforeAll, expect, it } from 'vitest';
import { assess } from '../../src/checks/assess.js';
import { systemClock } from '../../src/clock.js';
import { surveyOf } from '../../src/cluster/target.js';
import { formatAddress } from '../../src/model/address.js';
import type { StatusResult } from '../../src/model/status.js';
import { OPEN_ACCESS } from '../../src/wire/access.js';
import { cli, says } from '../helpers/by-hand.js';
import { attachedPatient, shell } from '../helpers/doctor.js';
import { type RawCluster, type RedisServer, startRawCluster } from '../helpers/redis.js';

const LONG_MS = 600_000;
const PORT = 9190;
const MASTER = `127.0.0.1:${PORT}`;
const FIRST =
  /^# first make the sentinels see 127\.0\.0\.1:9190 again, else they replace it although it works:$/;

let raw: RawCluster;
beforeAll(async () => {
  raw = await startRawCluster({ port: PORT, downAfterMs: 1500 });
}, LONG_MS);
afterAll(() => raw?.stop());

const port = ({ address }: RedisServer): number => address.port;
const ports = (servers: readonly RedisServer[]): number[] => servers.map(port);

async function status(): Promise<StatusResult> {
  const sentinels = raw.sentinels.map((s) => s.address);
  const name = sentinels.map(formatAddress).join(',');
  const snapshot = await surveyOf(
    {
      kind: 'attached',
      name,
      record: null,
      ...{ sentinels, whence: null, masterName: null, access: OPEN_ACCESS },
    },
    { clock: systemClock, deadlineMs: 2000 },
  );
  return assess(snapshot, { cluster: name, driver: 'attached', own: false, masterName: null });
}

it(
  'a master that the sentinels call down although it works is seen again before a replica may be promoted',
  async () => {
    const [master = PORT, ...replicas] = ports(raw.nodes);
    await cli(master, "ACL SETUSER watch on '>correct-horse' '~*' '&*' +@all");
    for (const sentinel of ports(raw.sentinels))
      await shell(`redis-cli -p ${sentinel} SENTINEL SET mymaster auth-user watch auth-pass correct-horse`);
    for (const replica of replicas) {
      await cli(replica, "ACL SETUSER watch on '>correct-horse' '~*' '&*' +@all");
      await cli(replica, 'CONFIG SET replica-priority 0');
    }
    await says(master, 'CLIENT LIST', /user=watch/);
    // Sentinel has no candidate before it calls the master down.
    for (const sentinel of ports(raw.sentinels))
      await says(sentinel, 'SENTINEL REPLICAS mymaster', /slave-priority\s+0[\s\S]*slave-priority\s+0/);
    await cli(master, 'ACL SETUSER watch -ping');
    for (const sentinel of ports(raw.sentinels)) await says(sentinel, 'SENTINEL MASTER mymaster', /o_down/);

    const seen = await status();
    expect(seen.verdict.word).toBe('AT RISK');
    expect(seen.verdict.text).toMatch(/^mymaster: acknowledged writes may be lost; /);
    expect(seen.verdict.text).toContain(
      `call the live master ${MASTER} down and will replace it once a replica can be promoted`,
    );
    expect(seen.verdict.text).not.toContain('password');
    expect(seen.verdict.next).toMatch(/ ACL LOG {2}# names the user and the command that it refuses$/);
    const held = seen.problems.find(({ id }) => id === 'priority-zero');
    expect(held?.fix.split('\n')[0]).toMatch(FIRST);

    const patient = attachedPatient(raw.sentinels.map((s) => s.address));
    const { findings, verdict } = await patient.doctor();
    expect(verdict.text).toContain(
      `${MASTER}: the user watch may not run ping; 127.0.0.1:9240, 127.0.0.1:9241 and 127.0.0.1:9242 call the live master`,
    );
    expect(verdict.next).toMatch(/ ACL SETUSER watch \+ping && redis-cli .* CONFIG REWRITE$/);
    const [cause] = findings;
    expect(cause?.id).toBe('acl-short');
    expect(cause?.consequence).toContain('replace it once a replica can be promoted');
    const zero = findings.find(({ id }) => id === 'priority-zero');
    expect(zero?.fix[0]).toMatch(FIRST);

    if (cause !== undefined) await patient.apply(cause);
    for (const sentinel of ports(raw.sentinels))
      await says(sentinel, 'SENTINEL MASTER mymaster', /flags\s+master\n/);
    const after = await status();
    expect(after.verdict.text).toContain('no failover is possible, writes go to');
    expect(after.verdict.next).toMatch(/CONFIG SET replica-priority 100 && redis-cli .* CONFIG REWRITE$/);
    expect(after.masters[0]?.master?.port).toBe(master);
  },
  LONG_MS,
);
