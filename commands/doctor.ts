import type { DiagnoseOptions, DoctorResult } from '../src/checks/index.js';
import { defineCommand } from '../src/cli/command.js';
import type { Context } from '../src/cli/context.js';
import { type OptionsOf, option } from '../src/cli/option.js';
import { type ExitCode, usageError } from '../src/errors.js';
import type { Repaired } from '../src/model/repair.js';
import { SEVERITIES } from '../src/model/status.js';
import { doctorDocument } from '../src/report/documents.js';
import { doctorMarkdown } from '../src/report/markdown/doctor.js';
import { doctorText } from '../src/report/text/doctor.js';
import { repairedLines } from '../src/report/text/repaired.js';
import { DOCTOR_ROWS } from '../src/report/tsv.js';
import { parseDay, requireAcceptable } from './shared/acceptance.js';
import { parseApp } from './shared/app-source.js';
import { requireKnown } from './shared/check-ids.js';
import { checkIds } from './shared/completions.js';
import { CUT_OFF_FIX } from './shared/cut-off.js';
import { diagnoseCluster, diagnoseFiles } from './shared/diagnosis.js';
import { EXIT_ON_OPTION } from './shared/exit-on.js';
import { fixFindings } from './shared/fix.js';

interface Diagnosis {
  result: DoctorResult;
  exitCode: ExitCode;
  markdown: boolean;
  strict: boolean;
  all: boolean;
  accepted: boolean;
  /** What --fix did; absent without it. */
  fixed?: Repaired[];
}

const OPTIONS = {
  only: option.words('--only <ids>', {
    summary: 'only these checks: ID,…',
    complete: checkIds,
    example: 'no-quorum,split-brain',
  }),
  skip: option.words('--skip <ids>', {
    summary: 'not these checks: ID,…',
    complete: checkIds,
    example: 'unprotected',
  }),
  severity: option.choice('--severity <least>', SEVERITIES, {
    summary: 'only findings of this severity or worse; the exit code follows them too',
    default: 'info',
  }),
  watchForMs: option.duration('--watch-for <duration>', {
    summary: 'watch the cluster this long, for checks that need time',
    minMs: 1000,
    maxMs: 3_600_000,
    example: '5s',
  }),
  app: option.value('--app [where]', {
    summary: 'also check the application’s settings: those of this shell, or of container:NAME',
    parse: parseApp,
    alone: true as const,
    flagOnly: true,
  }),
  configs: option.files('--config <file...>', {
    summary: 'check redis.conf and sentinel.conf files instead of a cluster; HOST=FILE for several machines',
    flagOnly: true,
  }),
  compose: option.file('--compose <file>', {
    summary: 'check a compose file, and the configuration files that it mounts',
    flagOnly: true,
  }),
  kube: option.files('--kube <file...>', {
    summary: 'check rendered Kubernetes manifests; - reads standard input',
    flagOnly: true,
  }),
  gone: option.words('--gone <nodes>', {
    complete: 'id',
    summary: 'these nodes are gone for good: show how the sentinels forget them',
    example: 'redis-3',
    flagOnly: true,
  }),
  fix: option.flag('--fix', {
    summary:
      'apply fixes that are safe and reversible: settings that differ, a missing or wrong masterauth, leftovers',
    flagOnly: true,
  }),
  dryRun: option.flag('--dry-run', { summary: 'print what --fix would do, and do nothing', flagOnly: true }),
  all: option.flag('--all', {
    summary: 'show every finding, risk, note and skipped check in full',
    flagOnly: true,
  }),
  allowUnknown: option.flag('--allow-unknown', {
    summary: 'exit 0 where the verdict is UNKNOWN: a part could not be judged',
    flagOnly: true,
  }),
  strict: option.flag('--strict', { summary: 'exit 1 for a risk too' }),
  exitOn: EXIT_ON_OPTION,
  accept: option.words('--accept <ids>', {
    summary: 'stop showing the risks of these checks at this cluster: ID,…; needs --because',
    complete: checkIds,
    example: 'restart-wipe',
    flagOnly: true,
  }),
  because: option.text('--because <reason>', {
    summary: 'why the risk is accepted; shown instead of it',
    flagOnly: true,
  }),
  until: option.value('--until <date>', {
    summary: 'the last day on which it is accepted, in UTC: 2027-01-31',
    parse: parseDay,
    flagOnly: true,
  }),
  unaccept: option.words('--unaccept <ids>', {
    summary: 'show these accepted risks again: ID,…',
    complete: checkIds,
    example: 'restart-wipe',
    flagOnly: true,
  }),
  accepted: option.flag('--accepted', {
    summary: 'list every accepted risk with its reason',
    flagOnly: true,
  }),
  markdown: option.flag('--markdown', { summary: 'print the diagnosis as Markdown', flagOnly: true }),
  master: option.text('--master <name>', {
    summary: 'the same as --master-name',
    complete: 'master',
    flagOnly: true,
  }),
};
type DoctorOptions = OptionsOf<typeof OPTIONS>;

export default defineCommand({
  description:
    'Asks every sentinel and data node once, in parallel, and runs each check on the answers; explain ID describes a\n' +
    'check. A check without its data is skipped with the reason, never passed. --config, --compose and --kube check files\n' +
    'before anything runs. --fix never restarts or demotes a node, and prints the diagnosis after the fixes. Exits 0 when HEALTHY,\n' +
    '1 when DOWN, AT RISK or DEGRADED, 2 when UNKNOWN (not all could be judged), 5 when nothing answers.',
  examples: [
    'sentinelctl doctor',
    'sentinelctl doctor --json',
    'sentinelctl doctor --only no-quorum,split-brain',
    'sentinelctl doctor --watch-for 2s --severity warning',
    'sentinelctl doctor --severity warning --markdown',
    'sentinelctl doctor --fix --dry-run',
    'sentinelctl doctor --accept restart-wipe --because cache',
    'sentinelctl doctor --sentinel-addrs 127.0.0.1:26379',
  ],
  options: OPTIONS,
  judgesApp: ({ app }) => app === true,
  async run(context, { options }): Promise<Diagnosis> {
    const { only, skip, severity, fix, dryRun, markdown, exitOn, strict, allowUnknown } = options;
    if (markdown && context.globals.output !== 'table')
      throw contradiction('--markdown', `--output ${context.globals.output}`);
    const { CHECKS, doctorExitCode } = await import('../src/checks/index.js');
    const chosen: DiagnoseOptions = {
      ...(only.length > 0 && { only }),
      ...(skip.length > 0 && { skip }),
      severity,
    };
    requireKnown(
      [...only, ...skip, ...options.accept, ...options.unaccept],
      CHECKS.map((check) => check.id),
    );
    requireAcceptable(options, context.clock.wallMs());
    if (dryRun && !fix)
      throw usageError('no-fix', '--dry-run needs --fix: it prints what --fix would do', {
        hint: 'sentinelctl doctor --fix --dry-run',
      });
    const found = await diagnoseWhatIsMeant(context, options, chosen);
    // What was asked for by name is shown.
    const shown = { markdown, strict, all: options.all || only.length > 0, accepted: options.accepted };
    const codeOf = (result: DoctorResult): ExitCode => doctorExitCode(result, exitOn, strict, allowUnknown);
    if (!fix) return { result: found, ...shown, exitCode: codeOf(found) };

    const fixed = await fixFindings(context, found, options);
    // The state after the fixes is what counts.
    const changed = fixed.some(({ outcome }) => outcome === 'done');
    const result = changed ? await diagnoseWhatIsMeant(context, options, chosen, true) : found;
    return { result, ...shown, exitCode: codeOf(result), fixed };
  },
  render: ({ result, markdown, strict, all, accepted, fixed }, view) => {
    if (markdown) return doctorMarkdown(result);
    const text = doctorText(result, view, {
      all,
      offerFix: fixed === undefined,
      strict,
      ...(accepted && { accepted }),
    });
    return fixed === undefined ? text : [...repairedLines(fixed, result.findings, view), '', text].join('\n');
  },
  cutOff: CUT_OFF_FIX,
  rows: DOCTOR_ROWS,
  toJson: ({ result, fixed }) => ({ ...doctorDocument(result), ...(fixed && { fixed }) }),
  exitCode: ({ exitCode }) => exitCode,
});

function diagnoseWhatIsMeant(
  context: Context,
  options: DoctorOptions,
  chosen: DiagnoseOptions,
  isRepaired = false,
): Promise<DoctorResult> {
  const { configs, compose = null, kube, app = null, watchForMs = null, master, gone } = options;
  const [files] = [
    ...(compose === null ? [] : ['--compose']),
    ...(kube.length > 0 ? ['--kube'] : []),
    ...(configs.length > 0 ? ['--config'] : []),
  ];
  if (files !== undefined) {
    const live = LIVE_ONLY.find(([, isGiven]) => isGiven(options))?.[0];
    if (live !== undefined) throw contradiction(files, live);
    return diagnoseFiles(context, { configs, compose, kube }, chosen);
  }
  const masterName = master ?? namedBesides(context, app !== null);
  return diagnoseCluster(context, {
    ...chosen,
    ...{ masterName, watchForMs, app, gone, acceptance: options },
    forgotten: isRepaired ? 'all' : options.fix ? 'addresses' : undefined,
  });
}

/** What looks at a running cluster, and has no meaning for files. */
const LIVE_ONLY: [flag: string, isGiven: (options: DoctorOptions) => boolean][] = [
  ['--app', ({ app }) => app !== undefined],
  ['--watch-for', ({ watchForMs }) => watchForMs !== undefined],
  ['--master', ({ master }) => master !== undefined],
  ['--gone', ({ gone }) => gone.length > 0],
  ['--fix', ({ fix }) => fix],
  ['--accept', ({ accept }) => accept.length > 0],
  ['--unaccept', ({ unaccept }) => unaccept.length > 0],
  ['--accepted', ({ accepted }) => accepted],
];

/** The master that is meant. The application's name for it is what `--app` checks, so it does not select one. */
function namedBesides({ globals, env }: Context, isApp: boolean): string | null {
  return isApp && globals.masterName === env.REDIS_MASTER_NAME?.trim() ? null : globals.masterName;
}

const contradiction = (one: string, other: string): Error =>
  usageError('contradiction', `${one} and ${other} cannot be combined`, { hint: 'leave one of them out' });
