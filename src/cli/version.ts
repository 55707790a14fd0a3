import { readFile } from 'node:fs/promises';

/** This package's version, read from its package.json: beside src/ in a checkout, beside dist/ once built. */
export async function version(): Promise<string> {
  for (const up of ['../../package.json', '../../../package.json']) {
    try {
      const found: unknown = JSON.parse(await readFile(new URL(up, import.meta.url), 'utf8'));
      const { name, version } = found as { name?: unknown; version?: unknown };
      if (name === 'sentinelctl' && typeof version === 'string') return version;
    } catch {
      // Not here: one level up.
    }
  }
  return 'unknown';
}
