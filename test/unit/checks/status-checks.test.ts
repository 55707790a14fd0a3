import { expect, it } from 'vitest';
import { assess } from '../../../src/checks/assess.js';
import { impactOf } from '../../../src/checks/check.js';
import { expectationOf } from '../../../src/checks/facts-of.js';
import { gatheredOf } from '../../../src/checks/gathered-of.js';
import { CHECKS } from '../../../src/checks/index.js';
import { STATUS_CHECKS } from '../../../src/checks/status-checks.js';
import { snapshotFacts } from '../../../src/model/facts.js';
import { isNow } from '../../../src/model/verdict.js';
import { altered, CASES } from '../../helpers/alterations/index.js';
import { asSurveyed, isAsked } from '../../helpers/surveyed.js';

/** Checks of doctor that find something in what status reads, and which of status say it there. */
const SAID_BY: Record<string, readonly string[]> = {
  'failover-stuck': ['no-master'],
  'master-frozen': ['no-master'],
  'master-loopback': ['master-disagree'],
  'quorum-gt-n': ['no-quorum'],
  'sentinel-pass': ['seen-down'],
  'tls-mismatch': ['link-down'],
};

it('what a check of doctor finds now in what status reads, status says too', () => {
  const silent = new Set<string>();
  for (const [, place, fault] of CASES) {
    const gathered = altered(place, fault);
    const snapshot = asSurveyed(gathered);
    const read = gatheredOf(snapshotFacts(snapshot, expectationOf(gathered)));
    for (const check of CHECKS) {
      if (check.needs !== 'gathered' || STATUS_CHECKS.some(({ id }) => id === check.id)) continue;
      const outcome = check.live(read);
      if (!Array.isArray(outcome) || !outcome.some((raw) => isNow(impactOf(check, raw)))) continue;
      const said = assess(snapshot, expectationOf(gathered)).problems.map(({ id }) => id);
      if (!SAID_BY[check.id]?.some((id) => said.includes(id))) silent.add(check.id);
    }
  }
  expect([...silent]).toEqual([]);
});

/** What status goes on without: INFO has the limit, and the fix names the directory only where it is known. */
const WITHOUT = ['maxmemory', 'dir'];

it('status asks for each setting that its checks read', () => {
  const read = new Set<string>();
  const watched = (settings: Readonly<Record<string, string>>): Record<string, string> =>
    new Proxy(settings as Record<string, string>, {
      get(target, name) {
        if (typeof name === 'string') read.add(name);
        return Reflect.get(target, name);
      },
    });
  for (const [, place, fault] of CASES) {
    const gathered = altered(place, fault);
    const snapshot = asSurveyed(gathered);
    for (const { answer } of snapshot.groups.flatMap(({ nodes }) => nodes)) {
      if (answer?.settings !== undefined) answer.settings = watched(answer.settings);
      if (answer?.raw?.config.ok) answer.raw.config = { ok: true, value: watched(answer.raw.config.value) };
    }
    assess(snapshot, expectationOf(gathered));
  }
  expect(read.size).toBeGreaterThan(5);
  expect([...read].filter((name) => !isAsked(name)).toSorted()).toEqual(WITHOUT.toSorted());
});
