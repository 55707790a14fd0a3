import { listed } from '../../model/words.js';
import { wrap } from '../plain-text.js';
import { nextLines } from './lines.js';
import { lineWidth, SYMBOL, themeOf, type View } from './theme.js';

export interface UseResult {
  /** The cluster that `use` chose; null: none. */
  used: string | null;
  /** The cluster that a command works on where none is named; null for an attached one, by its sentinels' addresses. */
  cluster: string | null;
  /** What decides that. */
  from: 'flag' | 'environment' | 'file' | 'use' | 'only' | 'default';
  /** The clusters that are known here. */
  known: readonly string[];
  /** Whether this call chose one, or none. */
  changed: boolean;
}

const WHY: Readonly<Record<UseResult['from'], string>> = {
  flag: 'named on the command line',
  environment: 'named by a variable of this shell (SENTINELCTL_CLUSTER or REDIS_SENTINEL_ADDRS)',
  file: 'named by a settings file',
  use: 'chosen with sentinelctl use',
  only: 'the only one that is known here',
  default: 'used because no cluster is named or chosen',
};

/** Which cluster commands work on, and why; a choice that something stronger overrules is said. */
export function useText({ used, cluster, from, known, changed }: UseResult, view: View): string {
  if (from === 'default' && cluster !== null && !known.includes(cluster))
    return noneText(cluster, known, view);
  const theme = themeOf(view);
  const words = `cluster ${cluster ?? 'attached, by the addresses of its sentinels'}: ${WHY[from]}`;
  const overruled =
    changed && used !== null && used !== cluster
      ? wrap(
          `${SYMBOL.warn} ${used} was chosen, and is used once nothing stronger names a cluster`,
          lineWidth(view),
          2,
        )
      : [];
  return [...wrap(words, lineWidth(view), 2), ...overruled.map(theme.warn)].join('\n');
}

/** Where commands that name none work on a cluster that does not exist. */
function noneText(cluster: string, known: readonly string[], view: View): string {
  const words =
    known.length === 0
      ? `no cluster is chosen, and none is known here: up creates ${cluster}`
      : `no cluster is chosen; there ${known.length === 1 ? 'is' : 'are'} ${known.length}: ${listed(known)}`;
  return [
    ...wrap(words, lineWidth(view), 2),
    ...(known[0] === undefined ? [] : nextLines(`sentinelctl use ${known[0]}`, view)),
  ].join('\n');
}
