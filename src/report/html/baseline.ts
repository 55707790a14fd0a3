import type { BaselineComparison } from '../../failover/baseline.js';
import type { FailoverResult } from '../../observe/result.js';
import { BASELINE_WORD, VERDICT_WORD } from '../words/verdict.js';
import { html, timeHtml } from './markup.js';

/** Which run the baseline is, and its own verdict: `the run of 2026-01-02 03:04:05 UTC on lab: PASS`. */
export const baselineRun = ({ startedAt, cluster, outcome }: FailoverResult): string =>
  `the run of ${timeHtml(startedAt)} on ${html(cluster)}: ${VERDICT_WORD[outcome]}`;

/** The same, and what the comparison with it says, where there is one. */
export function baselineHtml(run: FailoverResult, comparison: BaselineComparison | null): string {
  const named = `Baseline: ${baselineRun(run)}`;
  if (comparison === null) return `<p class="quiet">${named}</p>`;
  const { outcome, reason } = comparison;
  const words = `${named}. Against it this run is <b>${BASELINE_WORD[outcome]}</b>: ${html(reason)}`;
  return outcome === 'holds'
    ? `<p class="quiet">${words}</p>`
    : `<p class="incomplete"><b>!</b> ${words}</p>`;
}
