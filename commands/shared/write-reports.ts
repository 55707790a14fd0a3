import { mkdir, rmdir, stat } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import type { Context } from '../../src/cli/context.js';
import { shown } from '../../src/config/parsers.js';
import { errnoOf, messageOf, type OperatorError, refused, usageError } from '../../src/errors.js';
import type { BaselineComparison } from '../../src/failover/baseline.js';
import { writeAtomically } from '../../src/host/files.js';
import { formatOf, type ReportFormat } from '../../src/report/formats.js';

const FILE_MODE = 0o644;

/** One file of a report. */
export interface ReportFile<R> {
  path: string;
  format: ReportFormat<R>;
  /** Whether a file was at this path when the report was planned. */
  replaces: boolean;
}

/**
 * `out/run.html` is one file, by its extension; `out/`, `out` and every existing directory get all formats. Tries
 * to create the directory, so that a run does not fail after hours because of a typing error, and removes it again: a
 * run that is refused leaves nothing behind. Throws `report-format` (64) for
 * an unknown extension, `report-unwritable` (3) for a directory that cannot be created.
 */
export async function planReports<R>(
  destination: string,
  formats: readonly ReportFormat<R>[],
): Promise<ReportFile<R>[]> {
  const isDirectory = destination.endsWith('/') || (await kindOf(destination)) === 'directory';
  const extension = isDirectory ? '' : extname(destination);
  const format = isDirectory ? undefined : formatOf(destination, formats);
  if (destination.trim() === '' || (extension !== '' && format === undefined))
    throw unknownFormat(destination, formats);
  const directory = format === undefined ? destination : dirname(destination);
  await orUnwritable(directory, tryDirectory(directory));
  const files =
    format === undefined
      ? formats.map((f) => ({ path: join(directory, f.file), format: f }))
      : [{ path: join(directory, basename(destination)), format }];
  return Promise.all(files.map(async (file) => ({ ...file, replaces: await isThere(file.path) })));
}

/** Writes each file as a whole or not at all. Throws `report-unwritable` (3) that names the file. */
export async function writeReports<R>(
  result: R,
  files: readonly ReportFile<R>[],
  baseline: R | null = null,
  comparison: BaselineComparison | null = null,
): Promise<string[]> {
  for (const { path, format } of files) {
    await orUnwritable(path, mkdir(dirname(path), { recursive: true }));
    await writeReport(path, format.render(result, baseline, comparison));
  }
  return files.map((f) => f.path);
}

/** Writes one file as a whole or not at all. Throws `report-unwritable` (3) that names it. */
export const writeReport = (path: string, text: string): Promise<void> =>
  orUnwritable(path, writeAtomically(path, text, FILE_MODE));

/** Creates a directory with those above it, and removes what it created, except what was filled meanwhile. */
async function tryDirectory(directory: string): Promise<void> {
  const first = await mkdir(directory, { recursive: true });
  if (first === undefined) return;
  const length = resolve(first).length;
  try {
    for (let made = resolve(directory); made.length >= length; made = dirname(made)) await rmdir(made);
  } catch (error) {
    if (errnoOf(error) !== 'ENOTEMPTY') throw error;
  }
}

/** Tells the user which files were written, and which of them replaced an earlier report. */
export function noteWritten({ progress }: Context, files: readonly Written[]): void {
  const paths = (isOld: boolean): string[] => files.filter((f) => f.replaces === isOld).map((f) => f.path);
  const parts = [
    { lead: 'written', paths: paths(false) },
    { lead: 'replaced', paths: paths(true) },
  ].flatMap((p) => (p.paths.length > 0 ? `${p.lead}: ${p.paths.join(', ')}` : []));
  if (parts.length > 0) progress({ type: 'note', level: 'info', text: parts.join('; ') });
}

type Written = Pick<ReportFile<unknown>, 'path' | 'replaces'>;

/** Whether a report at this path replaces a file. */
export const isThere = async (path: string): Promise<boolean> => (await kindOf(path)) === 'other';

async function kindOf(path: string): Promise<'directory' | 'other' | 'absent'> {
  try {
    return (await stat(path)).isDirectory() ? 'directory' : 'other';
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return 'absent';
    throw unwritable(path, error);
  }
}

async function orUnwritable(path: string, work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    throw unwritable(path, error);
  }
}

function unknownFormat(destination: string, formats: readonly ReportFormat<never>[]): OperatorError {
  return usageError('report-format', `--report: ${shown(destination)} is not a directory or a report file`, {
    why: `extensions of reports are ${formats.flatMap((f) => f.extensions).join(', ')}; a directory gets all formats`,
    hint: '--report out/ # or --report run.html',
  });
}

function unwritable(path: string, error: unknown): OperatorError {
  return refused('report-unwritable', `cannot write the report ${shown(path)}`, {
    why: messageOf(error),
    hint: '--report PATH # a directory or a file that can be written',
    cause: error,
  });
}
