import type { Beyond } from '../src/checks/beyond.js';
import type { Streamed } from '../src/cli/command.js';
import { defineCommand } from '../src/cli/command.js';
import type { Context } from '../src/cli/context.js';
import { option } from '../src/cli/option.js';
import { statusExitCode } from '../src/model/agreement.js';
import { formatDurationMs } from '../src/model/duration.js';
import type { StatusResult } from '../src/model/status.js';
import type { ExitOn } from '../src/model/verdict.js';
import { statusDocument } from '../src/report/documents.js';
import { hasMany, moreLines, statusText } from '../src/report/text/status.js';
import type { View } from '../src/report/text/theme.js';
import { STATUS_ROWS } from '../src/report/tsv.js';
import { lookDeadlineMs } from './shared/deadline.js';
import { EXIT_ON_OPTION } from './shared/exit-on.js';
import { statusOf, surveyed } from './shared/status-of.js';
import { targetSource } from './shared/target.js';

interface Shown {
  status: StatusResult;
  /** What doctor finds more; null where that was not asked. */
  found: Beyond | null;
  /** Whether the status itself is printed already. */
  printed: boolean;
  all: boolean;
  exitOn: ExitOn;
}

/** How many lines a terminal shows above the prompt, and how many of them are for what `status` does not check. */
const SCREEN = 23;
const MORE = 3;

/** The interval of `--watch` alone, in milliseconds. */
const WATCH_EVERY_MS = 2000;

export default defineCommand({
  description:
    'Exits 0 when HEALTHY, 1 when DOWN, AT RISK or DEGRADED, 2 when UNKNOWN, 5 when nothing answers. --watch redraws the terminal at each interval and lists\n' +
    'what changed; without a terminal it prints a block for each interval, with --json one document per line. q ends it\n' +
    'with the exit code of the last status, Ctrl-C with 130. On a terminal, and where something is wrong, the last line\n' +
    'counts what doctor finds more; else a healthy first line says that the checks of doctor were not run.',
  examples: [
    'sentinelctl status',
    'sentinelctl status --json',
    'sentinelctl status --watch',
    'sentinelctl status --sentinel-addrs 127.0.0.1:26379',
  ],
  options: {
    watchMs: option.duration('--watch [interval]', {
      summary: `refresh every ${formatDurationMs(WATCH_EVERY_MS)}, or at this interval`,
      minMs: 100,
      maxMs: 3_600_000,
      alone: WATCH_EVERY_MS,
      flagOnly: true,
    }),
    exitOn: EXIT_ON_OPTION,
    all: option.flag('--all', {
      summary: 'show every sentinel and every problem in full, and of many masters the healthy ones too',
      flagOnly: true,
    }),
  },
  async prepare() {
    const [{ loadLibrary }] = await Promise.all([
      import('../src/wire/library.js'),
      import('../src/cluster/target.js'),
    ]);
    loadLibrary();
  },
  async run(context, { options: { watchMs, exitOn, all } }): Promise<Shown | Streamed> {
    const source = await targetSource(context);
    if (watchMs === undefined) {
      const target = await source();
      const beganMs = context.clock.now();
      const status = await statusOf(context, target, context.signal);
      if (!isWorthMore(context, status, context.clock.now() - beganMs))
        return { status, found: null, printed: false, exitOn, all };
      // What is known is shown at once, and what costs another round of questions below it.
      await context.write(`${textOf(status, context.stdout, all, true)}\n`).catch(() => {});
      const { findingsBeyond } = await import('./shared/diagnosis.js');
      // What is printed stands, with its exit code: a diagnosis that fails says nothing more.
      const found = await findingsBeyond(context, target, status).catch(() => null);
      context.signal.throwIfAborted();
      return { status, found, printed: true, exitOn, all };
    }
    const { watchStatus } = await import('../src/tui/status-watch.js');
    return watchStatus(context, watchMs, async (signal) => surveyed(context, await source(), signal), exitOn);
  },
  render: ({ status, found, printed, all }, view) =>
    [...(printed ? [] : [textOf(status, view, all)]), '', ...moreLines(status, found, view)].join('\n'),
  rows: STATUS_ROWS,
  toJson: ({ status }) => statusDocument(status),
  exitCode: ({ status, exitOn }) => statusExitCode(status, exitOn),
});

const textOf = (status: StatusResult, view: View, all: boolean, thenDoctor = false): string =>
  statusText(status, view, {
    all,
    thenDoctor,
    room: all || view.unbroken === true ? Infinity : SCREEN - MORE,
  });

/**
 * Whether doctor's questions are asked too: for who reads it, on a terminal or where something is wrong. A script that
 * finds the cluster healthy need not wait for them, nor one that limits the time; of many masters they take seconds, and
 * a server that gave no answer would be waited for again.
 */
const isWorthMore = (context: Context, status: StatusResult, tookMs: number): boolean => {
  const { globals, stdout } = context;
  return (
    globals.output === 'table' &&
    globals.timeoutMs === null &&
    (stdout.isTTY || !status.healthy) &&
    tookMs < lookDeadlineMs(context) &&
    !hasMany(status) &&
    status.sentinels.some(({ reachable }) => reachable)
  );
};
