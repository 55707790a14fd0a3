import type { Streamed } from '../src/cli/command.js';
import { defineCommand } from '../src/cli/command.js';
import { option } from '../src/cli/option.js';
import { statusExitCode } from '../src/model/agreement.js';
import { formatDurationMs } from '../src/model/duration.js';
import type { StatusResult } from '../src/model/status.js';
import type { ExitOn } from '../src/model/verdict.js';
import { statusDocument } from '../src/report/documents.js';
import { moreLines, statusText } from '../src/report/text/status.js';
import { STATUS_ROWS } from '../src/report/tsv.js';
import { EXIT_ON_OPTION } from './shared/exit-on.js';
import { statusOf, surveyed } from './shared/status-of.js';
import { targetSource } from './shared/target.js';

interface Shown {
  status: StatusResult;
  all: boolean;
  exitOn: ExitOn;
}

/** How many lines a terminal shows above the prompt. */
const SCREEN = 23;

/** The interval of `--watch` alone, in milliseconds. */
const WATCH_EVERY_MS = 2000;

export default defineCommand({
  description:
    'Exits 0 when HEALTHY, 1 when DOWN, AT RISK or DEGRADED, 2 when UNKNOWN, 5 when nothing answers. --watch redraws the terminal at each interval and lists\n' +
    'what changed; without a terminal it prints a block for each interval, with --json one document per line. q ends it\n' +
    'with the exit code of the last status, Ctrl-C with 130.',
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
    if (watchMs === undefined)
      return { status: await statusOf(context, await source(), context.signal), exitOn, all };
    const { watchStatus } = await import('../src/tui/status-watch.js');
    return watchStatus(context, watchMs, async (signal) => surveyed(context, await source(), signal), exitOn);
  },
  render: ({ status, all }, view) => {
    const more = ['', ...moreLines(status, view)];
    const room = all || view.unbroken === true ? Infinity : SCREEN - more.length;
    return [statusText(status, view, { all, room }), ...more].join('\n');
  },
  rows: STATUS_ROWS,
  toJson: ({ status }) => statusDocument(status),
  exitCode: ({ status, exitOn }) => statusExitCode(status, exitOn),
});
