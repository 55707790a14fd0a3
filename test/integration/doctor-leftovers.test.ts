import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attachedPatient, flat, shell } from '../helpers/doctor.js';
import { QUIET_MS } from '../helpers/quiet.js';
import { type RawCluster, startRawCluster } from '../helpers/redis.js';

const PORT = 6600;
const NAMES = 30;
const LONG_MS = 600_000;

describe('one running master among names that were never removed', () => {
  let raw: RawCluster;
  beforeAll(async () => {
    raw = await startRawCluster({ port: PORT, downAfterMs: QUIET_MS });
    for (const { address } of raw.sentinels) {
      const lines = Array.from(
        { length: NAMES },
        (_, i) => `SENTINEL MONITOR shard-${i + 1} 127.0.1.${i + 1} ${PORT + 40} 2
SENTINEL SET shard-${i + 1} down-after-milliseconds 500`,
      );
      await shell(`printf '%s\\n' '${lines.join('\n')}' | redis-cli -p ${address.port}`);
    }
  }, LONG_MS);
  afterAll(() => raw?.stop());

  it('are one finding with what removes them, and nothing else is said of them', async () => {
    const patient = attachedPatient(raw.sentinels.map((s) => s.address));
    const finding = await patient.finds('masters-dead', `shard-1 to shard-${NAMES}`, 'warning');
    const all = flat((await patient.doctor()).findings);
    expect(all.filter((f) => f.id !== 'masters-dead' && JSON.stringify(f).includes('shard'))).toEqual([]);
    const about = await attachedPatient(
      raw.sentinels.map((s) => s.address),
      { masterName: 'mymaster' },
    ).doctor();
    expect(about.verdict.word).toBe('HEALTHY');
    await patient.apply(finding);
    await patient.isCured('masters-dead', finding.subject);
    expect((await patient.doctor()).verdict.word).toBe('HEALTHY');
  });
});
