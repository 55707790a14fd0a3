import type { DiagnoseOptions, DoctorResult } from '../src/checks/index.js';
import { defineCommand, type Input } from '../src/cli/command.js';
import type { Context } from '../src/cli/context.js';
import { duration } from '../src/config/parsers.js';
import { type ExitCode, usageError } from '../src/errors.js';
import type { Repaired } from '../src/model/repair.js';
import { doctorMarkdown } from '../src/report/markdown/doctor.js';
import { doctorText, repairedLines } from '../src/report/text/doctor.js';
import { doctorRows } from '../src/report/tsv.js';
import { parseApp } from './shared/app-source.js';
import { idList, requireKnown } from './shared/check-ids.js';
import { diagnoseCluster, diagnoseFiles } from './shared/diagnosis.js';
import { fixFindings } from './shared/fix.js';

const WATCH_MS = { minMs: 1000, maxMs: 3_600_000 };
/** What looks at a cluster that runs, and has no meaning for files. */
const LIVE_ONLY = ['app', 'watchFor', 'master', 'fix'];

interface Diagnosis {
  result: DoctorResult;
  exitCode: ExitCode;
  markdown: boolean;
  /** What --fix did; absent without it. */
  fixed?: Repaired[];
}

const repeated = (text: string, previous: unknown): string[] => [
  ...(Array.isArray(previous) ? (previous as string[]) : []),
  text,
];

export default defineCommand<Diagnosis>({
  name: 'doctor',
  summary: 'what is wrong with a cluster, why it matters, and what to type',
  description:
    'Asks every sentinel and data node once, in parallel, and judges the answers check by check; explain ID says more\n' +
    'of each. What could not be asked is skipped with its reason, never passed. --config and --compose judge files\n' +
    'before anything runs; --fix never restarts or demotes anything, and shows the diagnosis after it. Exits 0 when nothing critical and no warning was found, 1 when something was, 2 when\n' +
    'nothing could be judged, 5 when nothing answers.',
  examples: [
    'sentinelctl doctor',
    'sentinelctl doctor --json',
    'sentinelctl doctor --only no-quorum,split-brain',
    'sentinelctl doctor --watch-for 2s --severity warning',
    'sentinelctl doctor --severity warning --markdown',
    'sentinelctl doctor --fix --dry-run',
    'sentinelctl doctor --sentinel-addrs 127.0.0.1:26379',
  ],
  options: [
    { flags: '--only <ids>', summary: 'only these checks: ID,…', parse: idList },
    { flags: '--skip <ids>', summary: 'not these checks: ID,…', parse: idList },
    {
      flags: '--severity <least>',
      summary: 'nothing less severe than this; decides the exit code too',
      choices: ['critical', 'warning', 'info'],
      defaultText: 'info',
    },
    {
      flags: '--watch-for <duration>',
      summary: 'listen and look for so long, for what shows only over time',
      parse: duration('--watch-for', WATCH_MS, '5s'),
    },
    {
      flags: '--app [where]',
      summary: 'the application’s side too: its settings in this shell, or container:NAME',
      parse: parseApp,
      flagOnly: true,
    },
    {
      flags: '--config <file...>',
      summary: 'judge redis.conf and sentinel.conf files instead of a cluster',
      parse: repeated,
      complete: 'file',
      flagOnly: true,
    },
    {
      flags: '--compose <file>',
      summary: 'judge a compose file, and the configuration files that it mounts',
      complete: 'file',
      flagOnly: true,
    },
    {
      flags: '--fix',
      summary: 'do what is safe and can be taken back: settings that differ, a missing masterauth, leftovers',
      flagOnly: true,
    },
    { flags: '--dry-run', summary: 'say what --fix would do, and do nothing', flagOnly: true },
    { flags: '--markdown', summary: 'the diagnosis as Markdown', flagOnly: true },
    { flags: '--master <name>', summary: 'the same as --master-name', complete: 'master', flagOnly: true },
  ],
  judgesApp: ({ app }) => app === true,
  async run(context, input) {
    const markdown = input.options.markdown === true;
    if (markdown && context.globals.output !== 'table')
      throw contradiction('--markdown', `--output ${context.globals.output}`);
    const { ALL_CHECKS, doctorExitCode, SEVERITIES } = await import('../src/checks/index.js');
    const chosen: DiagnoseOptions = {
      only: input.options.only as string[] | undefined,
      skip: input.options.skip as string[] | undefined,
      severity: SEVERITIES.find((s) => s === input.options.severity),
    };
    requireKnown(
      [...(chosen.only ?? []), ...(chosen.skip ?? [])],
      ALL_CHECKS.map((check) => check.id),
    );
    const { fix, dryRun } = input.options;
    if (dryRun === true && fix !== true)
      throw usageError('no-fix', '--dry-run says what --fix would do', {
        hint: 'sentinelctl doctor --fix --dry-run',
      });
    const found = await diagnoseWhatIsMeant(context, input, chosen);
    if (fix !== true) return { result: found, markdown, exitCode: doctorExitCode(found) };

    const fixed = await fixFindings(context, found, chosen, dryRun === true);
    // How it is now is what counts.
    const changed = fixed.some(({ outcome }) => outcome === 'done');
    const result = changed ? await diagnoseWhatIsMeant(context, input, chosen) : found;
    return { result, markdown, exitCode: doctorExitCode(result), fixed };
  },
  render: ({ result, markdown, fixed }, view) => {
    if (markdown) return doctorMarkdown(result);
    const text = doctorText(result, view);
    return fixed === undefined ? text : [...repairedLines(fixed, view), '', text].join('\n');
  },
  rows: ({ result }) => doctorRows(result),
  toJson: ({ result, fixed }) => ({ ...result, ...(fixed && { fixed }) }),
  exitCode: ({ exitCode }) => exitCode,
});

function diagnoseWhatIsMeant(
  context: Context,
  { options }: Input,
  chosen: DiagnoseOptions,
): Promise<DoctorResult> {
  const configs = (options.config as string[] | undefined) ?? [];
  const compose = (options.compose as string | undefined) ?? null;
  if (configs.length > 0 || compose !== null) {
    const live = LIVE_ONLY.find((name) => options[name] !== undefined);
    if (live !== undefined)
      throw contradiction(compose === null ? '--config' : '--compose', `--${live.replace('For', '-for')}`);
    return diagnoseFiles(context, { configs, compose }, chosen);
  }
  return diagnoseCluster(context, {
    ...chosen,
    masterName: (options.master as string | undefined) ?? namedBesides(context, options.app !== undefined),
    watchForMs: (options.watchFor as number | undefined) ?? null,
    app: (options.app as true | { container: string } | undefined) ?? null,
  });
}

/** The master that is meant; the application's own name for it is what `--app` judges, and chooses nothing. */
function namedBesides({ globals, env }: Context, isApp: boolean): string | null {
  return isApp && globals.masterName === env.REDIS_MASTER_NAME?.trim() ? null : globals.masterName;
}

const contradiction = (one: string, other: string): Error =>
  usageError('contradiction', `${one} and ${other} contradict each other`, { hint: 'leave one of them out' });
