import { beforeAll, expect, it } from 'vitest';
import { assess } from '../../../src/checks/assess.js';
import { impactOf } from '../../../src/checks/check.js';
import { expectationOf } from '../../../src/checks/facts-of.js';
import { gatheredOf } from '../../../src/checks/gathered-of.js';
import { CHECKS } from '../../../src/checks/index.js';
import { STATUS_CHECKS } from '../../../src/checks/status-checks.js';
import { snapshotFacts } from '../../../src/model/facts.js';
import type { Gathered } from '../../../src/model/gathered.js';
import { isNow } from '../../../src/model/verdict.js';
import { altered, CASES } from '../../helpers/alterations/index.js';
import { asSurveyed, isAsked } from '../../helpers/surveyed.js';

/** What a part of the evidence shows in status, and which of its checks say it: how each port speaks is only tried by doctor. */
const SAID_BY: Record<string, readonly string[]> = { 'tls-mismatch': ['link-down'] };

/** What status goes on without: INFO has the limit, and the fix names the directory only where it is known. */
const WITHOUT = ['maxmemory', 'dir'];

/** Checks of doctor that find something now in what status reads, and that status does not run. */
const silent = new Set<string>();
/** The settings that the checks of status look at. */
const read = new Set<string>();

const watched = (settings: Readonly<Record<string, string>>): Record<string, string> =>
  new Proxy(settings as Record<string, string>, {
    get(target, name) {
      if (typeof name === 'string') read.add(name);
      return Reflect.get(target, name);
    },
  });

// Both questions are asked of every alteration: it is made and surveyed once.
beforeAll(() => {
  for (const [, place, fault] of CASES) {
    const gathered = altered(place, fault);
    const snapshot = asSurveyed(gathered);
    const found = findsNow(gatheredOf(snapshotFacts(snapshot, expectationOf(gathered))));
    for (const { answer } of snapshot.groups.flatMap(({ nodes }) => nodes)) {
      if (answer?.settings !== undefined) answer.settings = watched(answer.settings);
      if (answer?.raw?.config.ok) answer.raw.config = { ok: true, value: watched(answer.raw.config.value) };
    }
    const said = assess(snapshot, expectationOf(gathered)).problems.map(({ id }) => id);
    for (const id of found) if (!SAID_BY[id]?.some((other) => said.includes(other))) silent.add(id);
  }
});

const findsNow = (gathered: Gathered): string[] =>
  CHECKS.flatMap((check) => {
    if (check.needs !== 'gathered' || STATUS_CHECKS.some(({ id }) => id === check.id)) return [];
    const outcome = check.live(gathered);
    return Array.isArray(outcome) && outcome.some((raw) => isNow(impactOf(check, raw))) ? [check.id] : [];
  });

it('a check of doctor that finds something now in what status reads is one of status too', () => {
  expect([...silent]).toEqual([]);
});

it('status asks for each setting that its checks read', () => {
  expect(read.size).toBeGreaterThan(5);
  expect([...read].filter((name) => !isAsked(name)).toSorted()).toEqual(WITHOUT.toSorted());
});
