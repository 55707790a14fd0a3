import type { Fault, Way } from '../../faults/catalogue/fault.js';
import type { InjectResult } from '../../faults/inject.js';
import type { PossibleFault } from '../../faults/possible.js';
import type { RecoverResult } from '../../faults/recover.js';
import type { Seen } from '../../faults/show.js';
import { DRIVER_NAMES } from '../../model/drivers.js';
import { formatDurationMs, humanDurationMs } from '../../model/duration.js';
import { command } from '../../model/hints.js';
import { count, listed } from '../../model/words.js';
import { padEnd, plain, widthOf, wrap } from '../plain-text.js';
import { nextLines } from './lines.js';
import { lineWidth, SYMBOL, themeOf, type View } from './theme.js';

/** Every fault in one line. */
export function faultsText(faults: readonly Fault[], view: View): string {
  const theme = themeOf(view);
  const width = Math.max(...faults.map(({ name }) => widthOf(name)));
  const lines = faults.flatMap(({ name, summary }) =>
    wrap(`${padEnd(name, width)}  ${summary}`, lineWidth(view), width + 2).map((line, i) =>
      i === 0 ? line.replace(name, theme.bold(name)) : line,
    ),
  );
  return [
    ...lines,
    '',
    ...nextLines(`sentinelctl faults ${faults[0]?.name ?? 'NAME'} # one fault in full`, view),
  ].join('\n');
}

/** What `faults` shows. */
export interface FaultsShown {
  faults: Fault[];
  /** Whether one was asked for by its name. */
  whole: boolean;
  /** The cluster that they are judged for; null: none. */
  cluster: string | null;
  possible: PossibleFault[];
}

/** Which faults can be injected into a cluster, and why the others cannot. */
export function possibleText(cluster: string, faults: readonly PossibleFault[], view: View): string {
  const theme = themeOf(view);
  const can = faults.filter((fault) => fault.can);
  const lines = (fault: PossibleFault): string[] => {
    const mark = fault.can ? SYMBOL.ok : SYMBOL.bad;
    const words = fault.can
      ? fault.acts.map(({ does }) => does).join('; ')
      : `${fault.why}${fault.instead === null ? '' : `; instead: ${fault.instead}`}`;
    const [first = '', ...rest] = wrap(plain(`${mark} ${fault.name}: ${words}`), lineWidth(view), 4);
    return [(fault.can ? theme.ok : theme.warn)(first), ...rest];
  };
  return [
    theme.bold(
      `${can.length} of ${count(faults.length, 'fault')} can be injected into cluster "${cluster}" now`,
    ),
    ...faults.flatMap(lines),
    '',
    ...nextLines(`sentinelctl faults ${faults[0]?.name ?? 'NAME'} # one fault in full`, view),
  ].join('\n');
}

/** One fault in full. */
export function faultText(fault: Fault, view: View): string {
  const theme = themeOf(view);
  const block = (title: string, items: readonly string[]): string[] =>
    items.length === 0
      ? []
      : ['', theme.bold(title), ...items.flatMap((item) => wrap(`  ${item}`, lineWidth(view), 4))];
  const params = Object.entries(fault.params).map(
    ([name, value]) => `--${name.replace(/Ms$/, '')}: by default ${value}`,
  );
  return [
    ...wrap(`${theme.bold(fault.name)}: ${fault.summary}`, lineWidth(view), 2),
    '',
    ...wrap(fault.does, lineWidth(view)),
    ...block('Target', [`${fault.target.words}; by default: ${fault.target.byDefault}`]),
    ...block('Options', params),
    ...block('How', [...DRIVER_NAMES.flatMap((name) => wayLines(name, fault.drivers[name]))]),
    ...block('Ends by itself', fault.expires === null ? [] : [fault.expires]),
    ...block('A correct cluster', fault.correct),
    ...block('What must not happen', fault.mustNot),
  ].join('\n');
}

const wayLines = (driver: string, way: Way): string[] =>
  way.can
    ? [`${driver}: ${way.injects}; rolled back: ${way.heals}`]
    : [`${driver}: not possible, ${way.why}; instead: ${way.instead}`];

/** `for 9.84 s (--for 8s)`, where it lasted until the sentinels had decided; null where it ended when its time was over. */
const lastedWords = ({ forMs, activeMs, guarded = false }: InjectResult): string | null =>
  forMs !== null && forMs > 0 && guarded && activeMs !== undefined
    ? `for ${humanDurationMs(activeMs)} (--for ${formatDurationMs(forMs)})`
    : null;

/**
 * What was done, or would be done; what to expect; and how it is rolled back. `shown`: the events were printed
 * as they happened.
 */
export function injectText(result: InjectResult & { shown?: boolean }, view: View): string {
  const theme = themeOf(view);
  const { dryRun, healed, forMs, fault, cluster } = result;
  const lasts =
    forMs === null
      ? 'until heal rolls it back'
      : forMs === 0
        ? 'over at once'
        : `for ${formatDurationMs(forMs)}`;
  const was = `${fault} was ${forMs === 0 ? 'done' : `active ${lastedWords(result) ?? lasts}`}`;
  const lost = result.lostKeys;
  const gone =
    lost === null
      ? ': how many keys are gone is not known'
      : lost === 0
        ? ''
        : `: the data of ${count(lost, 'key')} is gone`;
  const ended = result.converged
    ? `, and cluster "${cluster}" is converged again${gone}`
    : `, and it was rolled back${gone}; ${UNPROVED}`;
  const first = dryRun
    ? `${fault} would be injected into cluster "${cluster}", ${lasts}; nothing was done`
    : !healed
      ? theme.warn(`${fault} is active on cluster "${cluster}"`)
      : lost !== null && lost > 0
        ? theme.bad(`${SYMBOL.bad} ${was}${ended}`)
        : result.converged && lost !== null
          ? theme.ok(`${SYMBOL.ok} ${was}${ended}`)
          : theme.warn(`${was}${ended}`);
  const item = (text: string): string[] => wrap(`  ${plain(text)}`, lineWidth(view), 4);
  const rollback = dryRun ? 'would be rolled back' : 'heal will roll it back';
  const acts = result.acts.flatMap(({ does, undo }) => [
    ...item(does),
    ...(healed ? [] : item(`  ${rollback}: ${undo}`).map(theme.dim)),
  ]);
  const seenIn = (list: readonly Seen[]): string[] =>
    list.flatMap(({ atMs, message }) => item(`${humanDurationMs(atMs)}: ${message}`));
  // What was printed as it happened has scrolled away: what the runbook must name is said again.
  const shown =
    result.shown === true ? result.seen.filter(({ message }) => LASTING.test(message)) : result.seen;
  return [
    first,
    ...(healed ? [] : item(result.impact)),
    ...acts,
    ...(shown.length === 0 ? [] : [theme.bold('Seen'), ...seenIn(shown)]),
    ...(healed ? [] : [theme.bold('A correct cluster'), ...result.correct.flatMap(item)]),
    ...(healed ? [] : [theme.bold('What must not happen'), ...result.mustNot.flatMap(item)]),
    ...(result.expires === null || healed ? [] : item(`ends by itself: ${result.expires}`)),
    ...(result.heal === null ? [] : nextLines(result.heal, view)),
  ].join('\n');
}

/** Another master, and two at once. */
const LASTING = /^master moved|both (accept writes|say that they are the master)/;

const UNPROVED = 'convergence was not checked, because it was not proved before';

/** What was rolled back, and the state of the cluster. */
export function recoverText(result: RecoverResult, view: View): string {
  const theme = themeOf(view);
  const { cluster, what, undone, stays, started, keys, converged, master } = result;
  if (what === null) return `nothing to roll back on cluster "${cluster}": no run is unfinished`;
  const words =
    undone.length === 0
      ? `nothing that "${what}" had done to cluster "${cluster}" was left to roll back`
      : `rolled back what "${what}" had done to cluster "${cluster}"`;
  const item = (text: string): string[] => wrap(`  ${text}`, lineWidth(view), 4);
  return [
    converged
      ? theme.ok(`${SYMBOL.ok} ${words}; the cluster is converged again`)
      : theme.warn(`${words}; ${UNPROVED}`),
    ...undone.flatMap(item),
    ...stays.flatMap((words) => item(`done, and stays: ${words}`)),
    ...(started.length === 0 ? [] : item(`started, because it was down: ${listed(started)}`)),
    ...(keys === 0 ? [] : item(`removed ${count(keys, 'key')} that its clients had written`)),
    ...(master === null ? [] : item(`the master is ${master}`)),
    ...nextLines(command('status', cluster), view),
  ].join('\n');
}

/** The same for every cluster with an unfinished run. */
export const recoverAllText = (results: readonly RecoverResult[], view: View): string =>
  results.length === 0
    ? 'nothing to roll back on any cluster'
    : results.map((result) => recoverText(result, view)).join('\n');
