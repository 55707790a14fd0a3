import { formatDurationMs, humanDurationMs } from '../../model/duration.js';
import { costOf, isFrontierProved } from '../../observe/frontier.js';
import type { SweepResult } from '../../observe/sweep-result.js';
import { BEST_SO_FAR, lostOf, settingWords } from '../text/sweep.js';
import { ENOUGH_FOR_MEDIAN, grouped } from '../words/metrics.js';
import { SWEEP_WORD } from '../words/verdict.js';
import { STYLE, SWEEP_SCRIPT, SWEEP_STYLE } from './assets.js';
import { commandHtml, documentHtml, html, sectionHtml, tableHtml, timeHtml } from './markup.js';
import { outcomeBadge } from './sections.js';
import { sweepChart } from './sweep-chart.js';

/** The sweep as one page: the chart, and the table beneath it. */
export function sweepHtml(result: SweepResult): string {
  const title = `Outage and loss of ${result.masterName}`;
  const parts: [id: string, title: string, body: string][] = [
    ['frontier', 'The frontier', sweepChart(result.points)],
    ['numbers', 'In numbers', pointsTable(result)],
    ['again', 'Run it again', commandHtml(result.command)],
  ];
  return documentHtml({
    title: `${title} · sentinelctl`,
    style: STYLE + SWEEP_STYLE,
    main: `<header class="${result.outcome}"><h1>${outcomeBadge(result.outcome, SWEEP_WORD)} ${html(title)}</h1>
<p class="reason">${html(result.reason)}</p>
<p class="quiet">${html(settingWords(result))}; ${timeHtml(result.startedAt)}</p>
${result.complete ? '' : '<p class="incomplete"><b>Not complete:</b> the sweep ended before its last combination.</p>'}
${result.warnings.map((w) => `<p class="incomplete"><b>!</b> ${html(w)}</p>`).join('\n')}
${restorationHtml(result)}</header>
<nav aria-label="contents"><ul>${parts.map(([id, name]) => `<li><a href="#${id}">${name}</a></li>`).join('')}</ul></nav>
${parts.map((part) => sectionHtml(...part)).join('\n')}`,
    result,
    script: SWEEP_SCRIPT,
  });
}

function restorationHtml({ restoration }: SweepResult): string {
  if (restoration.restored) return '';
  const lines = [...restoration.problems, ...restoration.commands].map((line) => html(line)).join('\n');
  return `<p class="incomplete"><b>These settings could not be restored:</b></p><pre tabindex="0">${lines}</pre>`;
}

function pointsTable({ points, trialsEach, complete }: SweepResult): string {
  const best = isFrontierProved({ points, complete }) ? '✔' : `? ${BEST_SO_FAR}`;
  const several = trialsEach > 1;
  const time = (ms: number | undefined): string => (ms === undefined ? '–' : html(humanDurationMs(ms)));
  const rows = points.map((point) => {
    const lost = lostOf(point);
    const never = point.trials.filter((t) => t.outageMs === null).length;
    return [
      html(`down-after ${formatDurationMs(point.downAfterMs)}`),
      String(point.minReplicas),
      time(point.switchedMs?.p50),
      ...(several ? [time(point.switchedMs?.max)] : []),
      ...(several ? [time(point.outageMs?.p50)] : []),
      never > 0 ? `did not end in ${never}` : time(point.outageMs?.max),
      lost === null ? '–' : grouped(lost),
      String(point.trials.reduce((sum, t) => sum + t.spurious, 0)),
      String(point.trials.length),
      point.onFrontier ? best : costOf(point) === null ? '? evidence is missing' : '',
    ];
  });
  const first = trialsEach < ENOUGH_FOR_MEDIAN ? 'least' : 'median';
  const titles = [
    'down-after',
    'min-replicas',
    ...(several
      ? [`switch, ${first}`, 'switch, most', `outage, ${first}`, 'outage, most']
      : ['switch', 'outage']),
    'lost',
    'further failovers',
    'trials',
    'on the frontier',
  ];
  return tableHtml(
    'Results per combination',
    titles,
    rows,
    titles.slice(1, -1).map((_, i) => i + 1),
  );
}
