import { mkdir, stat } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import { shown } from '../../src/config/parsers.js';
import { messageOf, refused, usageError } from '../../src/errors.js';
import { writeAtomically } from '../../src/host/files.js';
import type { SweepResult } from '../../src/observe/sweep-result.js';
import { sweepHtml } from '../../src/report/html/sweep-page.js';

const RENDER: Readonly<Record<string, (result: SweepResult) => string>> = {
  '.html': sweepHtml,
  '.json': (result) => `${JSON.stringify(result, null, 2)}\n`,
};

/**
 * Where a sweep's reports go: `run.html` or `run.json`, else a directory that gets both. Makes the directory, so that
 * a mistake shows before anything is measured. Throws `report-format` (64), `report-unwritable` (3).
 */
export async function planSweepReports(destination: string): Promise<string[]> {
  const extension = extname(destination).toLowerCase();
  const isDirectory =
    destination.endsWith('/') ||
    (await stat(destination).then(
      (s) => s.isDirectory(),
      () => false,
    ));
  if (destination.trim() === '' || (!isDirectory && extension !== '' && RENDER[extension] === undefined)) {
    throw usageError(
      'report-format',
      `--report: ${shown(destination)} is neither a directory nor a .html or .json file`,
      {
        hint: '--report out/, or --report sweep.html',
      },
    );
  }
  const oneFile = !isDirectory && extension !== '';
  await orSay(destination, mkdir(oneFile ? dirname(destination) : destination, { recursive: true }));
  return oneFile ? [destination] : ['sweep.html', 'sweep.json'].map((name) => join(destination, name));
}

/** Writes every file as a whole. Throws `report-unwritable` (3). */
export async function writeSweep(result: SweepResult, paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    await orSay(path, writeAtomically(path, RENDER[extname(path).toLowerCase()]?.(result) ?? '', 0o644));
  }
}

async function orSay(path: string, work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    throw refused('report-unwritable', `can't write the report ${shown(path)}`, {
      why: messageOf(error),
      hint: 'name another place: --report DIR, or --report FILE',
      cause: error,
    });
  }
}
