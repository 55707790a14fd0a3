import { formatDurationMs, humanDurationMs } from '../../model/duration.js';
import { costOf } from '../../observe/frontier.js';
import type { SweepPoint, SweepResult } from '../../observe/sweep-result.js';
import { lostOf, settingWords } from '../text/sweep.js';
import { grouped } from '../words/metrics.js';
import { STYLE, SWEEP_STYLE } from './assets.js';
import { html, jsonForScript, tableHtml } from './markup.js';
import { sweepChart } from './sweep-chart.js';

/** The sweep as one page that needs nothing else: the chart, the table beneath it, the data (`#result`). No script. */
export function sweepHtml(result: SweepResult): string {
  const title = `Outage and loss of ${result.masterName} · sentinelctl`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${html(title)}</title>
<style>${STYLE}${SWEEP_STYLE}</style>
</head>
<body>
<main>
<header class="${result.outcome}"><h1>${html(title)}</h1>
<p class="reason">${html(result.reason)}</p>
<p class="quiet">${html(settingWords(result))}; ${html(result.startedAt)}</p>
${result.complete ? '' : '<p class="incomplete"><b>Not complete:</b> it ended before its last combination.</p>'}
${result.warnings.map((w) => `<p class="incomplete"><b>!</b> ${html(w)}</p>`).join('\n')}
${restorationHtml(result)}</header>
<section><h2>The frontier</h2>${sweepChart(result.points)}</section>
<section><h2>In numbers</h2>${pointsTable(result.points)}</section>
<section><h2>To run it again</h2><pre class="command" tabindex="0"><code>${html(result.command)}</code></pre></section>
</main>
<script type="application/json" id="result">${jsonForScript(result)}</script>
</body>
</html>
`;
}

function restorationHtml({ restoration }: SweepResult): string {
  if (restoration.restored) return '';
  const lines = [...restoration.problems, ...restoration.commands].map((line) => html(line)).join('\n');
  return `<p class="incomplete"><b>These settings could not be put back:</b></p><pre tabindex="0">${lines}</pre>`;
}

function pointsTable(points: readonly SweepPoint[]): string {
  const time = (ms: number | undefined): string => (ms === undefined ? '–' : html(humanDurationMs(ms)));
  const rows = points.map((point) => {
    const lost = lostOf(point);
    const never = point.trials.filter((t) => t.outageMs === null).length;
    return [
      html(formatDurationMs(point.downAfterMs)),
      String(point.minReplicas),
      time(point.switchedMs?.p50),
      time(point.switchedMs?.max),
      time(point.outageMs?.p50),
      never > 0 ? `did not end in ${never}` : time(point.outageMs?.max),
      lost === null ? '–' : grouped(lost),
      String(point.trials.reduce((sum, t) => sum + t.spurious, 0)),
      String(point.trials.length),
      point.onFrontier ? '✔' : costOf(point) === null ? '? evidence is missing' : '',
    ];
  });
  const titles = [
    'down-after',
    'min-replicas',
    'switched p50',
    'max',
    'outage p50',
    'max',
    'lost',
    'further failovers',
    'trials',
    'on the frontier',
  ];
  return tableHtml('What each combination came to', titles, rows, [0, 1, 2, 3, 4, 5, 6, 7, 8]);
}
