import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Check, GatheredCheck, RawFinding, Skip } from '../../../src/checks/check.js';
import { type DiagnoseOptions, diagnose, doctorExitCode } from '../../../src/checks/diagnose.js';
import { findingOf } from '../../../src/checks/finding.js';
import { fold } from '../../../src/checks/fold.js';
import { CHECKS } from '../../../src/checks/index.js';
import { runChecks } from '../../../src/checks/run.js';
import type { Gathered, GatheredNode, Watched } from '../../../src/model/gathered.js';
import type { Severity } from '../../../src/model/status.js';
import { judge } from '../../helpers/healthy-gathering.js';

const no = { ok: false, why: 'not asked' } as const;
const server = (id: string): GatheredNode =>
  ({
    id,
    endpoint: { host: '127.0.0.1', port: 6379 },
    silence: null,
    config: no,
    conf: no,
    info: no,
    role: no,
    masterNames: [],
  }) as unknown as GatheredNode;
const gathered = (...ids: string[]): Gathered => ({
  takenAtMs: 0,
  cluster: 'default',
  own: true,
  driver: 'process',
  masterName: 'mymaster',
  sentinels: [],
  nodes: ids.map(server),
  host: { ephemeralPorts: no, openFilesLimit: no, overcommitMemory: no, transparentHugePages: no },
  lookups: [],
  watched: null,
  app: null,
});

const check = (
  id: string,
  outcome: RawFinding[] | Skip | Error,
  more: Partial<GatheredCheck> = {},
): Check => ({
  id,
  needs: 'gathered',
  severity: 'critical',
  impact: 'at-risk',
  group: 'live',
  title: `${id} happens`,
  consequence: 'it matters',
  explanation: '',
  remedy: [],
  sources: ['measured'],
  live: () => {
    if (outcome instanceof Error) throw outcome;
    return outcome;
  },
  ...more,
});
const sees = (subject: string, severity?: Severity): RawFinding[] => [
  { subject, message: `${subject} is wrong`, fix: [`repair ${subject}`], ...(severity && { severity }) },
];
const diagnosed = (checks: Check[], options?: DiagnoseOptions) =>
  diagnose(gathered('redis-1', 'redis-2', 'sentinel-1'), checks, options);

describe('running', () => {
  it('a check that breaks is skipped with its reason, and the others are judged', () => {
    const ran = runChecks(gathered(), [
      check('broken', new TypeError('x is not a function')),
      check('fine', []),
      check('blind', { skip: 'no sentinel answers' }),
    ]);
    expect(ran).toEqual({
      findings: [],
      checked: ['fine'],
      skipped: [
        { id: 'broken', why: 'this check failed: x is not a function' },
        { id: 'blind', why: 'no sentinel answers' },
      ],
      failed: ['broken'],
    });
  });

  it('what shows over time passes only where it was watched; what one look shows is a finding', () => {
    const slow = check('slow', [], { overTime: true });
    expect(runChecks(gathered(), [slow]).skipped).toEqual([{ id: 'slow', why: 'needs --watch-for 5s' }]);
    const watched: Watched = { forMs: 5000, events: [], offsets: [] };
    expect(runChecks({ ...gathered(), watched }, [slow])).toMatchObject({ findings: [], skipped: [] });
    const seen = check('seen', sees('redis-1'), { overTime: true });
    expect(runChecks(gathered(), [seen]).findings).toHaveLength(1);
  });

  it('only what is chosen is run', () => {
    const checks = [check('a', sees('redis-1')), check('b', sees('redis-2')), check('c', [])];
    expect(diagnosed(checks, { only: ['a', 'b'], skip: ['b'] }).findings.map((f) => f.id)).toEqual(['a']);
  });
});

describe('folding', () => {
  const shared = check('shared', sees('sentinel-1, sentinel-2'), {
    severity: 'critical',
    causes: ['dup', 'quorum'],
  });
  const dup = check('dup', sees('sentinel-2'), { causes: ['quorum'] });
  const quorum = check('quorum', sees('mymaster'));
  const lag = check('lag', sees('redis-2'), { severity: 'warning' });

  it('what is explained stands under its cause, also over a step between', () => {
    const chained = check('shared', sees('sentinel-1, sentinel-2'), { causes: ['dup'] });
    for (const root of [shared, chained]) {
      const { findings, verdict } = diagnose(gathered('sentinel-1', 'sentinel-2', 'redis-2'), [
        lag,
        quorum,
        dup,
        root,
      ]);
      expect(findings.map((f) => [f.id, f.consequences.map((c) => c.id)])).toEqual([
        ['shared', ['quorum', 'dup']],
        ['lag', []],
      ]);
      expect(verdict).toMatchObject({
        word: 'AT RISK',
        text: 'mymaster: sentinel-1, sentinel-2 is wrong (and 1 more finding)',
        next: 'repair sentinel-1, sentinel-2',
      });
    }
  });

  it('not where they are about different servers', () => {
    const cause = check('cause', sees('redis-1'), { causes: ['lag'] });
    expect(diagnosed([cause, lag]).findings.map((f) => f.id)).toEqual(['cause', 'lag']);
    const roots = (one: string, other: string): number =>
      fold(
        [
          { ...findingOf(cause, { subject: one, message: '', fix: [] }) },
          { ...findingOf(lag, { subject: other, message: '', fix: [] }) },
        ],
        [cause, lag],
        new Set(['redis-1', 'redis-2']),
      ).length;
    expect(roots('redis-1', 'redis-1 → redis-2')).toBe(1);
    expect(roots('redis-1', 'redis-10')).toBe(1); // redis-10 names no server that is known: the whole group
    expect(roots('redis-1', 'redis-2')).toBe(2);
    expect(roots('mymaster', 'redis-2')).toBe(1);
  });

  it('information explains nothing that is worse than itself', () => {
    const note = check('note', sees('mymaster'), { severity: 'info', causes: ['quorum'] });
    expect(diagnosed([note, quorum]).findings.map((f) => [f.id, f.consequences.length])).toEqual([
      ['quorum', 0],
      ['note', 0],
    ]);
  });

  it('a cause that is less severe than what it explains comes where that would', () => {
    const cause = check('cause', sees('mymaster'), { severity: 'warning', causes: ['quorum'] });
    const other = check('other', sees('redis-1'), { severity: 'warning' });
    const { findings, verdict } = diagnosed([other, quorum, cause]);
    expect(findings.map((f) => f.id)).toEqual(['cause', 'other']);
    expect(verdict.word).toBe('AT RISK');
  });

  it('whatever the causes are, circles too: nothing is lost and nothing is said twice', () => {
    const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
    const graph = fc.array(fc.array(fc.constantFrom(...ids)), {
      minLength: ids.length,
      maxLength: ids.length,
    });
    const subjects = fc.array(fc.constantFrom('redis-1', 'redis-2', 'redis-1, redis-2', 'mymaster'), {
      minLength: ids.length,
      maxLength: ids.length,
    });
    const severities = fc.array(fc.constantFrom<Severity>('critical', 'warning', 'info'), {
      minLength: ids.length,
      maxLength: ids.length,
    });
    fc.assert(
      fc.property(graph, subjects, severities, (edges, about, severe) => {
        const checks = ids.map((id, i) =>
          check(id, sees(about[i] ?? ''), { causes: edges[i] ?? [], severity: severe[i] ?? 'info' }),
        );
        const all = checks.flatMap((c, i) => sees(about[i] ?? '').map((seen) => findingOf(c, seen)));
        const folded = fold(all, checks, new Set(['redis-1', 'redis-2']));
        const told = folded.flatMap((f) => [f, ...f.consequences]).map((f) => f.id);
        expect(told.toSorted()).toEqual(ids);
        expect(folded.flatMap((f) => f.consequences).every((c) => c.consequences.length === 0)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('the verdict and the exit code', () => {
  it('healthy: how many passed, how many did not count', () => {
    const note = check('note', sees('redis-1'), { severity: 'info' });
    const result = diagnosed([check('a', []), check('b', []), note, check('c', { skip: 'x' })]);
    expect(result.verdict).toMatchObject({
      word: 'HEALTHY',
      text: 'mymaster, 2 checks passed, 1 note, 1 skipped',
    });
    expect(doctorExitCode(result)).toBe(0);
  });

  it('the worst for clients, and how many more', () => {
    const result = diagnosed([
      check('w1', sees('redis-1'), { severity: 'warning' }),
      check('c1', sees('redis-2')),
      check('c2', [{ subject: 'mymaster', message: 'no master answers', fix: [] }], { impact: 'down' }),
      check('r', sees('redis-2'), { severity: 'warning', impact: 'risk' }),
    ]);
    expect(result.verdict).toMatchObject({
      word: 'DOWN',
      text: 'mymaster: no writes: no master answers (and 2 more findings)',
    });
    expect(doctorExitCode(result)).toBe(1);
  });

  it('a risk does not exit 1, unless --strict; --exit-on says from which verdict on', () => {
    const risky = diagnosed([check('r', sees('redis-1'), { severity: 'warning', impact: 'risk' })]);
    expect(risky.verdict).toMatchObject({
      word: 'HEALTHY',
      text: 'mymaster, 0 checks passed, 1 risk (no fault now)',
    });
    expect(doctorExitCode(risky)).toBe(0);
    expect(doctorExitCode(risky, 'degraded', true)).toBe(1);
    const degraded = diagnosed([check('d', sees('redis-1'), { severity: 'warning', impact: 'degraded' })]);
    expect([doctorExitCode(degraded), doctorExitCode(degraded, 'at-risk')]).toEqual([1, 0]);
    const down = diagnosed([check('d', sees('redis-1'), { impact: 'down' })]);
    expect(doctorExitCode(down, 'down')).toBe(1);
  });

  describe('an accepted risk', () => {
    const risk = check('r', sees('redis-1'), { severity: 'warning', impact: 'risk' });
    const accepted = { id: 'r', because: 'a cache', until: null };
    const day = (until: string, takenAtMs: number) =>
      diagnose({ ...gathered('redis-1'), takenAtMs }, [risk], { accepted: [{ ...accepted, until }] });

    it('is not shown, is said with its reason, and does not count for --strict', () => {
      const result = diagnosed([risk, check('a', [])], { accepted: [accepted] });
      expect(result.findings).toEqual([]);
      expect(result.accepted).toEqual([{ ...accepted, state: 'muted', findings: 1 }]);
      expect(result.verdict).toMatchObject({ word: 'HEALTHY', text: 'mymaster, 1 check passed, 1 accepted' });
      expect(doctorExitCode(result, 'degraded', true)).toBe(0);
      const other = check('s', sees('redis-2'), { severity: 'warning', impact: 'risk' });
      const two = diagnosed([risk, other], { accepted: [accepted] });
      expect(doctorExitCode(two, 'degraded', true)).toBe(1);
    });

    it.each(['down', 'no-failover', 'data-unsafe', 'at-risk', 'degraded', 'unknown'] as const)(
      'stays where it is more than that: %s',
      (impact) => {
        const bare = diagnosed([check('r', sees('redis-1'), { impact })]);
        const result = diagnosed([check('r', sees('redis-1'), { impact })], { accepted: [accepted] });
        expect(result.accepted).toMatchObject([{ id: 'r', state: 'shown', findings: 1 }]);
        expect(result).toEqual({ ...bare, accepted: result.accepted });
      },
    );

    it('does not take away what it explains', () => {
      const cause = check('r', sees('redis-1'), { severity: 'warning', impact: 'risk', causes: ['d'] });
      const broken = check('d', sees('redis-1'), { impact: 'down' });
      const result = diagnosed([cause, broken], { accepted: [accepted] });
      expect(result.findings.map(({ id }) => id)).toEqual(['d']);
      expect(result.verdict.word).toBe('DOWN');
    });

    it('comes back after its last day', () => {
      const last = Date.UTC(2027, 0, 31, 23, 59, 59);
      expect(day('2027-01-31', last).accepted).toMatchObject([{ state: 'muted' }]);
      const over = day('2027-01-31', last + 1000);
      expect(over.accepted).toMatchObject([{ state: 'expired', findings: 1 }]);
      expect(over.findings.map(({ id }) => id)).toEqual(['r']);
    });

    it('of which nothing was found is in the list all the same', () => {
      const result = diagnosed([check('r', [])], { accepted: [accepted] });
      expect(result.accepted).toEqual([{ ...accepted, state: 'not-found', findings: 0 }]);
    });
  });

  it('what only sentinelctl lacks is not said of the cluster', () => {
    const locked = check('auth', sees('redis-2'), { impact: 'unknown' });
    expect(diagnosed([locked]).verdict).toMatchObject({
      word: 'UNKNOWN',
      text: 'mymaster: whether writes work is not known; redis-2 is wrong',
    });
    expect(doctorExitCode(diagnosed([locked]))).toBe(2);
    const both = diagnosed([locked, check('d', sees('redis-1'), { impact: 'degraded' })]);
    expect(both.verdict).toMatchObject({
      word: 'UNKNOWN',
      text: expect.stringMatching(/; redis-2 is wrong; redis-1 is wrong$/),
      next: 'repair redis-2',
    });
  });

  it('a warning alone is enough for 1; with --severity critical it is not shown, and no pass', () => {
    const warn = [check('w', sees('redis-1'), { severity: 'warning' })];
    expect(doctorExitCode(diagnosed(warn))).toBe(1);
    const note = check('n', sees('redis-1'), { severity: 'info' });
    const critical = diagnosed([...warn, note, check('a', [])], { severity: 'critical' });
    expect(critical.findings).toEqual([]);
    expect(doctorExitCode(critical)).toBe(0);
    // What was found did not pass.
    const text = 'mymaster, 1 check passed, 1 warning and 1 note not shown';
    expect(critical.verdict).toMatchObject({ word: 'HEALTHY', text });
  });

  it('nothing judged is unknown, nothing that answers is 5: neither is healthy', () => {
    const blind = diagnosed([check('a', { skip: 'NOPERM' })]);
    expect(blind.verdict).toMatchObject({ word: 'UNKNOWN', text: 'no check could be judged: NOPERM' });
    expect(doctorExitCode(blind)).toBe(2);
    const silence = { kind: 'refused', message: 'refused the connection' } as const;
    const silent = diagnose({ ...gathered(), nodes: [{ ...server('redis-1'), silence }] }, [check('a', [])]);
    expect(silent.verdict.word).toBe('UNKNOWN');
    expect(silent.verdict.text).toContain('redis-1 refused the connection');
    expect(doctorExitCode(silent)).toBe(5);
    const wants = { kind: 'auth', message: 'requires a password' } as const;
    const locked = diagnose({ ...gathered(), nodes: [{ ...server('redis-1'), silence: wants }] }, [
      check('a', { skip: 'requires a password' }),
    ]);
    expect(locked).toMatchObject({ silence: null, verdict: { word: 'UNKNOWN' } });
    expect(doctorExitCode(locked)).toBe(2);
    expect(diagnosed([]).verdict.word).toBe('UNKNOWN');
  });

  it('a check that fails leaves the verdict unknown, unless another one found something', () => {
    const broken = check('no-quorum', new TypeError('x is not a function'));
    const blind = check('blind', { skip: 'no sentinel answers' });
    const result = diagnosed([check('a', []), broken, blind]);
    const text = '1 check failed: no-quorum; 1 check passed, 1 skipped';
    expect(result.verdict).toMatchObject({ word: 'UNKNOWN', text });
    expect(result.skipped[0]).toEqual({ id: 'no-quorum', why: 'this check failed: x is not a function' });
    expect(doctorExitCode(result)).toBe(2);
    expect(diagnosed([check('a', sees('redis-1')), broken]).verdict.word).toBe('AT RISK');
  });

  it('where only the application’s settings are looked at, their findings decide', () => {
    const app = {} as Gathered['app'];
    const unasked = diagnose({ ...gathered(), sentinels: [], nodes: [], app }, [
      check('a', sees('this shell')),
    ]);
    expect(doctorExitCode(unasked)).toBe(1);
  });
});

describe('every check', () => {
  const ids = CHECKS.map((c) => c.id);

  it('has an id of its own', () => {
    expect(ids.filter((id, i) => ids.indexOf(id) !== i)).toEqual([]);
  });

  it.each(CHECKS.map((c) => [c.id, c] as const))('%s says what it is', (id, c) => {
    expect(id).toMatch(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/);
    for (const words of [c.title, c.consequence, c.explanation])
      expect(words.trim().length).toBeGreaterThan(10);
    expect(c.remedy.length).toBeGreaterThan(0);
    expect(c.sources.length).toBeGreaterThan(0);
    expect((c.causes ?? []).filter((cause) => !ids.includes(cause) || cause === id)).toEqual([]);
  });

  const live = CHECKS.filter((check) => check.needs !== 'files');
  it.each(live.map((c) => [c.id, c] as const))('%s passes nothing where nothing answers', (_id, c) => {
    expect(judge(c, silent())).not.toEqual([]);
  });
});

/** A cluster in which no server answers, and of which nothing is known from outside either. */
function silent(): Gathered {
  const silence = { kind: 'refused', message: 'refused the connection' } as const;
  const unasked = { ok: false, why: silence.message } as const;
  const common = (id: string, port: number) => ({
    id,
    announce: { host: `10.0.0.${port % 100}`, port },
    endpoint: { host: `10.0.0.${port % 100}`, port },
    silence,
    info: unasked,
    clock: unasked,
    whoami: unasked,
    clients: unasked,
    latency: unasked,
    slowlog: unasked,
    conf: unasked,
    life: unasked,
    config: unasked,
  });
  return {
    ...gathered(),
    watched: { forMs: 5000, events: [], offsets: [] },
    sentinels: [1, 2, 3].map((i) => ({
      ...common(`sentinel-${i}`, 26_378 + i),
      myid: unasked,
      masters: unasked,
      debug: unasked,
      pendingScripts: unasked,
      scripts: unasked,
      flushConfig: unasked,
    })),
    nodes: [1, 2, 3].map((i) => ({
      ...common(`redis-${i}`, 6378 + i),
      masterNames: ['mymaster'],
      role: unasked,
      dryrun: unasked,
      channels: unasked,
      pingMs: unasked,
    })),
  };
}
