import type { BaselineComparison } from '../failover/baseline.js';
import type { FailoverResult, Trial } from '../observe/result.js';
import type { ChaosResult, ScenarioResult } from '../scenarios/format/result.js';
import { headline, masterMove, trialVerdict } from './words/headline.js';
import { metricText } from './words/metrics.js';
import { thresholdText } from './words/thresholds.js';

/** `skipped`: not run here. */
type Outcome = ScenarioResult['outcome'];

interface Case {
  name: string;
  outcome: Outcome;
  /** One line: the message of a failure, an error or a skip. */
  message: string;
  /** Everything that was judged. */
  details: string;
  seconds: number;
}

interface Suite {
  name: string;
  /** Of the cases' class names, after `sentinelctl.`. */
  className: string;
  hostname?: string;
  cases: readonly Case[];
}

interface Document {
  name: string;
  /** ISO 8601 in UTC. */
  startedAt: string;
  properties: Readonly<Record<string, string>>;
  suites: readonly Suite[];
}

/** A failover-test's result as JUnit XML: a case per trial, threshold and invariant, and the comparison with an earlier run. */
export function failoverJunitXml(
  result: FailoverResult,
  _baseline: FailoverResult | null = null,
  comparison: BaselineComparison | null = null,
): string {
  return junitXml({
    name: 'sentinelctl failover-test',
    startedAt: result.startedAt,
    properties: {
      cluster: result.cluster,
      driver: result.driver,
      engine: `${result.engine.name} ${result.engine.version}`,
      fault: result.fault,
      seed: String(result.seed),
      command: result.command,
      outcome: result.outcome,
      headline: headline(result, comparison),
    },
    suites: failoverSuites(result, comparison)
      .filter(([, cases]) => cases.length > 0)
      .map(([name, cases]) => ({ name, className: name, hostname: result.cluster, cases })),
  });
}

function failoverSuites(
  { trials, thresholds, invariants, complete, reason }: FailoverResult,
  comparison: BaselineComparison | null,
): [name: string, cases: Case[]][] {
  const { outcome = null, reason: compared = '' } = comparison ?? {};
  return [
    ['run', [runCase(complete, reason)]],
    ['trials', trials.map(trialCase)],
    ['thresholds', thresholds.map((t) => caseOf(t.expression, t.holds, thresholdText(t, trials)))],
    ['invariants', invariants.map((i) => caseOf(i.id, i.verdict, i.evidence))],
    [
      'baseline',
      outcome === null ? [] : [caseOf('nothing is worse than in the baseline', outcome, compared)],
    ],
  ];
}

/** A run that was cut short is an error, whatever the part of it that was judged. */
const runCase = (complete: boolean, reason: string): Case =>
  caseOf('the run came to its end', complete ? 'holds' : 'unknown', reason);

function trialCase(trial: Trial, i: number): Case {
  const broken = trial.invariants.filter((v) => v.verdict !== 'holds');
  const { switchedMs } = trial.phases;
  const details = [
    switchedMs === null
      ? `no ${trial.cutShort === true ? 'switch was seen before the interruption' : 'sentinel switched'}`
      : `first switch after ${metricText('switchedMs', switchedMs)}`,
    ...broken.map((v) => `${v.id}: ${v.evidence}`),
    ...trial.spurious,
  ].join('\n');
  const name = `trial ${i + 1}: ${masterMove(trial)}`;
  return caseOf(name, trialVerdict(trial), details, (trial.events.at(-1)?.atMs ?? 0) / 1000);
}

const caseOf = (name: string, outcome: Outcome, details: string, seconds = 0): Case => ({
  name,
  outcome,
  message: details.split('\n')[0] ?? '',
  details,
  seconds,
});

/** A chaos run's result as JUnit XML: a case per scenario. */
export function chaosJunitXml(result: ChaosResult): string {
  return junitXml({
    name: 'sentinelctl chaos',
    startedAt: result.startedAt,
    properties: {
      driver: result.driver,
      seed: result.seed === null ? '' : String(result.seed),
      command: result.command,
      outcome: result.outcome,
      complete: String(result.complete),
    },
    suites: [
      { name: 'scenarios', className: 'chaos', cases: result.scenarios.map(scenarioCase) },
      ...(result.complete
        ? []
        : [{ name: 'run', className: 'chaos', cases: [runCase(false, result.reason)] }]),
    ],
  });
}

function scenarioCase(s: ScenarioResult): Case {
  const judged = [
    ...s.steps.map((x) => `${x.outcome}: ${x.step}${x.evidence === '' ? '' : `: ${x.evidence}`}`),
    ...s.expectations.map((e) => `${e.verdict}: ${e.expectation}: ${e.evidence}`),
    ...s.invariants.map((i) => `${i.verdict}: ${i.id}: ${i.evidence}`),
  ].join('\n');
  const details = s.outcome === 'holds' && judged === '' ? s.reason : judged;
  return { name: s.name, outcome: s.outcome, message: s.reason, details, seconds: s.tookMs / 1000 };
}

/**
 * The dialect that Jenkins, GitLab and GitHub's actions read. `violated` is a failure; `unknown` is an error, since
 * missing evidence must not pass.
 */
function junitXml({ name, startedAt, properties, suites }: Document): string {
  // JUnit's schema allows neither a fraction of a second nor a time zone.
  const timestamp = xml(startedAt.replace(/(\.\d+)?Z$/, ''));
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${xml(name)}" ${totals(suites.flatMap((s) => s.cases))}>`,
    ...suites.flatMap((suite) => [
      `  <testsuite name="${xml(suite.name)}" ${totals(suite.cases)} timestamp="${timestamp}"${suite.hostname === undefined ? '' : ` hostname="${xml(suite.hostname)}"`}>`,
      '    <properties>',
      ...Object.entries(properties).map(
        ([key, value]) => `      <property name="${key}" value="${xml(value)}"/>`,
      ),
      '    </properties>',
      ...suite.cases.flatMap((c) => caseLines(c, suite.className)),
      '  </testsuite>',
    ]),
    '</testsuites>',
    '',
  ].join('\n');
}

function caseLines({ name, outcome, message, details, seconds }: Case, className: string): string[] {
  const body: Record<Outcome, string> = {
    holds: `<system-out>${xml(details)}</system-out>`,
    violated: `<failure type="violated" message="${xml(message)}">${xml(details)}</failure>`,
    unknown: `<error type="unknown" message="${xml(message)}">${xml(details)}</error>`,
    skipped: `<skipped message="${xml(message)}"/>`,
  };
  return [
    `    <testcase name="${xml(name)}" classname="sentinelctl.${xml(className)}" time="${seconds.toFixed(3)}">`,
    `      ${body[outcome]}`,
    '    </testcase>',
  ];
}

function totals(cases: readonly Case[]): string {
  const of = (outcome: Outcome): number => cases.filter((c) => c.outcome === outcome).length;
  const seconds = cases.reduce((sum, c) => sum + c.seconds, 0);
  return `tests="${cases.length}" failures="${of('violated')}" errors="${of('unknown')}" skipped="${of('skipped')}" time="${seconds.toFixed(3)}"`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** Text for XML 1.0: entities, and a space for each character that the standard forbids even when escaped. */
function xml(text: string): string {
  return text
    .replace(/\u00a0/g, ' ')
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, ' ')
    .replace(/[&<>"']/g, (c) => ENTITIES[c] ?? c);
}
