import type { DownResult } from '../../cluster/down.js';
import { command } from '../../model/hints.js';
import { count, dataWords, listed } from '../../model/words.js';
import { wrap } from '../plain-text.js';
import { nextLines } from './lines.js';
import { lineWidth, themeOf, type View } from './theme.js';

const NOUNS = {
  processes: 'process',
  containers: 'container',
  networks: 'network',
  volumes: 'volume',
} as const;

/** What was removed, in counts. */
export function downText(result: DownResult, view: View): string {
  const theme = themeOf(view);
  const { cluster, removed } = result;
  const parts = (Object.keys(NOUNS) as (keyof typeof NOUNS)[])
    .filter((key) => removed[key] > 0)
    .map((key) => (removed[key] === 1 ? count(1, NOUNS[key]) : `${removed[key]} ${key}`));
  const isDeleted = !result.keptData && result.data !== undefined;
  const what =
    parts.length === 0
      ? isDeleted
        ? 'nothing ran'
        : 'there was nothing to remove'
      : `${listed(parts)} removed`;
  const data = result.data === undefined ? '' : ` (${dataWords(result.data)})`;
  const kept = result.keptData ? `, data kept${data}` : data === '' ? '' : `, kept data deleted${data}`;
  const lines = wrap(`${cluster} is down: ${what}${kept}`, lineWidth(view), 2).map((line, i) =>
    i === 0 ? theme.ok(line) : line,
  );
  return [...lines, ...(result.keptData ? nextLines(command('up', cluster), view) : [])].join('\n');
}

/** `down --all`: a line or two per cluster. */
export function downAllText(results: readonly DownResult[], view: View): string {
  if (results.length === 0) return 'no cluster exists here: nothing to remove';
  return results.map((result) => downText(result, view)).join('\n');
}
