import { humanDurationMs } from '../../model/duration.js';
import { command } from '../../model/hints.js';
import { count, listed } from '../../model/words.js';
import type { TopologyServer } from '../../observe/result.js';
import type { Precondition, SwitchoverResult, SwitchoverTrial } from '../../observe/switchover-result.js';
import { plain, wrap } from '../plain-text.js';
import { VERDICT_WORD } from '../words/verdict.js';
import { nextLines, verdictLines, warningLines } from './lines.js';
import { MARK, paintOf } from './outcome.js';
import { type Cell, table } from './table.js';
import { lineWidth, type Theme, themeOf, type View } from './theme.js';

/** The verdict in one line, then what it rests on. */
export const switchoverText = (result: SwitchoverResult, view: View): string =>
  (result.dryRun ? dryRunLines(result, view) : movedLines(result, view)).join('\n');

function dryRunLines(result: SwitchoverResult, view: View): string[] {
  const theme = themeOf(view);
  const { oldMaster, newMaster, rehearsal, preconditions, cluster, outcome, reason } = result;
  const word = outcome === 'violated' ? 'REFUSED' : 'READY';
  const rest = `${oldMaster.id} → ${newMaster.id}: ${reason}; nothing was changed`;
  return [
    ...verdictLines(word, paintOf(outcome, theme), rest, view),
    '',
    ...preconditions.flatMap((one) => preconditionLines(one, view)),
    '',
    ...(rehearsal.length === 0
      ? warningLines('nothing was rehearsed', view)
      : [
          ...wrap('rehearsed with commands that change nothing:', lineWidth(view)),
          ...rehearsal.flatMap(({ node, command: sent, ok, answer }) =>
            wrap(
              plain(`${MARK[ok ? 'holds' : 'violated']} ${node}: ${sent}: ${answer}`),
              lineWidth(view),
              2,
            ).map(paintOf(ok ? 'holds' : 'violated', theme)),
          ),
        ]),
    ...(outcome === 'violated' ? [] : ['', ...nextLines(command('status', cluster), view)]),
  ];
}

const VERDICT = { holds: 'holds', broken: 'violated', unknown: 'unknown' } as const;

function preconditionLines({ id, verdict, evidence, fix }: Precondition, view: View): string[] {
  const paint = paintOf(VERDICT[verdict], themeOf(view));
  return [
    ...wrap(plain(`${MARK[VERDICT[verdict]]} ${id}: ${evidence}`), lineWidth(view), 2).map(paint),
    ...(fix === undefined ? [] : nextLines(fix, view, 2)),
  ];
}

function movedLines(result: SwitchoverResult, view: View): string[] {
  const theme = themeOf(view);
  const { outcome, reason, trials, before, after, cluster, workload } = result;
  const last = trials.at(-1);
  return [
    ...verdictLines(VERDICT_WORD[outcome], paintOf(outcome, theme), headline(result), view),
    ...(outcome === 'holds' ? [] : wrap(plain(reason), lineWidth(view))),
    ...(workload === null
      ? warningLines('the write gap was not measured: no client wrote (--clients 8 measures it)', view)
      : []),
    '',
    ...topologyLines('before', before, view),
    ...topologyLines('after', after, view),
    ...(last === undefined ? [] : ['', stepTable(last, view), '', ...proofLines(last, theme, view)]),
    ...(trials.length > 1 ? ['', trialTable(trials, theme, view)] : []),
    '',
    ...nextLines(command('status', cluster), view),
  ];
}

/** `redis-1 → redis-3 in 18 ms (write gap as clients saw it 24 ms), 0 writes lost, no full resync`. */
function headline({ trials, summary }: SwitchoverResult): string {
  const [first] = trials;
  if (first === undefined) return 'nothing was moved';
  if (trials.length === 1) return oneLine(first);
  const gap = summary.writeGapMs ?? summary.switchMs;
  const lost = trials.reduce((sum, { ledger }) => sum + (ledger?.lost ?? 0), 0);
  const full = trials.reduce((sum, { syncFull }) => sum + (syncFull ?? 0), 0);
  const of = summary.writeGapMs === undefined ? 'switched in' : 'write gap as clients saw it';
  const gaps =
    gap === undefined
      ? ''
      : `${of}: median ${humanDurationMs(gap.p50)}, p95 ${humanDurationMs(gap.p95)}, most ${humanDurationMs(gap.max)}; `;
  return `${count(trials.length, 'switchover')}: ${gaps}${lostWords(trials.some((t) => t.ledger !== undefined) ? lost : null)}, ${resyncWords(full)}`;
}

const oneLine = ({ oldMaster, newMaster, switchMs, writeGapMs, ledger, syncFull }: SwitchoverTrial): string =>
  `${oldMaster.id} → ${newMaster.id} in ${humanDurationMs(switchMs)}${
    writeGapMs === null ? '' : ` (write gap as clients saw it ${humanDurationMs(writeGapMs)})`
  }, ${lostWords(ledger?.lost ?? null)}, ${resyncWords(syncFull)}`;

const lostWords = (lost: number | null): string =>
  lost === null ? 'lost writes not measured' : `${count(lost, 'write')} lost`;
const resyncWords = (n: number | null): string =>
  n === null ? 'full resyncs not known' : n === 0 ? 'no full resync' : count(n, 'full resync');

function topologyLines(when: string, servers: readonly TopologyServer[], view: View): string[] {
  const of = (role: string): string[] => servers.filter((s) => s.role === role).map(({ id }) => id);
  const [masters, replicas] = [of('master'), of('replica')];
  if (servers.length === 0) return [];
  const words = `${when.padEnd(6)}  ${listed(masters) || 'no node'} master; ${listed(replicas) || 'no node'} ${replicas.length === 1 ? 'replica' : 'replicas'}`;
  return wrap(plain(words), lineWidth(view), 8);
}

const stepTable = ({ steps }: SwitchoverTrial, view: View): string =>
  table(
    [{ title: 'STEP' }, { title: 'AT', align: 'right' }],
    steps.map(({ label, atMs }): Cell[] => [label, `${atMs.toFixed(1)} ms`]),
    view,
  );

const proofLines = ({ proofs }: SwitchoverTrial, theme: Theme, view: View): string[] =>
  proofs.flatMap(({ id, verdict, evidence }) =>
    wrap(plain(`${MARK[verdict]} ${id}: ${evidence}`), lineWidth(view), 2).map(paintOf(verdict, theme)),
  );

const trialTable = (trials: readonly SwitchoverTrial[], theme: Theme, view: View): string =>
  table(
    [
      { title: 'TRIAL', align: 'right' },
      { title: 'MOVE' },
      { title: 'VERDICT' },
      { title: 'SWITCHED', align: 'right' },
      { title: 'WRITE GAP', align: 'right' },
      { title: 'LOST', align: 'right' },
      { title: 'FULL RESYNCS', align: 'right', drop: 1 },
    ],
    trials.map((trial, i): Cell[] => [
      String(i + 1),
      `${trial.oldMaster.id} → ${trial.newMaster.id}`,
      { text: VERDICT_WORD[trial.outcome], paint: paintOf(trial.outcome, theme) },
      humanDurationMs(trial.switchMs),
      trial.writeGapMs === null ? '-' : humanDurationMs(trial.writeGapMs),
      trial.ledger === undefined ? '-' : String(trial.ledger.lost),
      trial.syncFull === null ? '-' : String(trial.syncFull),
    ]),
    view,
  );
