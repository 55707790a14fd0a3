// Draws docs/pictures/*.svg from real output: a cluster comes up, `status` and `failover-test` are run, and what they
// print on a terminal is drawn, light and dark. `npm run docs:pictures`; needs dist/, a redis-server, and `script` of
// util-linux.
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { svg, THEMES } from './terminal-svg.mjs';

const BIN = fileURLToPath(new URL('../dist/bin/sentinelctl.js', import.meta.url));
const PICTURES = new URL('../docs/pictures/', import.meta.url);

function run(words, env) {
  return new Promise((done, fail) => {
    // A terminal of its own: on one, `status` also counts what doctor finds more.
    const line = `stty cols 80; exec '${process.execPath}' '${BIN}' ${words.join(' ')}`;
    const child = spawn('script', ['-q', '-f', '-e', '-c', line, '/dev/null'], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (part) => {
      text += part;
    });
    child.on('error', fail);
    child.on('close', (code) =>
      code === 0
        ? done(text.replaceAll('\r', '').trimEnd())
        : fail(new Error(`${words.join(' ')} exits ${code}:\n${text}`)),
    );
  });
}

const home = await mkdtemp(join(tmpdir(), 'sentinelctl-pictures-'));
const bare = Object.entries(process.env).filter(
  ([name]) => !/^(SENTINELCTL_|REDIS_|NO_COLOR|COLUMNS|LINES)/.test(name),
);
const env = { ...Object.fromEntries(bare), SENTINELCTL_HOME: home, FORCE_COLOR: '1', TERM: 'xterm-256color' };
try {
  await run(['up', '--driver', 'process', '--quiet'], env);
  const lines = [];
  for (const [word, ...unasked] of [['status'], ['failover-test', '--quiet', '--yes']]) {
    lines.push(`\u001b[1m$ sentinelctl ${word}\u001b[0m`);
    lines.push(...(await run([word, ...unasked], env)).split('\n'), '');
  }
  await mkdir(PICTURES, { recursive: true });
  for (const [name, theme] of Object.entries(THEMES)) {
    const title = 'sentinelctl status and sentinelctl failover-test in a terminal';
    await writeFile(new URL(`failover-${name}.svg`, PICTURES), svg(lines.slice(0, -1), theme, title));
  }
} finally {
  await run(['down', '--all', '--yes', '--quiet'], env).catch(() => {});
  await rm(home, { recursive: true, force: true });
}
