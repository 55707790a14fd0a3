import { readFile } from 'node:fs/promises';
import { defineCommand } from '../src/cli/command.js';
import { shown } from '../src/config/parsers.js';
import { whyUnreadable } from '../src/config/unreadable.js';
import { OperatorError, usageError } from '../src/errors.js';
import type { FailoverResult } from '../src/observe/result.js';
import { failoverText } from '../src/report/text/failover.js';
import { runAgain } from './shared/failover-options.js';

/** The result that was read, and the files that were written from it. */
type Rendered = FailoverResult & { written?: string[] };

export default defineCommand<Rendered>({
  name: 'report',
  summary: 'render the result of an earlier failover test again',
  description:
    'Reads the report.json of `failover-test --report`, or what `failover-test --json` printed, and shows it as the\n' +
    'test did. With --report it writes the other formats from it. Exits 0 when it could, whatever the verdict was.',
  examples: [
    'sentinelctl report report/report.json',
    'sentinelctl report report/report.json --report run.html',
    'sentinelctl report report/report.json --report again/',
  ],
  arguments: [{ name: 'FILE', summary: 'the JSON of a failover test', required: true, ask: 'Which file?' }],
  options: [
    {
      flags: '--report <path>',
      summary:
        'write reports: a directory gets all of them, a file the one of its ending (html, json, ndjson, xml, md)',
      complete: 'file',
      flagOnly: true,
    },
  ],
  async run(context, { args, options }): Promise<Rendered> {
    const result = await readFrom(args[0] ?? '');
    const destination = options.report as string | undefined;
    if (destination === undefined) return result;
    const { writeReports } = await import('./shared/write-reports.js');
    const written = await writeReports(result, destination);
    context.progress({ type: 'note', level: 'info', text: `written: ${written.join(', ')}` });
    return { ...result, written };
  },
  render: (result, view) => failoverText(result, view, runAgain(result.command)),
});

async function readFrom(file: string): Promise<FailoverResult> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw usageError('report-file', `can't read ${shown(file)}`, {
      why: whyUnreadable(error),
      hint: 'sentinelctl failover-test --report report/ writes report/report.json',
      cause: error,
    });
  }
  const { readResult } = await import('../src/observe/read-result.js');
  try {
    return readResult(text);
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    // Which file it was is what the reader of a document can't know.
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
