import type { ChaosResult, ScenarioResult } from '../scenarios/format/result.js';
import { stamp, xml } from './junit.js';

/**
 * The result as JUnit XML: a suite of one case per scenario. What is violated is a failure, what is unknown an error,
 * and what could not be played here is skipped, with the reason.
 */
export function chaosJunitXml(result: ChaosResult): string {
  const { scenarios, counts } = result;
  const seconds = scenarios.reduce((sum, s) => sum + s.tookMs, 0) / 1000;
  const totals = `tests="${scenarios.length}" failures="${counts.violated}" errors="${counts.unknown}" skipped="${counts.skipped}" time="${seconds.toFixed(3)}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="sentinelctl chaos" ${totals}>`,
    `  <testsuite name="scenarios" ${totals} timestamp="${xml(stamp(result.startedAt))}">`,
    '    <properties>',
    ...Object.entries({
      driver: result.driver,
      seed: result.seed === null ? '' : String(result.seed),
      command: result.command,
      outcome: result.outcome,
      complete: String(result.complete),
    }).map(([name, value]) => `      <property name="${name}" value="${xml(value)}"/>`),
    '    </properties>',
    ...scenarios.flatMap(caseLines),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function caseLines(s: ScenarioResult): string[] {
  const open = `    <testcase name="${xml(s.name)}" classname="sentinelctl.chaos" time="${(s.tookMs / 1000).toFixed(3)}">`;
  const judged = [
    ...s.steps.map((x) => `${x.outcome}: ${x.step}${x.evidence === '' ? '' : `: ${x.evidence}`}`),
    ...s.expectations.map((e) => `${e.verdict}: ${e.expectation}: ${e.evidence}`),
    ...s.invariants.map((i) => `${i.verdict}: ${i.id}: ${i.evidence}`),
  ].join('\n');
  const reason = xml(s.reason);
  const body: Record<ScenarioResult['outcome'], string> = {
    holds: `      <system-out>${xml(judged === '' ? s.reason : judged)}</system-out>`,
    violated: `      <failure type="violated" message="${reason}">${xml(judged)}</failure>`,
    unknown: `      <error type="unknown" message="${reason}">${xml(judged)}</error>`,
    skipped: `      <skipped message="${reason}"/>`,
  };
  return [open, body[s.outcome], '    </testcase>'];
}
