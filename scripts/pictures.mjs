// Draws docs/pictures/*.svg from real output: a cluster comes up, `status` and `failover-test` are run, and what they
// print is drawn as a terminal, light and dark. `npm run docs:pictures`; needs dist/ and a redis-server.
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const BIN = fileURLToPath(new URL('../dist/bin/sentinelctl.js', import.meta.url));
const PICTURES = new URL('../docs/pictures/', import.meta.url);

/** Pixels of one character cell, and around the text. */
const CELL = { width: 8.4, height: 18 };
const MARGIN = { side: 20, top: 44, bottom: 20 };
/** The 16 colours of a terminal that the output uses, by SGR code; all have a contrast of 4.5 or more. */
const THEMES = {
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

function run(words, env) {
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, [BIN, ...words], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (part) => {
      text += part;
    });
    child.on('error', fail);
    child.on('close', (code) =>
      code === 0 ? done(text.trimEnd()) : fail(new Error(`${words.join(' ')} exits ${code}:\n${text}`)),
    );
  });
}

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

function svg(lines, theme, title) {
  const columns = Math.max(
    ...lines.map(
      (line) =>
        [
          ...runsOf(line)
            .map((r) => r.text)
            .join(''),
        ].length,
    ),
  );
  const width = Math.ceil(columns * CELL.width + 2 * MARGIN.side);
  const height = lines.length * CELL.height + MARGIN.top + MARGIN.bottom;
  const rows = lines.map((line, row) => {
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
  });
  const dots = [0, 1, 2].map(
    (i) => `<circle cx="${MARGIN.side + 6 + i * 18}" cy="20" r="5.5" fill="${theme.frame}"/>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}" font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14">
<title>${title}</title>
<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8" fill="${theme.paper}" stroke="${theme.frame}"/>
${dots.join('')}
${rows.filter(Boolean).join('\n')}
</svg>
`;
}

const home = await mkdtemp(join(tmpdir(), 'sentinelctl-pictures-'));
const bare = Object.entries(process.env).filter(([name]) => !/^(SENTINELCTL_|REDIS_|NO_COLOR)/.test(name));
const env = { ...Object.fromEntries(bare), SENTINELCTL_HOME: home, FORCE_COLOR: '1', COLUMNS: '80' };
try {
  await run(['up', '--driver', 'process', '--quiet'], env);
  const lines = [];
  for (const words of [['status'], ['failover-test', '--quiet']]) {
    lines.push(`\u001b[1m$ sentinelctl ${words.filter((w) => w !== '--quiet').join(' ')}\u001b[0m`);
    lines.push(...(await run(words, env)).split('\n'), '');
  }
  await mkdir(PICTURES, { recursive: true });
  for (const [name, theme] of Object.entries(THEMES)) {
    const title = 'sentinelctl status and sentinelctl failover-test in a terminal';
    await writeFile(new URL(`failover-${name}.svg`, PICTURES), svg(lines.slice(0, -1), theme, title));
  }
} finally {
  await run(['down', '--all', '--quiet'], env).catch(() => {});
  await rm(home, { recursive: true, force: true });
}
