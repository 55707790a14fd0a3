import { readFile } from 'node:fs/promises';
import { argument } from '../src/cli/argument.js';
import { defineCommand } from '../src/cli/command.js';
import { option } from '../src/cli/option.js';
import { reportsIn } from '../src/cli/reports.js';
import { shown } from '../src/config/parsers.js';
import { OperatorError, usageError, whyUnreadable } from '../src/errors.js';
import type { BaselineComparison } from '../src/failover/baseline.js';
import type { FailoverResult } from '../src/observe/result.js';
import { baselineText } from '../src/report/text/baseline.js';
import { failoverText } from '../src/report/text/failover.js';
import { FAILOVER_ROWS } from '../src/report/tsv.js';
import { runAgain, WRITE_REPORTS } from './shared/failover-options.js';

/** The result that was read, and the files that were written from it. */
type Rendered = FailoverResult & { baseline?: BaselineComparison; written?: string[] };

export default defineCommand({
  description:
    'Reads the report.json of `failover-test --report`, or the output of `failover-test --json`, and prints it like the\n' +
    'test. With --report it writes the other formats. With --baseline it compares with an earlier run, which the HTML\n' +
    'report draws as a second line. Exits 0 when it could, whatever the verdict was.',
  examples: [
    'sentinelctl report report/report.json',
    'sentinelctl report report/report.json --report run.html',
    'sentinelctl report report/report.json --baseline report/report.json --report again/',
  ],
  arguments: [
    argument.required('FILE', {
      summary: 'the JSON of a failover test',
      complete: 'file',
      ask: 'Which file?',
      likely: reportsIn,
    }),
  ],
  options: {
    baseline: option.file('--baseline <file>', {
      summary: 'compare with the report.json of an earlier run',
      flagOnly: true,
    }),
    destination: option.file('--report <path>', { summary: WRITE_REPORTS, flagOnly: true }),
  },
  async run(context, { args: [file], options: { baseline, destination } }): Promise<Rendered> {
    const result = await readFrom(file);
    const { openBaseline } = await import('./shared/baseline.js');
    const { earlier, compare } = await openBaseline(baseline);
    if (destination === undefined) return compare(result);
    const { noteWritten, planReports, writeReports } = await import('./shared/write-reports.js');
    const { FAILOVER_FORMATS } = await import('../src/report/formats.js');
    const files = await planReports(destination, FAILOVER_FORMATS);
    const compared = compare(result);
    const written = await writeReports(result, files, earlier, compared.baseline);
    noteWritten(context, files);
    return { ...compared, written };
  },
  rows: FAILOVER_ROWS,
  render: (result, view) =>
    [
      failoverText(result, view, runAgain(result.command), result.baseline),
      ...(result.baseline ? [baselineText(result.baseline, view)] : []),
    ].join('\n\n'),
});

async function readFrom(file: string): Promise<FailoverResult> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw usageError('report-file', `cannot read ${shown(file)}`, {
      why: whyUnreadable(error),
      hint: 'a failover test with --report report/ writes report/report.json: sentinelctl failover-test --help',
      cause: error,
    });
  }
  const { readResult } = await import('../src/observe/read-result.js');
  try {
    return readResult(text);
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    // readResult() does not know the name of the file.
    const { code, why, hint, exitCode } = error;
    throw new OperatorError({
      code,
      exitCode,
      message: `${shown(file)}: ${error.message}`,
      why,
      hint,
      cause: error,
    });
  }
}
