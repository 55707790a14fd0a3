import { formatDurationMs, humanDurationMs } from '../../model/duration.js';
import { command } from '../../model/hints.js';
import { count } from '../../model/words.js';
import { isFrontierProved } from '../../observe/frontier.js';
import { restoredLines } from '../../observe/restored-words.js';
import type { SweepPoint, SweepResult } from '../../observe/sweep-result.js';
import { plain, together, wrap } from '../plain-text.js';
import { ENOUGH_FOR_MEDIAN, grouped } from '../words/metrics.js';
import { SWEEP_WORD } from '../words/verdict.js';
import { nextLines, verdictLines, warningLines } from './lines.js';
import { paintOf } from './outcome.js';
import { type Cell, type Column, table } from './table.js';
import { lineWidth, SYMBOL, type Theme, themeOf, type View } from './theme.js';

/** Of one trial there is one time, of fewer than 3 no median. */
const columnsOf = ({ trialsEach }: SweepResult): Column[] => {
  const first = trialsEach < 2 ? '' : trialsEach < ENOUGH_FOR_MEDIAN ? ' LEAST' : ' MEDIAN';
  const most: Column[] = trialsEach < 2 ? [] : [{ title: 'MOST', align: 'right', drop: 2 }];
  return [
    { title: 'DOWN-AFTER', align: 'right' },
    { title: 'MIN-REPLICAS', align: 'right' },
    { title: `SWITCHED${first}`, align: 'right', drop: 1 },
    ...most,
    { title: `OUTAGE${first}`, align: 'right' },
    ...most,
    { title: 'LOST', align: 'right' },
    { title: 'FRONTIER' },
  ];
};

/** The sweep as a table, a row per combination of settings, and whether the settings are restored. */
export function sweepText(result: SweepResult, view: View): string {
  const theme = themeOf(view);
  const { restoration } = result;
  return [
    ...verdictLines(SWEEP_WORD[result.outcome], paintOf(result.outcome, theme), result.reason, view),
    ...wrap(plain(settingWords(result)), lineWidth(view), 2).map(theme.dim),
    ...result.warnings.flatMap((words) => warningLines(words, view)),
    '',
    ...(result.points.length === 0
      ? []
      : [
          table(
            columnsOf(result),
            result.points.map((p) => rowOf(p, result, theme)),
            view,
          ),
          '',
        ]),
    ...[LEGEND, ...(isFrontierProved(result) ? [] : [LEGEND_SO_FAR])].flatMap((words) =>
      wrap(words, lineWidth(view)).map(theme.dim),
    ),
    ...(restoration.restored
      ? wrap(`${SYMBOL.ok} the old settings are restored on every node`, lineWidth(view), 2).map(theme.ok)
      : leftLines(result, view)),
    ...leftAs(result, view),
    ...(restoration.restored && result.complete
      ? wrap(SETTINGS_OF_CHOICE, lineWidth(view), 2).map(theme.dim)
      : []),
    ...nextLines(nextOf(result), view),
  ].join('\n');
}

const LEGEND =
  'frontier: no other combination is better in median outage or loss without being worse in the other';

/** The frontier, where a combination lacks evidence that could beat it. */
export const BEST_SO_FAR = 'best so far';
const LEGEND_SO_FAR = `${BEST_SO_FAR}: among the combinations that have evidence`;

/** What all combinations had in common, in a line. */
export function settingWords({
  cluster,
  driver,
  engine,
  fault,
  trialsEach,
  workload,
  maxLagS,
}: SweepResult): string {
  const clients =
    workload === null
      ? 'no clients'
      : `${count(workload.clients, 'client')} (${workload.policy}), ${workload.ratePerS === 0 ? 'as fast as possible' : `${grouped(workload.ratePerS)}/s`}`;
  return `${count(trialsEach, 'trial')} each, fault ${fault}; cluster ${cluster} (${driver}), ${engine.name} ${engine.version}; ${clients}; min-replicas-max-lag ${maxLagS} s`;
}

function rowOf(point: SweepPoint, result: SweepResult, theme: Theme): Cell[] {
  const { switchedMs, outageMs } = point;
  const most = (text: string): Cell[] => (result.trialsEach < 2 ? [] : [text]);
  return [
    formatDurationMs(point.downAfterMs),
    String(point.minReplicas),
    time(switchedMs?.p50),
    ...most(time(switchedMs?.max)),
    endless(point) ? { text: 'did not end', paint: theme.bad } : time(outageMs?.p50),
    ...most(endless(point) ? '' : time(outageMs?.max)),
    lostText(point, theme),
    markOf(point, isFrontierProved(result), theme),
  ];
}

const time = (ms: number | undefined): string => (ms === undefined ? '-' : together(humanDurationMs(ms)));

/** In some trial a client did not recover; of an interrupted one that is not known. */
const endless = ({ trials }: SweepPoint): boolean =>
  trials.some((t) => t.outageMs === null && t.open !== true);

/** Over all trials of the combination. */
export const lostOf = ({ trials }: SweepPoint): number | null =>
  trials.length === 0 || trials.some((t) => t.lost === null)
    ? null
    : trials.reduce((sum, t) => sum + (t.lost ?? 0), 0);

function lostText(point: SweepPoint, theme: Theme): Cell {
  const lost = lostOf(point);
  if (lost === null) return '-';
  return lost === 0 ? '0' : { text: grouped(lost), paint: theme.bad };
}

function markOf(point: SweepPoint, isProved: boolean, theme: Theme): Cell {
  const twice = point.trials.filter((t) => t.spurious > 0).length;
  if (twice > 0) return { text: `${SYMBOL.bad} second failover in ${twice}`, paint: theme.bad };
  if (!point.proved) return { text: `${SYMBOL.unknown} evidence is missing`, paint: theme.warn };
  if (!point.onFrontier) return '';
  return isProved
    ? { text: SYMBOL.ok, paint: theme.ok }
    : { text: `${SYMBOL.unknown} ${BEST_SO_FAR}`, paint: theme.warn };
}

/** How an interrupted sweep left the nodes. Each of its trials may have had another master at its beginning. */
function leftAs({ restored, account }: SweepResult, view: View): string[] {
  if (restored === undefined) return [];
  // The settings were rolled back in any case.
  const words = account ?? restoredLines(restored, null, true);
  return words.flatMap((line) => wrap(plain(line), lineWidth(view), 2));
}

function leftLines({ restoration }: SweepResult, view: View): string[] {
  const theme = themeOf(view);
  const head = `${SYMBOL.bad} these settings could not be restored`;
  return [
    ...wrap(head, lineWidth(view), 2).map(theme.bad),
    ...restoration.problems.flatMap((p) => wrap(`  ${plain(p)}`, lineWidth(view), 4)),
    ...restoration.commands.flatMap((c) => nextLines(c, view, 2)),
  ];
}

const SETTINGS_OF_CHOICE =
  'a cluster starts with the settings of your choice by --down-after and --redis-conf min-replicas-to-write=N of up:';

const nextOf = ({ cluster, restoration, complete }: SweepResult): string =>
  restoration.restored && complete ? 'sentinelctl up --help' : command('status', cluster);
