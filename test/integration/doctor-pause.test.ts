import { afterAll, beforeAll, expect, it } from 'vitest';
import { assess } from '../../src/checks/assess.js';
import { systemClock } from '../../src/clock.js';
import { surveyOf } from '../../src/cluster/target.js';
import { formatAddress } from '../../src/model/address.js';
import { until } from '../../src/until.js';
import { OPEN_ACCESS } from '../../src/wire/access.js';
import { attachedPatient, flat, type Patient } from '../helpers/doctor.js';
import { type RawCluster, startRawCluster } from '../helpers/redis.js';
import { redisCli } from '../helpers/redis-cli.js';

const PORT = 2990;
const MASTER = `127.0.0.1:${PORT}`;

let raw: RawCluster;
let patient: Patient;
beforeAll(async () => {
  // Longer than the whole test: the sentinels see nothing of it.
  raw = await startRawCluster({ port: PORT, downAfterMs: 120_000 });
  patient = attachedPatient(raw.sentinels.map((s) => s.address));
});
afterAll(() => raw?.stop());

/** What \`status\` judges of a look at this moment. */
async function statusOf() {
  const sentinels = raw.sentinels.map((s) => s.address);
  const name = sentinels.map(formatAddress).join(',');
  const attached = {
    kind: 'attached' as const,
    name,
    record: null,
    sentinels,
    whence: null,
    masterName: null,
  };
  const snapshot = await surveyOf(
    { ...attached, access: OPEN_ACCESS },
    { clock: systemClock, deadlineMs: 5000 },
  );
  return assess(snapshot, { cluster: name, driver: 'attached', own: false, masterName: null });
}

it('a master that CLIENT PAUSE keeps from writing has no writes, before any sentinel calls it down', async () => {
  expect((await patient.doctor()).findings.map((f) => f.id)).not.toContain('pause-too-long');
  await redisCli(PORT, 'CLIENT PAUSE 600000 WRITE');
  const finding = await patient.finds('pause-too-long', MASTER, 'critical');
  expect(finding.impact).toBe('down');
  expect(finding.message).toContain('holds back writes (CLIENT PAUSE … WRITE)');
  // With a down-after of more than 15 s they may never.
  expect(finding.message).not.toContain('call it down');
  // status, which looks less closely, says the same.
  const { verdict } = await statusOf();
  expect(verdict).toMatchObject({
    word: 'DOWN',
    text: expect.stringMatching(
      new RegExp(`^mymaster: no writes.*: ${MASTER} \\(master\\) holds back writes: CLIENT PAUSE`),
    ),
    next: `redis-cli -h 127.0.0.1 -p ${PORT} CLIENT UNPAUSE`,
  });
  expect(finding.fix).toEqual([`redis-cli -h 127.0.0.1 -p ${PORT} CLIENT UNPAUSE`]);
  await patient.apply(finding);
  await patient.isCured('pause-too-long', MASTER);
  expect(await redisCli(PORT, 'SET key value')).toBe('OK\n');
  expect((await statusOf()).verdict.word).toBe('HEALTHY');
});

it('clients that wait for something else are no pause', async () => {
  const waiting = redisCli(PORT, 'BLPOP nothing 5');
  const isBlocked = async (): Promise<true | undefined> =>
    /blocked_clients:1\b/.test(await redisCli(PORT, 'INFO clients')) || undefined;
  expect(await until(isBlocked, { clock: systemClock, everyMs: 50, deadlineMs: 30_000 })).toBe(true);
  expect((await statusOf()).verdict.word).toBe('HEALTHY');
  await waiting;
});

it('a master that CLIENT PAUSE keeps from answering is not a stopped process: its replicas hear from it', async () => {
  await redisCli(PORT, 'CLIENT PAUSE 20000 ALL');
  // A replica that did not answer says nothing of when it heard from it.
  const finding = await patient.finds('master-paused', MASTER, 'critical', ({ message }) =>
    /holds back all commands \(CLIENT PAUSE\): it has left a PING unanswered for .*, and 127\.0\.0\.1:299\d heard from it \d+ s ago: the process runs$/.test(
      message,
    ),
  );
  expect(finding.consequences.map((f) => f.id)).toContain('master-frozen');
  expect(finding.brief).toMatch(
    /\(master\) holds back all commands: CLIENT PAUSE, which ends by itself; failover expected within \d+ s$/,
  );
  expect(finding.fix).toEqual([expect.stringMatching(/^sentinelctl status --watch .*# it ends by itself/)]);
  await patient.isCured('master-paused', MASTER);
});

it('a master that is stopped is none that pauses', async () => {
  raw.nodes[0]?.signal('SIGSTOP');
  await patient.finds('master-frozen', MASTER, 'critical');
  const ids = flat((await patient.doctor()).findings).map((f) => f.id);
  expect(ids).toContain('master-frozen');
  expect(ids).not.toContain('master-paused');
  raw.nodes[0]?.signal('SIGCONT');
});
