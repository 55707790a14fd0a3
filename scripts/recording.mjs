// Draws docs/pictures/watch-*.svg from a real `status --watch`: a cluster comes up, its master is killed, the sentinels
// replace it, and it is started again. `npm run docs:recording`; needs dist/, a redis-server, and `script` of util-linux.
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { recordingSvg, THEMES } from './terminal-svg.mjs';

const BIN = fileURLToPath(new URL('../dist/bin/sentinelctl.js', import.meta.url));
const PICTURES = new URL('../docs/pictures/', import.meta.url);
const SIZE = { columns: 92, rows: 34 };
/** How long the watch may take to show what it waits for, in milliseconds. */
const SHOWS_MS = 60_000;
/** How long a state that nothing ends is shown, in milliseconds. */
const REST_MS = 2500;
/** Every sentinel names another master than redis-1. */
const MOVED = /^(sentinel-\d +\S+ +redis-[23] .*\n?){3}/m;
const TITLE =
  'sentinelctl status --watch: the master is killed, the sentinels elect another one, and the old one comes back as its replica';

const ESCAPE = String.fromCharCode(27);
/** What src/tui/screen.ts writes around each frame. */
const FRAME = new RegExp(`${ESCAPE}\\[\\?2026h${ESCAPE}\\[H(.*?)${ESCAPE}\\[\\?2026l`, 'gs');
/** Clearing behind a line and below the last. */
const CLEARING = new RegExp(`${ESCAPE}\\[[KJ]`, 'g');

const home = await mkdtemp(join(tmpdir(), 'sentinelctl-recording-'));
const bare = Object.entries(process.env).filter(
  ([name]) => !/^(SENTINELCTL_|REDIS_|NO_COLOR|COLUMNS|LINES)/.test(name),
);
const env = { ...Object.fromEntries(bare), SENTINELCTL_HOME: home, TERM: 'xterm-256color', FORCE_COLOR: '1' };

async function run(...words) {
  const child = spawn(process.execPath, [BIN, ...words, '--quiet'], {
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const code = await new Promise((done, fail) => child.on('error', fail).on('close', done));
  if (code !== 0) throw new Error(`${words.join(' ')} exits ${code}`);
}

/** A watch on a terminal of its own, and its frames so far. */
function watch() {
  const line = `stty cols ${SIZE.columns} rows ${SIZE.rows}; exec '${process.execPath}' '${BIN}' status --watch 500ms`;
  const child = spawn('script', ['-q', '-f', '-e', '-c', line, '/dev/null'], {
    env,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const began = performance.now();
  const frames = [];
  const waiting = new Set();
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (part) => {
    rest += part;
    let end = 0;
    for (const match of rest.matchAll(FRAME)) {
      end = match.index + match[0].length;
      // The terminal adds a carriage return to each line feed.
      const lines = match[1].replace(CLEARING, '').split(/\r*\n/);
      frames.push({ atMs: performance.now() - began, lines });
    }
    rest = rest.slice(end);
    for (const look of waiting) look();
  });
  const ended = new Promise((done) => child.on('close', done));
  return {
    frames,
    /** Waits until a frame matches. */
    shows(pattern) {
      return new Promise((done, fail) => {
        const late = setTimeout(() => missed('in time'), SHOWS_MS);
        const look = () => {
          if (!pattern.test(textOf(frames.at(-1)))) return;
          waiting.delete(look);
          clearTimeout(late);
          done();
        };
        const missed = (why) => fail(new Error(`not shown ${why}: ${pattern}\n${textOf(frames.at(-1))}`));
        waiting.add(look);
        look();
        void ended.then(() => missed('before the watch ended'));
      });
    },
    async quit() {
      child.stdin.write('q');
      await ended;
    },
    /** Ends it however far it is. */
    stop: () => child.kill(),
  };
}

const STYLE = new RegExp(`${ESCAPE}\\[[\\d;]*m`, 'g');
const textOf = (frame) => (frame?.lines ?? []).join('\n').replace(STYLE, '');
const rest = () => new Promise((done) => setTimeout(done, REST_MS));

let watching;
try {
  await run('up', '--driver', 'process');
  watching = watch();
  await watching.shows(/^HEALTHY/m);
  await rest();
  await run('kill', 'redis-1');
  await watching.shows(MOVED);
  await rest();
  await run('start', 'redis-1');
  await watching.shows(/^HEALTHY[\s\S]*redis-1 {2}replica/m);
  await rest();
  await watching.quit();
  // From the first look on, with the end shown as long as any other state.
  const first = watching.frames.findIndex((frame) => /HEALTHY/.test(textOf(frame)));
  const [{ atMs: beganMs }] = watching.frames.slice(first);
  const frames = watching.frames.slice(first).map(({ atMs, lines }) => ({ atMs: atMs - beganMs, lines }));
  const durationMs = Math.round(frames.at(-1).atMs + REST_MS);
  const still = frames.find((frame) => MOVED.test(textOf(frame)));
  await mkdir(PICTURES, { recursive: true });
  for (const [name, theme] of Object.entries(THEMES))
    await writeFile(
      new URL(`watch-${name}.svg`, PICTURES),
      recordingSvg(frames, { durationMs, still, theme, title: TITLE }),
    );
} finally {
  watching?.stop();
  await run('down', '--all', '--yes').catch(() => {});
  await rm(home, { recursive: true, force: true });
}
