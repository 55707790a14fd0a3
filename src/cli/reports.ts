import { access, readdir } from 'node:fs/promises';
import { join } from 'node:path';

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** `report.json` in the directory and in those directly below it, where `failover-test --report` writes it. */
export async function reportsIn(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  const below = entries.filter((e) => e.isDirectory()).map((e) => join(e.name, 'report.json'));
  const candidates = ['report.json', ...below.sort()];
  const found = await Promise.all(candidates.map((path) => isThere(join(directory, path))));
  return candidates.filter((_, i) => found[i]);
}
