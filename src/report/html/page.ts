import type { BaselineComparison } from '../../failover/baseline.js';
import { count } from '../../model/words.js';
import { overloadWords } from '../../observe/overload.js';
import type { FailoverResult } from '../../observe/result.js';
import { capital } from '../plain-text.js';
import { accountWords, headline, INCOMPLETE, passDespiteLoss, repeatOf } from '../words/headline.js';
import { whyWords } from '../words/numbers.js';
import { VERDICT_WORD, verdictOf } from '../words/verdict.js';
import { SCRIPT, STYLE } from './assets.js';
import { baselineHtml } from './baseline.js';
import { ecdfHtml } from './ecdf.js';
import { figuresHtml } from './figures.js';
import { commandHtml, documentHtml, html, sectionHtml, timeHtml } from './markup.js';
import { metricsHtml } from './metrics-table.js';
import { adviceHtml, outcomeBadge, runHtml, verdictsHtml } from './sections.js';
import { topologyHtml } from './topology.js';
import { trialsHtml } from './trials.js';

/** Without a script every trial and every close-up is there to read. */
const NO_SCRIPT = '.trial[hidden],.closeup[hidden]{display:block}.closer,.axis-kind,.scrub{display:none}';

/** The script fills it when it is opened. */
const RAW = '<details><summary>Show it</summary><pre id="raw" tabindex="0"></pre></details>';

/**
 * The whole result as one page. Every measured number says by `data-at` where it stands in the embedded JSON. What an
 * earlier run measured is drawn beside it, and how this one compares with it is said.
 */
export function failoverHtml(
  result: FailoverResult,
  baseline: FailoverResult | null = null,
  comparison: BaselineComparison | null = null,
): string {
  const parts = partsOf(result, baseline).filter((part) => part.body !== '');
  const contents = parts.map(({ id, title }) => `<li><a href="#${id}">${html(title)}</a></li>`).join('');
  return documentHtml({
    title: `${VERDICT_WORD[verdictOf(result, comparison)]} · failover of ${result.masterName} · sentinelctl`,
    style: STYLE,
    noScriptStyle: NO_SCRIPT,
    main: `${headerHtml(result, comparison, baseline === null ? '' : baselineHtml(baseline, comparison))}
<section id="numbers" aria-label="in numbers" class="cards">${figuresHtml(result)}</section>
<nav aria-label="contents"><ul>${contents}<li><a href="#json">JSON</a></li></ul></nav>
${parts.map(({ id, title, body }) => sectionHtml(id, title, body)).join('\n')}
${sectionHtml('json', 'The result as JSON', RAW)}`,
    extra: '\n<div id="tip" role="tooltip" hidden></div>',
    result,
    script: SCRIPT,
  });
}

interface Part {
  id: string;
  title: string;
  body: string;
}

function partsOf(result: FailoverResult, baseline: FailoverResult | null): Part[] {
  const { trials } = result;
  const over = trials.length < 2 ? '' : ecdfHtml(result, baseline) + metricsHtml(result);
  return [
    { id: 'advice', title: 'What to change next', body: adviceHtml(result) },
    { id: 'verdicts', title: 'What must hold', body: verdictsHtml(result) },
    { id: 'timeline', title: 'Timeline', body: trialsHtml(result, baseline) },
    { id: 'over-trials', title: `Over ${count(trials.length, 'trial')}`, body: over },
    { id: 'topology', title: 'Topology before the fault', body: topologyHtml(result) },
    {
      id: 'again',
      title: 'Run it again',
      body: commandHtml(repeatOf(result, result.command)) + runHtml(result),
    },
  ];
}

function headerHtml(result: FailoverResult, comparison: BaselineComparison | null, compared: string): string {
  const { cluster, driver, engine, startedAt } = result;
  const overload = overloadWords(result);
  const passed = passDespiteLoss(result, comparison);
  const warnings = [
    ...(result.complete ? [] : [INCOMPLETE]),
    ...(overload === null ? [] : [overload]),
    ...(passed === null ? [] : [passed]),
  ]
    .map((words) => `<p class="incomplete"><b>!</b> ${html(capital(words))}.</p>`)
    .join('');
  const account = accountWords(result);
  const rolledBack = account.length === 0 ? '' : `<p class="note restored">${html(account.join('; '))}.</p>`;
  const verdict = verdictOf(result, comparison);
  const where = `${cluster} (${driver}), ${engine.name} ${engine.version}, fault ${result.fault}`;
  return `<header class="${verdict}"><h1>${outcomeBadge(verdict)} ${html(headline(result, comparison))}</h1>
<p class="reason">${html(whyWords(result))}</p>${warnings}${rolledBack}
<p class="quiet">${html(where)}, ${timeHtml(startedAt)}</p>${compared}</header>`;
}
