import { defineCommand } from '../src/cli/command.js';
import type { Context } from '../src/cli/context.js';
import { option } from '../src/cli/option.js';
import { EXIT, type ExitCode } from '../src/errors.js';
import { statusExitCode } from '../src/model/agreement.js';
import type { StatusResult } from '../src/model/status.js';
import { isReached, WAIT_GOALS } from '../src/model/wait.js';
import { verdictDocument } from '../src/report/documents.js';
import { endsTooSoon, type WaitResult, waitingWords, waitText } from '../src/report/text/wait.js';
import { WAIT_ROWS } from '../src/report/tsv.js';
import { until } from '../src/until.js';
import { ASK_DEADLINE_MS } from '../src/wire/access.js';
import { statusOf } from './shared/status-of.js';
import { targetSource } from './shared/target.js';

/** How long it waits without `--timeout`, in milliseconds. */
const WAIT_MS = 60_000;
/** Between two looks, in milliseconds. */
const LOOK_EVERY_MS = 250;

interface Waited {
  result: WaitResult;
  exitCode: ExitCode;
}

export default defineCommand({
  description:
    'Waits until the verdict is HEALTHY, or what --for names, and exits 0. degraded and at-risk mean this verdict or a\n' +
    'better one; writes work in both. master: most sentinels name a node, and it answers as the master. When --timeout\n' +
    '(60s where not given) is over, it exits 1 with the last verdict, 2 when that is UNKNOWN, 5 when nothing answers.',
  examples: [
    'sentinelctl wait',
    'sentinelctl wait --for master --timeout 30s',
    'sentinelctl wait --sentinel-addrs 127.0.0.1:26379',
  ],
  options: {
    goal: option.choice('--for <what>', WAIT_GOALS, { summary: 'what to wait for', default: 'healthy' }),
  },
  keepsTime: true,
  async run(context, { options: { goal } }): Promise<Waited> {
    const { clock, globals, progress, signal } = context;
    const deadlineMs = globals.timeoutMs ?? WAIT_MS;
    const source = await targetSource(context);
    const looking = lookingOf(context, deadlineMs);
    const startedMs = clock.now();
    let status: StatusResult | undefined;
    let isWarned = false;
    const step = { type: 'step' as const, id: 'wait' };
    const found = await until(
      async () => {
        const before = status?.verdict.word;
        status = await statusOf(looking, await source(), signal);
        if (isReached(goal, status)) return status;
        const { steady, label } = waitingWords(goal, status.verdict);
        const tooSoon = isWarned ? null : endsTooSoon(status.verdict, startedMs + deadlineMs - clock.now());
        if (tooSoon !== null) progress({ type: 'note', level: 'warning', text: tooSoon });
        isWarned ||= tooSoon !== null;
        if (status.verdict.word !== before) progress({ type: 'note', level: 'info', text: steady });
        progress({ ...step, label, state: 'start' });
        return undefined;
      },
      { clock, everyMs: LOOK_EVERY_MS, deadlineMs, signal },
    );
    const last = found ?? status ?? (await statusOf(looking, await source(), signal));
    const { cluster, verdict } = last;
    const reached = found !== undefined;
    return {
      result: { cluster, for: goal, reached, waitedMs: Math.round(clock.now() - startedMs), verdict },
      exitCode: exitCodeOf(reached, last),
    };
  },
  render: ({ result }, view) => waitText(result, view),
  rows: WAIT_ROWS,
  toJson: ({ result }) => ({ ...result, verdict: verdictDocument(result.verdict) }),
  exitCode: ({ exitCode }) => exitCode,
});

/** One look takes no longer than the wait as a whole. */
const lookingOf = (context: Context, deadlineMs: number): Context => ({
  ...context,
  globals: { ...context.globals, timeoutMs: Math.min(2 * ASK_DEADLINE_MS, deadlineMs) },
});

/** What was waited for may be missing in a cluster that is healthy otherwise. */
function exitCodeOf(reached: boolean, status: StatusResult): ExitCode {
  if (reached) return EXIT.ok;
  const code = statusExitCode(status);
  return code === EXIT.ok ? EXIT.violated : code;
}
