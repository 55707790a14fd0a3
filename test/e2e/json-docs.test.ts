import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openShell, type Shell } from '../helpers/shell.js';

const TEXT = readFileSync(fileURLToPath(new URL('../../docs/json.md', import.meta.url)), 'utf8');
const LONG_MS = 120_000;

/** What is typed for a section, where its heading alone is not enough; in the order in which it is run. */
const LINES: [section: string, line: string][] = [
  ['up', 'up'],
  ['status', 'status'],
  ['masters', 'masters'],
  ['replicas', 'replicas'],
  ['sentinels', 'sentinels'],
  ['master-addr', 'master-addr'],
  ['env', 'env'],
  ['list', 'list'],
  ['config', 'config sentinel-1'],
  ['logs', 'logs redis-1 --tail 1'],
  ['completion', 'completion fish'],
  ['errors', 'kill master --cluster nobody-made-this'],
  ['failover-test', 'failover-test'],
  ['kill', 'kill redis-3'],
  ['status', 'status'],
  ['down', 'down'],
];

/** The paths of a section's table: the names in its first column. */
function documented(section: string): string[] {
  const [, after = ''] = TEXT.split(new RegExp(`^## ${section}$`, 'm'));
  const [body = ''] = after.split(/^## /m);
  const rows = body.split('\n').filter((line) => line.startsWith('| `'));
  return rows.flatMap((row) =>
    [...(row.split(' | ')[0] ?? '').matchAll(/`([^`]+)`/g)].map((m) => m[1] ?? ''),
  );
}

interface Leaves {
  /** Paths with a plain value. */
  plain: Set<string>;
  /** Paths with null or an empty list or object: what is below them can't be seen in this document. */
  hollow: Set<string>;
}

function leavesOf(value: unknown, path = '', into: Leaves = { plain: new Set(), hollow: new Set() }): Leaves {
  const children: [string, unknown][] = Array.isArray(value)
    ? value.map((item): [string, unknown] => [`${path}[]`, item])
    : typeof value === 'object' && value !== null
      ? Object.entries(value).map(([key, item]) => [path === '' ? key : `${path}.${key}`, item])
      : [];
  if (children.length > 0) for (const [below, item] of children) leavesOf(item, below, into);
  else if (value === null || typeof value === 'object') into.hollow.add(path);
  else into.plain.add(path);
  return into;
}

const covers = (pattern: string, path: string): boolean =>
  new RegExp(`^${pattern.replace(/[.[\]]/g, '\\$&').replace(/\*/g, '.+?')}$`).test(path);

/** Whether a hollow path is one above `name`: `trials[].client` for `trials[].client.errors.*`. */
const isAbove = (path: string, name: string): boolean =>
  [...name.matchAll(/\.|\[\]/g)].some(({ index }) => covers(name.slice(0, index), path));

describe('docs/json.md', () => {
  let shell: Shell;
  beforeAll(async () => {
    shell = await openShell({
      SENTINELCTL_DRIVER: 'process',
      SENTINELCTL_PORT: 'auto',
      SENTINELCTL_DOWN_AFTER: '2s',
      SENTINELCTL_QUIET: '1',
    });
  });
  afterAll(() => shell.close(), LONG_MS);

  it.each(LINES)('has every field of %s (%s), and no other', { timeout: LONG_MS }, async (section, line) => {
    const ran = await shell.type(`sentinelctl ${line} --json`);
    const { plain, hollow } = leavesOf(JSON.parse(ran.stdout));
    const names = documented(section);
    expect(names, `there is a section ${section}`).not.toEqual([]);
    // A hollow path is known by its own row, or by the rows of what would be below it.
    const known = (path: string): boolean =>
      names.some((name) => covers(name, path) || (hollow.has(path) && isAbove(path, name)));
    expect([...plain, ...hollow].filter((path) => !known(path))).toEqual([]);
    const optional = ['error.why', 'error.hint', 'clusters[].why'];
    const missing = names.filter(
      (name) =>
        !optional.includes(name) &&
        ![...plain, ...hollow].some((path) => covers(name, path) || isAbove(name, path)) &&
        ![...hollow].some((path) => isAbove(path, name)),
    );
    expect(missing).toEqual([]);
  });
});
