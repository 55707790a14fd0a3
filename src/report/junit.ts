import type { FailoverResult, Trial, Verdict } from '../observe/result.js';
import { headline, trialVerdict } from './words/headline.js';
import { metricText, thresholdText } from './words/metrics.js';

/** One test case: no fault where it holds. */
interface Case {
  name: string;
  verdict: Verdict;
  words: string;
  seconds: number;
}

interface Suite {
  name: string;
  cases: Case[];
}

/**
 * The result as JUnit XML (the dialect that Jenkins, GitLab and GitHub's actions read): a case per trial, threshold
 * and invariant. What is violated is a failure; what is unknown is an error, since missing evidence must not pass.
 */
export function junitXml(result: FailoverResult): string {
  const suites = suitesOf(result).filter((s) => s.cases.length > 0);
  const all = suites.flatMap((s) => s.cases);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="sentinelctl failover-test" ${totals(all)}>`,
    ...suites.flatMap((suite) => [
      `  <testsuite name="${xml(suite.name)}" ${totals(suite.cases)} timestamp="${xml(stamp(result.startedAt))}" hostname="${xml(result.cluster)}">`,
      '    <properties>',
      ...properties(result).map(([name, value]) => `      <property name="${name}" value="${xml(value)}"/>`),
      '    </properties>',
      ...suite.cases.flatMap((c) => caseLines(c, suite.name)),
      '  </testsuite>',
    ]),
    '</testsuites>',
    '',
  ].join('\n');
}

function suitesOf(result: FailoverResult): Suite[] {
  const { trials, thresholds, invariants } = result;
  const run: Case = {
    name: 'the run came to its end',
    verdict: result.complete ? 'holds' : 'unknown',
    words: result.reason,
    seconds: 0,
  };
  return [
    { name: 'run', cases: [run] },
    { name: 'trials', cases: trials.map(trialCase) },
    {
      name: 'thresholds',
      cases: thresholds.map((t) => ({
        name: t.expression,
        verdict: t.holds,
        words: thresholdText(t),
        seconds: 0,
      })),
    },
    {
      name: 'invariants',
      cases: invariants.map((i) => ({ name: i.id, verdict: i.verdict, words: i.evidence, seconds: 0 })),
    },
  ];
}

function trialCase(trial: Trial, i: number): Case {
  const broken = trial.invariants.filter((v) => v.verdict !== 'holds');
  const { switchedMs } = trial.phases;
  const words = [
    switchedMs === null
      ? 'no sentinel switched'
      : `first switch after ${metricText('switchedMs', switchedMs)}`,
    ...broken.map((v) => `${v.id}: ${v.evidence}`),
    ...trial.spurious,
  ];
  return {
    name: `trial ${i + 1}: ${trial.oldMaster.id} → ${trial.newMaster?.id ?? 'nobody'}`,
    verdict: trialVerdict(trial),
    words: words.join('\n'),
    seconds: (trial.events.at(-1)?.atMs ?? 0) / 1000,
  };
}

function caseLines({ name, verdict, words, seconds }: Case, suite: string): string[] {
  const open = `    <testcase name="${xml(name)}" classname="sentinelctl.${xml(suite)}" time="${seconds.toFixed(3)}"`;
  const out = `      <system-out>${xml(words)}</system-out>`;
  if (verdict === 'holds') return [`${open}>`, out, '    </testcase>'];
  const tag = verdict === 'violated' ? 'failure' : 'error';
  const first = words.split('\n')[0] ?? '';
  return [
    `${open}>`,
    `      <${tag} type="${verdict}" message="${xml(first)}">${xml(words)}</${tag}>`,
    '    </testcase>',
  ];
}

function totals(cases: readonly Case[]): string {
  const of = (verdict: Verdict): number => cases.filter((c) => c.verdict === verdict).length;
  const seconds = cases.reduce((sum, c) => sum + c.seconds, 0);
  return `tests="${cases.length}" failures="${of('violated')}" errors="${of('unknown')}" skipped="0" time="${seconds.toFixed(3)}"`;
}

const properties = (result: FailoverResult): [name: string, value: string][] => [
  ['cluster', result.cluster],
  ['driver', result.driver],
  ['engine', `${result.engine.name} ${result.engine.version}`],
  ['fault', result.fault],
  ['seed', String(result.seed)],
  ['command', result.command],
  ['outcome', result.outcome],
  ['headline', headline(result)],
];

/** The schema of JUnit knows no fraction and no zone. */
export const stamp = (iso: string): string => iso.replace(/(\.\d+)?Z$/, '');

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** Text for XML 1.0: entities, and a space for what the standard forbids whatever it is written as. */
export function xml(text: string): string {
  return text
    .replace(/\u00a0/g, ' ')
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, ' ')
    .replace(/[&<>"']/g, (c) => ENTITIES[c] ?? c);
}
