import { mkdir, stat } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { shown } from '../../src/config/parsers.js';
import { errnoOf, messageOf, type OperatorError, refused, usageError } from '../../src/errors.js';
import { writeAtomically } from '../../src/host/files.js';
import type { FailoverResult } from '../../src/observe/result.js';
import { formatOf, REPORT_FORMATS, type ReportFormat } from '../../src/report/formats.js';

const FILE_MODE = 0o644;

/** Where reports go: one file, or a directory that gets every format. */
export interface ReportPlan {
  directory: string;
  files: { path: string; format: ReportFormat }[];
}

/**
 * `out/run.html` is one file, by its extension; `out/`, `out` and every directory that is there get all formats.
 * Looks and makes the directory, so that a run need not end before a typing error shows. Throws `report-format` (64)
 * for an extension that means nothing, `report-unwritable` (3) for a directory that can't be made.
 */
export async function planReports(destination: string): Promise<ReportPlan> {
  if (destination.trim() === '') {
    throw usageError('report-format', '--report: is empty', { hint: '--report out/, or --report run.html' });
  }
  const isDirectory = destination.endsWith('/') || (await kindOf(destination)) === 'directory';
  const extension = isDirectory ? '' : extname(destination);
  const format = isDirectory ? undefined : formatOf(destination);
  if (extension !== '' && format === undefined) throw unknownFormat(destination);
  const directory = format === undefined ? destination : dirname(destination);
  await makeDirectory(directory);
  const files =
    format === undefined
      ? REPORT_FORMATS.map((f) => ({ path: join(directory, f.file), format: f }))
      : [{ path: join(directory, basename(destination)), format }];
  return { directory, files };
}

/**
 * Writes the reports, each as a whole or not at all, and answers their paths in order. Throws what planReports does,
 * and `report-unwritable` (3) that names the file.
 */
export async function writeReports(result: FailoverResult, destination: string): Promise<string[]> {
  const { files } = await planReports(destination);
  await writeFiles(result, files);
  return files.map((f) => f.path);
}

/** Writes what a plan names. Throws `report-unwritable` (3) that names the file. */
export async function writeFiles(result: FailoverResult, files: ReportPlan['files']): Promise<void> {
  for (const { path, format } of files) {
    try {
      await writeAtomically(path, format.render(result), FILE_MODE);
    } catch (error) {
      throw unwritable(path, error);
    }
  }
}

async function kindOf(path: string): Promise<'directory' | 'other' | 'absent'> {
  try {
    return (await stat(path)).isDirectory() ? 'directory' : 'other';
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return 'absent';
    throw unwritable(path, error);
  }
}

async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    throw unwritable(path, error);
  }
}

function unknownFormat(destination: string): OperatorError {
  return usageError('report-format', `--report: ${shown(destination)} has no extension of a report`, {
    why: `known are ${REPORT_FORMATS.flatMap((f) => f.extensions).join(', ')}; a directory gets all of them`,
    hint: '--report out/, or --report run.html',
  });
}

function unwritable(path: string, error: unknown): OperatorError {
  // A file where a directory was named, or a directory where a file has to be.
  return refused('report-unwritable', `can't write the report ${shown(path)}`, {
    why: messageOf(error),
    hint: 'name another place: --report DIR, or --report FILE',
    cause: error,
  });
}
