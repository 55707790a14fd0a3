import type { ChaosResult, ScenarioResult } from '../scenarios/format/result.js';
import { plain } from './plain-text.js';

/**
 * The result as TAP (version 14, testanything.org): a test point per scenario. What is unknown is not ok, since
 * missing evidence must not pass; what could not run is skipped, with the reason.
 */
export function tapText({ scenarios, reason, complete }: ChaosResult): string {
  return [
    'TAP version 14',
    `1..${scenarios.length}`,
    ...scenarios.flatMap((s, i) => pointLines(s, i + 1)),
    ...(complete ? [] : [`Bail out! ${escaped(reason)}`]),
  ].join('\n');
}

function pointLines(s: ScenarioResult, n: number): string[] {
  const ok = s.outcome === 'holds' || s.outcome === 'skipped' ? 'ok' : 'not ok';
  const directive = s.outcome === 'skipped' ? ` # SKIP ${escaped(s.reason)}` : '';
  const point = `${ok} ${n} - ${escaped(s.name)}${directive}`;
  if (s.outcome === 'skipped') return [point];
  const bad = [
    ...s.steps.flatMap((x) =>
      x.outcome === 'failed' || x.outcome === 'unknown' ? [`${x.step}: ${x.evidence}`] : [],
    ),
    ...[...s.expectations.map((e) => ({ id: e.expectation, ...e })), ...s.invariants].flatMap((x) =>
      x.verdict === 'holds' ? [] : [`${x.id}: ${x.verdict}: ${x.evidence}`],
    ),
  ];
  return [
    point,
    '  ---',
    `  outcome: ${s.outcome}`,
    `  message: ${JSON.stringify(plain(s.reason))}`,
    `  duration_ms: ${s.tookMs}`,
    ...(bad.length === 0 ? [] : ['  wrong:', ...bad.map((line) => `    - ${JSON.stringify(plain(line))}`)]),
    ...(s.weakness?.shown === true ? ['  weakness: shown'] : []),
    '  ...',
  ];
}

/** `#` begins a directive; a line break would end the point. */
const escaped = (text: string): string => plain(text).replace(/[\\#]/g, (c) => `\\${c}`);
