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

/** A moment on the wall clock in UTC; the page's script adds the reader's own time. */
export function timeHtml(iso: string): string {
  const utc = html(iso.replace('T', ' ').replace(/\.\d+Z$|Z$/, ' UTC'));
  return `<time datetime="${html(iso)}">${utc}</time>`;
}

/** A part of the page with its own place in the contents. */
export const sectionHtml = (id: string, title: string, body: string): string =>
  `<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${html(title)}</h2>${body}</section>`;

/** Rows of a table under a title of their own. */
export interface RowGroup {
  title: string;
  rows: readonly (readonly string[])[];
}

/**
 * Cells of a table's head and body that are markup already. On a narrow screen each row becomes a list, with the
 * column's title before each value (`data-title`); the roles keep it a table for a screen reader.
 */
export function tableHtml(
  caption: string,
  titles: readonly string[],
  rows: readonly (readonly string[])[],
  numeric: readonly number[] = [],
): string {
  return groupedTableHtml(caption, titles, [{ title: '', rows }], numeric);
}

/** The same, with its rows in groups; a group without rows is left out. */
export function groupedTableHtml(
  caption: string,
  titles: readonly string[],
  groups: readonly RowGroup[],
  numeric: readonly number[] = [],
): string {
  const filled = groups.filter((g) => g.rows.length > 0);
  if (filled.length === 0) return '';
  const kind = (i: number): string => (numeric.includes(i) ? ' class="n"' : '');
  const head = titles.map((t, i) => `<th scope="col" role="columnheader"${kind(i)}>${html(t)}</th>`).join('');
  const row = (cells: readonly string[]): string => {
    const tds = cells.map((cell, i) =>
      i === 0
        ? `<th scope="row" role="rowheader">${cell}</th>`
        : `<td role="cell"${kind(i)} data-title="${html(titles[i] ?? '')}"><span>${cell}</span></td>`,
    );
    return `<tr role="row">${tds.join('')}</tr>`;
  };
  const bodies = filled.map(({ title, rows }) => {
    const named =
      title === ''
        ? ''
        : `<tr role="row" class="group-title"><th scope="rowgroup" role="rowheader" colspan="${titles.length}">${html(title)}</th></tr>\n`;
    return `<tbody role="rowgroup">\n${named}${rows.map(row).join('\n')}\n</tbody>`;
  });
  return `<table role="table" class="${titles.length > 2 ? 'many' : 'pairs'}"><caption>${html(caption)}</caption><thead role="rowgroup"><tr role="row">${head}</tr></thead>${bodies.join('')}</table>`;
}

/**
 * One lane: its name beside its track, above it on a narrow screen; `note` is below the name. The page's script shows
 * there what the lane was at the cursor. `tools` stands beside the name.
 */
export function lane(kind: string, name: string, note: string, track: string, tools = ''): string {
  const small = note === '' ? '' : `<small class="note">${html(note)}</small>`;
  return `<div class="lane ${kind}" data-lane="${html(name)}"><div class="name"><span>${html(name)}</span>${small}<small class="now" aria-hidden="true"></small>${tools}</div><div class="track">${track}</div></div>`;
}

/** A focusable element on a track; `words` are its tooltip, and its name with the text in it, which can be spoken. */
export function stretch(kind: string, where: string, words: string, text: string): string {
  const name = words.includes(text) ? words : `${words}\n${text}`;
  return `<button type="button" class="${kind}" style="${where}" tabindex="-1" aria-label="${html(name)}"><span>${html(text)}</span></button>`;
}

/** A command to copy; the page's script shows the button. */
export const commandHtml = (command: string): string =>
  `<div class="command"><pre tabindex="0"><code>${html(command)}</code></pre><button type="button" class="copy" hidden>Copy</button></div>`;

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
