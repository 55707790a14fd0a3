import type { DownResult, RemovedData } from '../../cluster/down.js';
import type { LeftRunning } from '../../cluster/left-running.js';
import { formatAddress } from '../../model/address.js';
import { command } from '../../model/hints.js';
import { count, dataWords, heldWords, listed } from '../../model/words.js';
import { wrap } from '../plain-text.js';
import { nextLines, warningLines } from './lines.js';
import { lineWidth, SYMBOL, themeOf, type View } from './theme.js';

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
  const { data, keptData } = result;
  const left = result.leftRunning.flatMap((server) => leftLines(server, view));
  const wasDeleted = !keptData && data?.wasKept === true && data.nodes.length > 0;
  const none =
    left.length > 0 ? 'no node of it ran' : wasDeleted ? 'nothing ran' : 'there was nothing to remove';
  const what = parts.length === 0 ? none : `${listed(parts)} removed`;
  const went =
    data === undefined ? (keptData ? ', data kept' : '') : keptData ? keptWords(data) : deletedWords(data);
  const tick = left.length === 0 && (parts.length > 0 || wasDeleted) ? `${SYMBOL.ok} ` : '';
  const lines = wrap(`${tick}${cluster} is down: ${what}${went}`, lineWidth(view), 2).map((line, i) =>
    i === 0 && left.length === 0 ? theme.ok(line) : line,
  );
  if (!keptData) return [...lines, ...left].join('\n');
  const lost = data?.unsaved ?? null;
  const unsaved =
    lost === null
      ? []
      : warningLines(
          `${lost.node} held ${count(lost.keys, 'key')} in memory and writes nothing to disk: what only it held is lost`,
          view,
        );
  const places = data?.places.length
    ? wrap(
        `  kept in ${placesText(data.places)}; up starts the cluster with this data again`,
        lineWidth(view),
        4,
      )
    : [];
  return [...lines, ...unsaved, ...places, ...left, ...nextLines(command('up', cluster), view)].join('\n');
}

/** A server that is not ours: what it is, and how to find out more; the command that ends it stands behind `#`. */
function leftLines({ node, address, pid, command: started }: LeftRunning, view: View): string[] {
  const at = `${formatAddress(address)}, the address of ${node}`;
  const which = pid === null ? 'an unknown process' : `pid ${pid} (${started})`;
  const words = `${which} was left running at ${at}: it was not started by sentinelctl`;
  const next =
    pid === null
      ? `ss -ltnp 'sport = :${address.port}' # as root, shows its pid`
      : `ps -fp ${pid} # shows it; kill ${pid} ends it, or kill -9 ${pid} where it cannot save because its directory is gone`;
  return [...warningLines(words, view), ...nextLines(next, view, 2)];
}

const placesText = (places: readonly string[]): string =>
  places.some((place) => place.startsWith('/')) ? listed(places) : `the volumes ${listed(places)}`;

const keptWords = (data: RemovedData): string =>
  data.nodes.length === 0 ? ', and no data is on disk' : `, data kept: ${dataText(data)}`;

function deletedWords(data: RemovedData): string {
  if (data.wasKept) return data.nodes.length === 0 ? '' : `, kept data deleted (${dataWords(data)})`;
  if (data.keys === null && data.nodes.length === 0) return '';
  return data.keys === 0 ? ', it held no keys' : `, data deleted: ${dataText(data)}`;
}

const dataText = (data: RemovedData): string =>
  data.keys === null ? `${heldWords(data)}, number of keys unknown` : heldWords(data);

/** `down --all`: a line or two per cluster. */
export function downAllText(results: readonly DownResult[], view: View): string {
  if (results.length === 0) return 'no cluster exists here: nothing to remove';
  return results.map((result) => downText(result, view)).join('\n');
}
