// Writes src/report/html/assets.ts from what src/report/html/client/ holds: the style sheets, and the modules of the
// script as one script of JavaScript. A module of strings is the same for tsc, for a bundler and for tests from source. `--check` writes
// nothing and fails when the file is out of date.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const root = fileURLToPath(new URL('..', import.meta.url));
const client = join(root, 'src/report/html/client');
const assets = join(root, 'src/report/html/assets.ts');

/** Without comments and line breaks. Nothing else: this is not a parser, and the strings in the style have single spaces. */
function style(name) {
  const css = readFileSync(join(client, name), 'utf8');
  return css
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/\s+/g, ' ')
    .trim();
}

/** tsc checks the types and removes the comments, rolldown joins the modules. */
async function script(name) {
  const out = mkdtempSync(join(tmpdir(), 'sentinelctl-client-'));
  try {
    const tsc = join(root, 'node_modules/.bin/tsc');
    execFileSync(tsc, ['-p', client, '--noEmit', 'false', '--outDir', out], {
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    const bundle = await rolldown({ input: join(out, name), cwd: out });
    const { output } = await bundle.generate({ format: 'iife' });
    await bundle.close();
    // What is left are rolldown's own: where a module begins.
    return output[0].code.replace(/^\s*\/\/.*\n/gm, '');
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

const literal = (text) => `\`${text.replace(/[\\`]|\$\{/g, (c) => `\\${c}`)}\``;
const text = `// Written by scripts/client.mjs from client/; a test fails when it is out of date.

/** The style of every page. */
export const STYLE = ${literal(style('report.css'))};

/** What the sweep's chart needs besides. */
export const SWEEP_STYLE = ${literal(style('sweep.css'))};

/** The script of the page of a failover-test. */
export const SCRIPT = ${literal(await script('script.js'))};

/** The script of the page of a sweep. */
export const SWEEP_SCRIPT = ${literal(await script('sweep.js'))};
`;

if (!argv.includes('--check')) writeFileSync(assets, text);
else if (readFileSync(assets, 'utf8') !== text) {
  throw new Error('src/report/html/assets.ts is out of date: npm run build:client');
}
