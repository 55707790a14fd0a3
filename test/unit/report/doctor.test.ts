import { describe, expect, it } from 'vitest';
import { byServer } from '../../../src/checks/alike.js';
import { doctorExitCode } from '../../../src/checks/diagnose.js';
import { CHECKS, diagnose } from '../../../src/checks/index.js';
import type { Gathered } from '../../../src/model/gathered.js';
import { doctorText } from '../../../src/report/text/doctor.js';
import { type Part, withinRoom } from '../../../src/report/text/within-room.js';
import { ALTERATIONS, altered } from '../../helpers/alterations/index.js';
import { healthyGathering } from '../../helpers/healthy-gathering.js';
import { expectToFit, plainView } from './lines.js';

const having = (...ids: string[]): Gathered => {
  const faults = ids.flatMap((id) => ALTERATIONS.filter((a) => a.id === id).slice(0, 1));
  return altered('one machine', ...faults);
};
const text = (gathered: Gathered, all = false, offerFix = true): string =>
  doctorText(diagnose(gathered, CHECKS), plainView(100), { all, offerFix });

describe('a diagnosis on a terminal', () => {
  it('says what --strict counts', () => {
    const strict = (gathered: Gathered): [string, number] => {
      const result = diagnose(gathered, CHECKS);
      const options = { all: false, offerFix: false, strict: true };
      return [doctorText(result, plainView(100), options), doctorExitCode(result, 'degraded', true)];
    };
    const [text, code] = strict(having('replica-evicts'));
    expect(text).toMatch(/^2 risks \(maxmemory-skew, replica-evicts\) and 1 note /m);
    expect(text).toMatch(/^--strict: 2 risks: exit code 1; notes do not count$/m);
    expect(code).toBe(1);
    const [none, well] = strict(healthyGathering());
    expect(none).toMatch(/^--strict: no risk; notes do not count$/m);
    expect(well).toBe(0);
  });

  it('counts a check once that found a risk and a note', () => {
    const result = diagnose(having('replica-evicts'), CHECKS);
    const risk = result.findings.find((f) => f.impact === 'risk');
    if (risk === undefined) throw new Error('no risk was found');
    const findings = [risk, { ...risk, subject: 'redis-9', severity: 'info', impact: 'none' } as const];
    const lines = doctorText({ ...result, findings }, plainView(100), { all: false, offerFix: false });
    expect(lines).toMatch(/^1 risk \(\S+\): --all shows them$/m);
  });

  it('says of replicas with priority 0 the same as status, and which node a title is about', () => {
    const gathered = having('priority-zero');
    const said = diagnose(gathered, CHECKS).verdict.text;
    expect(said).toMatch(/; redis-2 has priority 0; redis-3 has priority 0$/);
    expect(text(gathered)).toMatch(/critical priority-zero {2}no replica can be promoted: /);
    expect(text(having('masterauth-missing'))).toMatch(/masterauth-missing {2}.*redis-\d/);
  });

  it('shows what is wrong now, risks and notes in one line, what was skipped, and what --fix can do', () => {
    const lines = text(having('settings-skew', 'down-low')).split('\n');
    expect(lines[0]).toMatch(/^DEGRADED {2}mymaster: writes go to redis-1; /);
    const now = lines.indexOf('NOW');
    expect(lines.slice(now - 2, now)).toEqual([expect.stringMatching(/^→ redis-cli .* SENTINEL SET /), '']);
    const shown = lines.filter((line) => line.includes('down-low'));
    expect(shown).toEqual([expect.stringMatching(/^\d+ risks? \(.*down-low.*--all shows them$/)]);
    expect(lines.filter((line) => line.includes('skipped'))).toEqual([
      expect.stringMatching(/^\d+ checks skipped.*: --all shows them$/),
    ]);
    // A risk that is not shown is not counted.
    expect(lines.slice(-2)).toEqual([
      '--fix repairs 1 of 1 finding (settings-skew):',
      '→ sentinelctl doctor --fix',
    ]);
  });

  it('has two headings: what works until the next failover makes exit code 1, and is under NOW, after what is broken', () => {
    const lines = text(having('settings-skew', 'acl-short', 'down-low'), true).split('\n');
    expect(lines.filter((line) => /^[A-Z]+( \(.*\))?$/.test(line))).toEqual(['NOW', 'RISKS', 'NOTES']);
    const at = (id: string): number => lines.findIndex((line) => line.includes(` ${id}`));
    const [now, risks] = [lines.indexOf('NOW'), lines.indexOf('RISKS')];
    expect([at('settings-skew'), at('acl-short')].toSorted((a, b) => a - b)).toEqual([
      at('settings-skew'),
      at('acl-short'),
    ]);
    expect(at('settings-skew')).toBeGreaterThan(now);
    expect(at('acl-short')).toBeLessThan(risks);
    expect(text(having('acl-short')).split('\n')).toContain('NOW');
  });

  it('offers the repair of a risk by its own name', () => {
    const result = diagnose(having('settings-skew'), CHECKS);
    const risk = result.findings.map((f) => ({ ...f, impact: 'risk' as const, consequences: [] }));
    const said = (findings: typeof result.findings): string | undefined =>
      doctorText({ ...result, findings }, plainView(100), { all: false, offerFix: true })
        .split('\n')
        .at(-2);
    const mine = risk.filter((f) => f.repairs.length > 0);
    expect(said(mine)).toBe(`--fix repairs ${mine.length} risk (${mine.map((f) => f.id).join(', ')}):`);
    expect(said([...result.findings, ...mine])).toMatch(
      / 1 of 1 finding \(settings-skew\) and 1 risk \(settings-skew\):$/,
    );
  });

  it('with --all: risks and notes in full, and each skipped check', () => {
    const all = text(having('settings-skew', 'down-low'), true);
    expect(all).toMatch(/^RISKS\n! warning down-low /m);
    expect(all).toMatch(/^NOTES\ni info /m);
    expect(all).toMatch(/^skipped: \d+\n/m);
    expect(all).not.toContain('--all shows them');
  });

  it('offers no --fix on an attached cluster, nor after one', () => {
    const attached = having('settings-skew');
    attached.own = false;
    expect(text(attached)).not.toContain('--fix');
    expect(text(having('settings-skew'), false, false)).not.toContain('--fix');
  });

  it('says the same thing of several servers once', () => {
    const gathered = having('settings-skew');
    const result = diagnose(gathered, CHECKS);
    const [finding] = result.findings;
    if (finding === undefined) throw new Error('nothing was found');
    const twice = {
      ...result,
      findings: byServer(
        ['redis-1', 'redis-2'].map((subject) => ({
          ...finding,
          subject,
          headline: false,
          message: 'is slow',
          fix: [`redis-cli -h ${subject} INFO`],
        })),
      ),
    };
    const lines = doctorText(twice, plainView(100), { all: false, offerFix: false }).split('\n');
    expect(lines.filter((line) => line.includes('is slow'))).toEqual([
      expect.stringMatching(/^! warning \S+ {2}redis-1, redis-2: is slow$/),
    ]);
    expect(lines.filter((line) => /^ {2}→/.test(line))).toEqual([
      '  → redis-cli -h redis-1 INFO',
      '  → redis-cli -h redis-2 INFO',
    ]);
  });

  it('says of the cause of the verdict only what the first lines do not', () => {
    const lines = text(having('settings-skew')).split('\n');
    const now = lines.indexOf('NOW');
    expect(lines[0]).toMatch(/; sentinel-\d has failover-timeout \d+, not \d+$/);
    expect(lines[now + 1]).toMatch(/^! warning settings-skew {2}failover-timeout is \d+ at /);
    expect(lines.filter((line) => line.includes('SENTINEL SET mymaster'))).toHaveLength(1);
  });

  it('leaves no finding without words, and no cause without its command', () => {
    for (const { id } of ALTERATIONS) {
      const said = text(having(id), true).split('\n');
      expect(said.filter((line) => /^\s*(?:[✗!·] |↳ )(?:critical|warning|info) [a-z-]+$/.test(line))).toEqual(
        [],
      );
    }
    expect(text(having('settings-skew'))).toContain('\n    fixed by the command at the top');
  });

  it('on a terminal is the first cause in full, of the others a line each; --all has the rest', () => {
    const many = having('settings-skew', 'no-quorum', 'bgsave-error', 'acl-channel', 'protected-mode');
    const steps = (said: string): number => said.split('\n').filter((line) => /^ {2}→ /.test(line)).length;
    const short = text(many);
    expect(short.match(/^[✗!] (critical|warning) /gm)?.length).toBeGreaterThan(2);
    expect(short).toMatch(/^(and \d+ more: )?--all shows each with its reason and its fix$/m);
    expect(steps(short)).toBeGreaterThan(0);
    expect(steps(short)).toBeLessThan(steps(text(many, true)));
    // A pipe gets all of them.
    const piped = doctorText(
      diagnose(many, CHECKS),
      { ...plainView(100), unbroken: true },
      { all: false, offerFix: true },
    );
    expect(piped).not.toContain('--all shows each');
  });

  it('keeps to the lines that a screen has, as long as the first cause leaves some', () => {
    const part = (id: string): Part => ({ full: [id, ` why ${id}`, ` fix ${id}`], brief: `${id} …` });
    const within = (ids: string, room: number): string[] =>
      withinRoom([...ids].map(part), room, (left) => [`${left} left`]);
    const both = ['a', ' why a', ' fix a', '', 'b', ' why b', ' fix b'];
    expect(within('ab', 7)).toEqual(both);
    expect(within('ab', 6)).toEqual(['a', ' why a', ' fix a', '', 'b …', '0 left']);
    expect(within('abcdefgh', 9)).toHaveLength(9);
    expect(within('abcdefgh', 9).slice(4)).toEqual(['b …', 'c …', 'd …', 'e …', '3 left']);
    expect(within('abcde', 2).slice(4)).toEqual(['b …', 'c …', 'd …', '1 left']);
    expect(within('a', 1)).toEqual(['a', ' why a', ' fix a']);
  });

  it('fits every width', () => {
    const result = diagnose(having('settings-skew', 'down-low'), CHECKS);
    for (const all of [false, true]) expectToFit((v) => doctorText(result, v, { all, offerFix: true }));
  });
});
