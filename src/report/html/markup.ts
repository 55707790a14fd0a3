import { createHash } from 'node:crypto';
import { humanDurationMs } from '../../model/duration.js';
import { metricText } from '../words/metrics.js';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text for an element or a quoted attribute. Everything that a server sent goes through here. */
export function html(text: string): string {
  return (
    text
      .replaceAll('\u00a0', ' ')
      // Characters that an HTML parser replaces, or that are invisible.
      .replace(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, ' ')
      .replace(/[&<>"']/g, (c) => ENTITIES[c] ?? c)
  );
}

/** JSON for a script element: it cannot end the element or begin a comment in it. */
function jsonForScript(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** `/summary/client.outageMs/p50` (RFC 6901): where a number stands in the embedded JSON. */
function pointer(...path: readonly (string | number)[]): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** A measured number in words, with its place in the embedded JSON, so that both can be compared. */
export function measured(
  metric: string,
  value: number | null | undefined,
  ...path: (string | number)[]
): string {
  if (value === null || value === undefined) return '<span class="none">–</span>';
  return `<data value="${value}" data-at="${html(pointer(...path))}">${html(metricText(metric, value))}</data>`;
}

/** A moment on a trial's clock: `−8 ms`, `3.74 s`. */
export const moment = (ms: number): string => (ms < 0 ? `−${humanDurationMs(-ms)}` : humanDurationMs(ms));

/** Cells of a table's head and body that are markup already; scrolls by itself where it is wider than the page. */
export function tableHtml(
  caption: string,
  titles: readonly string[],
  rows: readonly (readonly string[])[],
  numeric: readonly number[] = [],
): string {
  if (rows.length === 0) return '';
  const kind = (i: number): string => (numeric.includes(i) ? ' class="n"' : '');
  const head = titles.map((t, i) => `<th scope="col"${kind(i)}>${html(t)}</th>`).join('');
  const body = rows
    .map((cells) => {
      const tds = cells.map((cell, i) =>
        i === 0 ? `<th scope="row"${kind(i)}>${cell}</th>` : `<td${kind(i)}>${cell}</td>`,
      );
      return `<tr>${tds.join('')}</tr>`;
    })
    .join('\n');
  return `<div class="wide" tabindex="0" role="region" aria-label="${html(caption)}"><table><caption>${html(caption)}</caption><thead><tr>${head}</tr></thead><tbody>\n${body}\n</tbody></table></div>`;
}

/** One lane: its name stays at the left while its track scrolls; `note` is below the name. */
export function lane(kind: string, name: string, note: string, track: string): string {
  const small = note === '' ? '' : `<small>${html(note)}</small>`;
  return `<div class="lane ${kind}" data-lane="${html(name)}"><div class="name">${html(name)}${small}</div><div class="track">${track}</div></div>`;
}

/** A focusable element on a track; `words` are its tooltip. */
export function stretch(kind: string, where: string, words: string, text: string): string {
  return `<button type="button" class="${kind}" style="${where}" tabindex="-1" aria-label="${html(words)}"><span>${html(text)}</span></button>`;
}

/** A command to copy. */
export const commandHtml = (command: string): string =>
  `<pre class="command" tabindex="0"><code>${html(command)}</code></pre>`;

/**
 * One page that needs nothing else: no network, no file beside it. The result is in it as JSON (`#result`). The
 * page's own policy allows no script but the one given, whatever a server may have put into a message.
 */
export function documentHtml(parts: {
  title: string;
  style: string;
  /** For browsers that run no script. */
  noScriptStyle?: string;
  main: string;
  /** After the main part. */
  extra?: string;
  result: unknown;
  script?: string;
}): string {
  const { title, style, noScriptStyle, main, extra = '', result, script } = parts;
  const hash = script === undefined ? null : createHash('sha256').update(script).digest('base64');
  const policy = [
    "default-src 'none'",
    "style-src 'unsafe-inline'",
    ...(hash === null ? [] : [`script-src 'sha256-${hash}'`]),
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${html(title)}</title>
<style>${style}</style>${noScriptStyle === undefined ? '' : `\n<noscript><style>${noScriptStyle}</style></noscript>`}
</head>
<body>
<main>
${main}
</main>${extra}
<script type="application/json" id="result">${jsonForScript(result)}</script>${script === undefined ? '' : `\n<script>${script}</script>`}
</body>
</html>
`;
}
