// Draws what a terminal shows as SVG: text with its colours, light and dark. No script, no font, no network.

/** Pixels of one character cell, and around the text. */
const CELL = { width: 8.4, height: 18 };
const MARGIN = { side: 20, top: 44, bottom: 20 };
/** The 16 colours of a terminal that the output uses, by SGR code; all have a contrast of 4.5 or more. */
export const THEMES = {
  light: {
    paper: '#ffffff',
    frame: '#d0d7de',
    text: '#1f2328',
    dim: '#59636e',
    31: '#b3202c',
    32: '#116329',
    33: '#7d4e00',
    34: '#0550ae',
    35: '#6639ba',
    36: '#1b5e6b',
    90: '#59636e',
  },
  dark: {
    paper: '#0d1117',
    frame: '#30363d',
    text: '#e6edf3',
    dim: '#9198a1',
    31: '#ff7b72',
    32: '#56d364',
    33: '#e3b341',
    34: '#79c0ff',
    35: '#d2a8ff',
    36: '#76e3ea',
    90: '#9198a1',
  },
};

const ESCAPE = String.fromCharCode(27);
/** Select Graphic Rendition, or a text without an escape. */
const SGR = new RegExp(`${ESCAPE}\\[([\\d;]*)m|([^${ESCAPE}]+)`, 'g');

/** A line as runs of one style: SGR sequences (ECMA-48) become a colour, bold and dim. */
function runsOf(line) {
  const runs = [];
  let style = { colour: null, bold: false, dim: false };
  for (const [, codes, text] of line.matchAll(SGR)) {
    if (text !== undefined) runs.push({ ...style, text });
    else
      for (const code of (codes || '0').split(';').map(Number)) {
        if (code === 0) style = { colour: null, bold: false, dim: false };
        else if (code === 1) style = { ...style, bold: true };
        else if (code === 2) style = { ...style, dim: true };
        else if (code === 22) style = { ...style, bold: false, dim: false };
        else if (code === 39) style = { ...style, colour: null };
        else style = { ...style, colour: code };
      }
  }
  return runs;
}

const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const plain = (line) =>
  runsOf(line)
    .map((run) => run.text)
    .join('');

/** The text of one line, `row` from 0, as SVG elements. */
function lineSvg(line, row, theme) {
  let column = 0;
  const y = MARGIN.top + (row + 0.75) * CELL.height;
  return runsOf(line)
    .map(({ text, colour, bold, dim }) => {
      const cells = [...text].length;
      const x = MARGIN.side + column * CELL.width;
      column += cells;
      if (text.trim() === '') return '';
      const fill = (colour !== null && theme[colour]) || (dim ? theme.dim : theme.text);
      // textLength keeps the columns aligned in whichever monospaced font the reader has.
      return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" fill="${fill}"${bold ? ' font-weight="bold"' : ''} textLength="${(cells * CELL.width).toFixed(1)}" lengthAdjust="spacingAndGlyphs" xml:space="preserve">${escaped(text)}</text>`;
    })
    .join('');
}

/** A window with a frame and three dots around what `content` draws. */
function windowSvg({ columns, rows, theme, title, style = '' }, content) {
  const width = Math.ceil(columns * CELL.width + 2 * MARGIN.side);
  const height = rows * CELL.height + MARGIN.top + MARGIN.bottom;
  const dots = [0, 1, 2].map(
    (i) => `<circle cx="${MARGIN.side + 6 + i * 18}" cy="20" r="5.5" fill="${theme.frame}"/>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}" font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14">
<title>${title}</title>
${style}<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8" fill="${theme.paper}" stroke="${theme.frame}"/>
${dots.join('')}
${content.filter(Boolean).join('\n')}
</svg>
`;
}

/** A picture of these lines. */
export function svg(lines, theme, title) {
  const columns = Math.max(...lines.map((line) => [...plain(line)].length));
  const content = lines.map((line, row) => lineSvg(line, row, theme));
  return windowSvg({ columns, rows: lines.length, theme, title }, content);
}

/**
 * A recording: each frame is shown at its time, `{ atMs, lines }`, and the whole again and again. A line that stays is
 * drawn once. Readers who want no movement see the frame `still`.
 */
export function recordingSvg(frames, { durationMs, still, theme, title }) {
  const rows = Math.max(...frames.map((frame) => frame.lines.length));
  const columns = Math.max(...frames.flatMap(({ lines }) => lines.map((line) => [...plain(line)].length)));
  const percent = (ms) => ((100 * ms) / durationMs).toFixed(2);
  const rules = [];
  const content = [];
  for (let row = 0; row < rows; row += 1) {
    const shown = new Map();
    for (const [i, { atMs, lines }] of frames.entries()) {
      const line = lines[row] ?? '';
      if (plain(line).trim() === '') continue;
      const span = { from: atMs, to: frames[i + 1]?.atMs ?? durationMs, isStill: frames[i] === still };
      const spans = shown.get(line) ?? [];
      const last = spans.at(-1);
      if (last?.to === span.from) {
        last.to = span.to;
        last.isStill ||= span.isStill;
      } else spans.push(span);
      shown.set(line, spans);
    }
    for (const [line, spans] of shown) {
      const [only] = spans;
      if (spans.length === 1 && only.from === 0 && only.to === durationMs) {
        content.push(lineSvg(line, row, theme));
        continue;
      }
      const name = `l${rules.length}`;
      const keys = spans.flatMap(({ from, to }) => [
        `${percent(from)}%{visibility:visible}`,
        ...(to < durationMs ? [`${percent(to)}%{visibility:hidden}`] : []),
      ]);
      const begin = spans[0].from > 0 ? '0%{visibility:hidden}' : '';
      rules.push(`@keyframes ${name}{${begin}${keys.join('')}}#${name}{animation-name:${name}}`);
      const base = spans.some((span) => span.isStill) ? 'visible' : 'hidden';
      content.push(`<g id="${name}" class="m" visibility="${base}">${lineSvg(line, row, theme)}</g>`);
    }
  }
  const style = `<style>.m{animation:${durationMs}ms step-end infinite}
${rules.join('\n')}
@media (prefers-reduced-motion:reduce){.m{animation:none!important}}</style>
`;
  return windowSvg({ columns, rows, theme, title, style }, content);
}
