import { describe, expect, it } from 'vitest';
import { CHECKS, diagnose } from '../../../src/checks/index.js';
import { flat } from '../../helpers/doctor.js';
import { healthyGathering, judge, silence } from '../../helpers/healthy-gathering.js';

/** Every answer of every server, by its path. */
function answersIn(value: unknown, path: string[] = []): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const inner = Object.entries(value).flatMap(([name, at]) => answersIn(at, [...path, name]));
  return 'ok' in value && 'value' in value ? [path.join(' '), ...inner] : inner;
}
function takeAway(from: object, path: string[]): void {
  const [name = '', ...rest] = path;
  if (rest.length === 0) Object.assign(from, { [name]: { ok: false, why: 'no answer came' } });
  else takeAway((from as Record<string, object>)[name] ?? {}, rest);
}

const MINE = CHECKS.filter((check) => check.needs !== 'files').filter((c) =>
  ['network', 'data', 'live'].includes(c.group),
);

describe('the checks of the network, the data nodes and the living cluster', () => {
  it('find nothing worse than information in a healthy cluster that sentinelctl created', () => {
    const { findings } = diagnose(healthyGathering(), MINE);
    expect(findings.map((f) => [f.id, f.severity])).toEqual([
      ['restart-wipe', 'info'],
      ['min-replicas', 'info'],
    ]);
  });

  it.each(MINE.map((check) => [check.id, check] as const))(
    '%s does not pass what answers nothing',
    (id, check) => {
      const gathered = healthyGathering();
      for (const server of [...gathered.nodes, ...gathered.sentinels]) {
        silence(server);
        server.life = { ok: false, why: 'the engine does not answer' };
        server.conf = { ok: false, why: 'the engine does not answer' };
      }
      gathered.host.ephemeralPorts = { ok: false, why: 'no /proc' };
      const outcome = judge(check, gathered);
      if (Array.isArray(outcome)) expect(outcome, id).not.toEqual([]);
      else expect(outcome.skip).not.toBe('');
    },
  );

  it.each(answersIn(healthyGathering()))(
    '%s alone is missing: no false alarm, and no check breaks',
    (path) => {
      const gathered = healthyGathering();
      takeAway(gathered, path.split(' '));
      const { findings, skipped } = diagnose(gathered, MINE);
      expect(flat(findings).filter((f) => f.severity !== 'info')).toEqual([]);
      expect(skipped.filter((s) => /this check failed|undefined/.test(s.why))).toEqual([]);
    },
  );

  it.each(MINE.map((check) => [check.id, check] as const))(
    '%s says what it is, why, and how to fix it',
    (_, check) => {
      for (const text of [check.title, check.consequence, check.explanation]) expect(text).not.toBe('');
      expect(check.remedy).not.toEqual([]);
      expect(check.sources).not.toEqual([]);
      const known = new Set(CHECKS.map((c) => c.id));
      expect((check.causes ?? []).filter((id) => !known.has(id))).toEqual([]);
    },
  );
});

describe('a healthy verdict', () => {
  it('is not given while a check about writes, failover or data lacks its evidence', () => {
    const gathered = healthyGathering();
    for (const sentinel of gathered.sentinels) sentinel.myid = { ok: false, why: 'NOPERM no MYID' };
    const { verdict } = diagnose(gathered, MINE);
    expect(verdict.word).toBe('UNKNOWN');
    expect(verdict.text).toMatch(/^foreign-sentinels was not judged: .*NOPERM no MYID/);
  });

  it('is not given while the rights of the sentinels are not known: only a failover would show them', () => {
    const gathered = healthyGathering();
    for (const node of gathered.nodes) node.dryrun = { ok: false, why: 'NOPERM no DRYRUN' };
    const { verdict } = diagnose(gathered, CHECKS);
    expect(verdict.word).toBe('UNKNOWN');
    expect(verdict.text).toMatch(/^acl-short was not judged: .*NOPERM no DRYRUN/);
  });

  it('is not given while what the sentinels may ask each other is not known', () => {
    const gathered = healthyGathering();
    for (const sentinel of gathered.sentinels)
      sentinel.peerRights = { default: { ok: false, why: 'NOPERM no DRYRUN' } };
    expect(diagnose(gathered, CHECKS).verdict.text).toMatch(/^sentinel-acl-short was not judged/);
  });

  it('is given where only the files of the servers cannot be read', () => {
    const gathered = healthyGathering();
    for (const server of [...gathered.nodes, ...gathered.sentinels]) {
      server.conf = server.life = { ok: false, why: 'on another machine' };
    }
    expect(diagnose(gathered, MINE).verdict.word).toBe('HEALTHY');
  });
});
