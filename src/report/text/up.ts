import type { UpResult } from '../../cluster/up/result.js';
import { formatAddress } from '../../model/address.js';
import { humanDurationMs } from '../../model/duration.js';
import { command } from '../../model/hints.js';
import { count, named } from '../../model/words.js';
import { together, wrap } from '../plain-text.js';
import { nextLines, warningLines } from './lines.js';
import { type Cell, table } from './table.js';
import { lineWidth, SYMBOL, themeOf, type View } from './theme.js';

/** The cluster's nodes and addresses, and the next commands. */
export function upText(result: UpResult, view: View): string {
  const theme = themeOf(view);
  const { cluster, driver, replicas, sentinels } = result;
  const proof = result.alreadyUp
    ? 'nothing was changed'
    : `converged in ${together(humanDurationMs(result.convergedMs))} (proved)`;
  const first = `${result.alreadyUp ? '' : `${SYMBOL.ok} `}${cluster} is ${result.alreadyUp ? 'already ' : ''}up: ${result.masterName} → ${named(result.master)}, ${count(replicas.length, 'replica')}, ${count(sentinels.length, 'sentinel')} (${driver}), ${proof}`;
  const nodes = [
    { role: 'master', ref: result.master },
    ...replicas.map((ref) => ({ role: 'replica', ref })),
    ...sentinels.map((ref) => ({ role: 'sentinel', ref })),
  ];
  const rows = nodes.map(({ role, ref }): Cell[] => [
    ref.id,
    { text: role, paint: (text) => theme.role(role, text) },
    formatAddress(ref),
  ]);
  const next = ['status', 'env', 'doctor'].map((name) => command(name, cluster));
  return [
    ...wrap(first, lineWidth(view), 2).map((line, i) => (i === 0 ? theme.ok(line) : line)),
    '',
    table([{ title: 'NODE' }, { title: 'ROLE', drop: 1 }, { title: 'ADDRESS' }], rows, view),
    ...routeLines(result, view),
    '',
    ...next.flatMap((line) => nextLines(line, view)),
  ].join('\n');
}

/** When this machine cannot reach the announced addresses, clients need the map to reachable ones. */
function routeLines(result: UpResult, view: View): string[] {
  if (result.routable) return [];
  const words = 'this machine cannot reach the announced addresses: clients need the natMap';
  const pairs = Object.entries(result.natMap ?? {}).map(([from, to]): Cell[] => [from, formatAddress(to)]);
  return [
    '',
    ...warningLines(words, view),
    ...(pairs.length === 0 ? [] : [table([{ title: 'ANNOUNCED' }, { title: 'REACHABLE AT' }], pairs, view)]),
    ...nextLines(command('env', result.cluster), view, 2),
  ];
}
