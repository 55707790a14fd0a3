import { execFile, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { systemClock } from '../../src/clock.js';
import { until } from '../../src/until.js';
import { BIN, RATE } from './cli.js';
import { openTmuxControl } from './tmux-control.js';

export const hasTmux = spawnSync('tmux', ['-V']).status === 0;

/** What the shell in the terminal says when it waits for a command. */
export const PROMPT = 'ready>';

/** How long the screen may take to become what it should, in milliseconds. */
const SCREEN_MS = 30_000;

/** A real terminal with bash in it, in which keys are pressed and whose screen is read. */
export interface Terminal {
  /** Types a command line and presses Enter, on an empty screen, once the shell waits for one. */
  run(line: string): Promise<void>;
  /** Types letter by letter. */
  type(text: string): Promise<void>;
  /** Presses keys by tmux's names: `Enter`, `Down`, `Escape`, `C-c`, `q`. */
  press(...keys: string[]): Promise<void>;
  /** What is on the screen, without empty lines at the end. */
  screen(): Promise<string>;
  /** All that was written, what scrolled away too; lines that the terminal had to break are whole again. */
  written(): Promise<string>;
  /** Waits until the screen matches, and answers it. */
  shows(pattern: RegExp): Promise<string>;
  /** Waits until a command has ended, and answers its exit code. */
  exitCode(): Promise<number>;
  resize(columns: number, rows: number): Promise<void>;
  /** What tmux knows of the pane: `alternate_on`, `cursor_flag`. */
  flag(name: string): Promise<string>;
  close(): Promise<void>;
}

export interface TerminalOptions {
  /** The state directory. */
  home: string;
  columns?: number;
  rows?: number;
  env?: Record<string, string>;
}

/** Starts a tmux server of its own, which knows nothing of any other; `close` ends it. */
export async function openTerminal(options: TerminalOptions): Promise<Terminal> {
  const { home, columns = 100, rows = 40 } = options;
  const dir = await mkdtemp(join(tmpdir(), 'sentinelctl-tmux-'));
  await mkdir(join(dir, 'bin'));
  await symlink(BIN, join(dir, 'bin', 'sentinelctl'));
  const own = Object.entries(process.env).filter(
    ([name]) =>
      !/^(TMUX|SENTINELCTL_(?!REDIS_SERVER$)|REDIS_|NO_COLOR$|FORCE_COLOR$|COLUMNS$|LINES$)/.test(name),
  );
  const env = {
    ...Object.fromEntries(own),
    ...options.env,
    PATH: [join(dir, 'bin'), dirname(process.execPath), process.env.PATH ?? ''].join(delimiter),
    SENTINELCTL_HOME: home,
    ...RATE,
    TMUX_TMPDIR: dir,
    LC_ALL: 'C.UTF-8',
  };
  const server = ['-u', '-L', 'test', '-f', '/dev/null'];
  // tmux starts it by a shell that is not interactive, and such a one takes PS1 out of the environment.
  const shell = `exec env PS1='${PROMPT} ' bash --norc --noprofile`;
  const size = ['-x', String(columns), '-y', String(rows)];
  const session = [
    'new-session',
    '-d',
    '-s',
    'main',
    ...size,
    shell,
    ';',
    'set-option',
    '-g',
    'status',
    'off',
  ];
  await promisify(execFile)('tmux', [...server, ...session], { cwd: home, env });
  const control = openTmuxControl(server, 'main', { cwd: home, env });
  const tmux = control.ask;

  const terminal: Terminal = {
    async run(line) {
      // What is typed before the shell reads is on the screen twice, and what it clears goes to the history.
      await terminal.shows(new RegExp(`(^|\\n)${PROMPT}$`));
      await terminal.press('C-l');
      await terminal.shows(new RegExp(`^${PROMPT}$`));
      await tmux('clear-history', '-t', 'main');
      await terminal.type(line);
      await terminal.press('Enter');
    },
    type: async (text) => void (await tmux('send-keys', '-t', 'main', '-l', '--', text)),
    press: async (...keys) => void (await tmux('send-keys', '-t', 'main', ...keys)),
    screen: async () => (await tmux('capture-pane', '-p', '-t', 'main')).trimEnd(),
    written: async () => (await tmux('capture-pane', '-p', '-J', '-S', '-', '-t', 'main')).trimEnd(),
    async shows(pattern) {
      let last = '';
      const look = async (): Promise<string | undefined> => {
        last = await terminal.screen();
        return pattern.test(last) ? last : undefined;
      };
      const found = await until(look, { clock: systemClock, everyMs: 100, deadlineMs: SCREEN_MS });
      if (found === undefined) throw new Error(`the screen never showed ${pattern}; it shows:\n${last}`);
      return found;
    },
    async exitCode() {
      await terminal.shows(new RegExp(`^${PROMPT}$`, 'm'));
      await terminal.type('echo "code=$?"');
      await terminal.press('Enter');
      return Number(/^code=(\d+)$/m.exec(await terminal.shows(/^code=\d+$/m))?.[1]);
    },
    resize: async (c, r) =>
      void (await tmux('resize-window', '-t', 'main', '-x', String(c), '-y', String(r))),
    flag: async (name) => (await tmux('display-message', '-p', '-t', 'main', `#{${name}}`)).trim(),
    async close() {
      await tmux('kill-server').catch(() => {});
      await control.ended;
      await rm(dir, { recursive: true, force: true });
    },
  };
  try {
    await terminal.shows(new RegExp(`^${PROMPT}`));
    return terminal;
  } catch (error) {
    await terminal.close();
    throw error;
  }
}
