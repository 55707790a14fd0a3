import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { failed, messageOf } from '../errors.js';
import type { FailoverResult } from '../failover/result.js';
import { writeAtomically } from '../host/files.js';
import { formatOf, REPORT_FORMATS } from '../report/formats.js';

/**
 * Writes a result where it was asked for: a file gets the format of its ending, anything else is a directory that
 * gets all of them. Answers the paths written. Throws `report-failed` (1) when a path can't be written.
 */
export async function writeReports(result: FailoverResult, destination: string): Promise<string[]> {
  const one = formatOf(destination);
  const files =
    one === undefined
      ? REPORT_FORMATS.map((format) => ({ path: join(destination, format.file), format }))
      : [{ path: destination, format: one }];
  try {
    await mkdir(one === undefined ? destination : dirname(destination), { recursive: true });
    for (const { path, format } of files) await writeAtomically(path, format.render(result), 0o644);
  } catch (error) {
    throw failed('report-failed', `can't write the report to ${destination}`, {
      why: messageOf(error),
      hint: '--report DIRECTORY, or a file that ends in .html, .json, .ndjson, .xml or .md',
      cause: error,
    });
  }
  return files.map((f) => f.path);
}
