import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commands } from '../../commands/index.js';
import { LINES, longWithJson, mayExit, typedAsJson } from '../helpers/json-lines.js';
import { openShell, type Shell } from '../helpers/shell.js';
import { typedWith } from '../helpers/typed.js';

const TEXT = readFileSync(fileURLToPath(new URL('../../docs/json.md', import.meta.url)), 'utf8');
/** Only ends what hangs: an election that fails on a busy machine is repeated after twice the failover-timeout. */
const LONG_MS = 600_000;

/** Sections that add to the fields of another one. */
const BESIDES: Record<string, string> = { report: 'failover-test', 'status --watch': 'status' };

/** Not in every document, and not in these. */
const RARE = [
  'error.why',
  'error.account[]',
  'error.hint',
  'clusters[].why',
  'clusters[].silent',
  'clusters[].file',
  // Of containers whose announced addresses are not reached.
  'published[].id',
  'published[].announce.*',
  'published[].container',
  'published[].reach.*',
  // A server that refuses this command's login.
  'sentinels[].locked',
  'masters[].nodes[].locked',
  'roots[].locked',
  'findings[].masterName',
  'findings[].first',
  'findings[].at.file',
  'findings[].at.line',
  // Of several files with one fault, and of findings that involve more servers than their subject names.
  'findings[].places',
  'findings[].servers[]',
  'findings[].repairs[].sentinel',
  'findings[].repairs[].masterName',
  // Of sentinels with different settings.
  'config.earliestDownAfterMs',
  'trials[].untested',
  // Of a machine that cannot keep up.
  'trials[].overload.sentPerS',
  'trials[].overload.duePerS',
  'trials[].overload.p50Ms',
  'trials[].cutShort',
  'trials[].restored',
  'trials[].restored.undone[]',
  'trials[].restored.master',
  'trials[].restored.keysRemoved',
  'trials[].secondMasterMs',
  'account[]',
  'stoppedBy',
  'points[].trials[].open',
  // Of a switchover that would be refused, or that lost a write.
  'preconditions[].fix',
  'ledger.lostRuns[]',
  'masters[].problems[].later.when',
  'masters[].problems[].later.fix',
  'problems[].later.when',
  'problems[].later.fix',
  // The scenarios that are typed have no invariant that had another name.
  'scenarios[].invariants[].aliases[]',
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

/** By pattern: compiled once, and not for each path. */
const compiled = new Map<string, RegExp>();

function covers(pattern: string, path: string): boolean {
  const known = compiled.get(pattern);
  const expression = known ?? new RegExp(`^${pattern.replace(/[.[\]]/g, '\\$&').replace(/\*/g, '.+?')}$`);
  if (known === undefined) compiled.set(pattern, expression);
  return expression.test(path);
}

/** Whether a hollow path is one above `name`: `trials[].client` for `trials[].client.errors.*`. */
const isAbove = (path: string, name: string): boolean =>
  [...name.matchAll(/\.|\[\]/g)].some(({ index }) => covers(name.slice(0, index), path));

describe('docs/json.md', () => {
  let shell: Shell;
  beforeAll(async () => {
    shell = await openShell({ ...typedWith('2s'), SENTINELCTL_QUIET: '1' }, longWithJson);
  });
  afterAll(() => shell.close(), LONG_MS);

  const seen = new Map<string, Leaves>();
  it.each(LINES)('has every field of %s (%s)', { timeout: LONG_MS }, async (section, line) => {
    const ran = await shell.type(`sentinelctl ${line.includes('--json') ? line : `${line} --json`}`);
    const shown = `sentinelctl ${line}`.replace(/ \| .*/, '');
    if (typedAsJson.includes(shown)) expect(mayExit(shown), ran.stderr).toContain(ran.code);
    const lines =
      section === 'status --watch' || section === 'logs' ? ran.stdout.trim().split('\n') : [ran.stdout];
    const leaves = seen.get(section) ?? { plain: new Set(), hollow: new Set() };
    seen.set(section, leaves);
    for (const text of lines) leavesOf(JSON.parse(text), '', leaves);
    const names = [...documented(section), ...documented(BESIDES[section] ?? '')];
    expect(documented(section), `there is a section ${section}`).not.toEqual([]);
    // A hollow path is known by its own row, or by the rows of what would be below it.
    const known = (path: string): boolean =>
      names.some((name) => covers(name, path) || (leaves.hollow.has(path) && isAbove(path, name)));
    expect([...leaves.plain, ...leaves.hollow].filter((path) => !known(path))).toEqual([]);
  });

  it.each([...new Set(LINES.map(([section]) => section))])(
    'has no field that %s does not have',
    (section) => {
      const { plain, hollow } = seen.get(section) ?? { plain: [], hollow: [] };
      const missing = documented(section).filter(
        (name) =>
          !RARE.includes(name) &&
          ![...plain, ...hollow].some((path) => covers(name, path) || isAbove(name, path)) &&
          ![...hollow].some((path) => isAbove(path, name)),
      );
      expect(missing).toEqual([]);
    },
  );

  it('has a section for every command that has a document', () => {
    const grouped = ['stop', 'start', 'restart', 'pause', 'resume'];
    const without = Object.entries(commands)
      .filter(([name, entry]) => entry.hidden !== true && !grouped.includes(name))
      .filter(([name]) => documented(name).length === 0);
    expect(without.map(([name]) => name)).toEqual([]);
  });
});
