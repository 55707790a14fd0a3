import { rm, rmdir, stat } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import type { Context } from '../../src/cli/context.js';
import { shown } from '../../src/config/parsers.js';
import { errnoOf, messageOf, type OperatorError, refused, usageError } from '../../src/errors.js';
import type { BaselineComparison } from '../../src/failover/baseline.js';
import { makeDirectories, temporaryBeside, writeAtomically, writeNew } from '../../src/host/files.js';
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
 * to create the directory and a file in it, so that a run does not fail after hours because of a typing error, and
 * removes both again: a run that is refused leaves nothing behind. Throws `report-format` (64) for an unknown extension,
 * `report-unwritable` (3) where nothing can be written there.
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

/**
 * The same for one file that an option other than --report names; `hint`: what to type instead. Throws
 * `report-unwritable` (3).
 */
export async function planFile(path: string, hint: string): Promise<Written> {
  if ((await kindOf(path)) === 'directory') throw unwritable(path, new Error('it is a directory'), hint);
  await orUnwritable(path, tryDirectory(dirname(path)), hint);
  return { path, replaces: await isThere(path) };
}

/** Writes each file as a whole or not at all. Throws `report-unwritable` (3) that names the file. */
export async function writeReports<R>(
  result: R,
  files: readonly ReportFile<R>[],
  baseline: R | null = null,
  comparison: BaselineComparison | null = null,
): Promise<string[]> {
  for (const { path, format } of files) await writeReport(path, format.render(result, baseline, comparison));
  return files.map((f) => f.path);
}

/** Writes one file as a whole or not at all, and creates its directory. Throws `report-unwritable` (3) that names it. */
export async function writeReport(path: string, text: string): Promise<void> {
  await orUnwritable(path, makeDirectories(dirname(path)));
  await orUnwritable(path, writeAtomically(path, text, FILE_MODE));
}

/** Creates a directory with those above it and a file in it, and removes what it created, except what was filled meanwhile. */
async function tryDirectory(directory: string): Promise<void> {
  const first = await makeDirectories(directory);
  try {
    await tryFile(join(directory, 'report'));
  } finally {
    if (first !== undefined) await removeCreated(directory, first);
  }
}

/** A report is written beside its place and renamed. */
async function tryFile(path: string): Promise<void> {
  const temporary = temporaryBeside(path);
  try {
    await writeNew(temporary, '', FILE_MODE, false);
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Removes a directory and those above it, down from `first`, as far as they are empty. */
async function removeCreated(directory: string, first: string): Promise<void> {
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
const isThere = async (path: string): Promise<boolean> => (await kindOf(path)) === 'other';

async function kindOf(path: string): Promise<'directory' | 'other' | 'absent'> {
  try {
    return (await stat(path)).isDirectory() ? 'directory' : 'other';
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return 'absent';
    throw unwritable(path, error);
  }
}

async function orUnwritable(path: string, work: Promise<unknown>, hint?: string): Promise<void> {
  try {
    await work;
  } catch (error) {
    throw unwritable(path, error, hint);
  }
}

function unknownFormat(destination: string, formats: readonly ReportFormat<never>[]): OperatorError {
  return usageError('report-format', `--report: ${shown(destination)} is not a directory or a report file`, {
    why: `extensions of reports are ${formats.flatMap((f) => f.extensions).join(', ')}; a directory gets all formats`,
    hint: '--report out/ # or --report run.html',
  });
}

function unwritable(
  path: string,
  error: unknown,
  hint = '--report PATH # a directory or a file that can be written',
): OperatorError {
  return refused('report-unwritable', `cannot write the report ${shown(path)}`, {
    why: messageOf(error),
    hint,
    cause: error,
  });
}
