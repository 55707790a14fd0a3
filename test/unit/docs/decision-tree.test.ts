import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const page = (name: string): string =>
  readFileSync(fileURLToPath(new URL(`../../../docs/${name}`, import.meta.url)), 'utf8');
const TREE =
  /```mermaid\n([\s\S]*?)```/.exec(page('runbooks/name-what-is-wrong.md'))?.[1]?.replace(/\s+/g, ' ') ?? '';

/** From a place in the tree: where the lines with these words lead, and what stands there. */
const after = (from: string, edge?: string): { id: string; text: string }[] =>
  [...TREE.matchAll(/ (\w+) -- "?([^"]*?)"? --> (\w+)[[{]+"([^"]*)"/g)]
    .filter(([, place, words]) => place === from && (edge === undefined || words === edge))
    .map(([, , , id = '', text = '']) => ({ id, text }));

/** All that is said to type below a verdict. */
function leaves(verdict: string): string[] {
  const below = (id: string, text: string): string[] => {
    const next = after(id);
    return next.length === 0 ? [text] : next.flatMap((one) => below(one.id, one.text));
  };
  return after('w', verdict).flatMap(({ id, text }) => below(id, text));
}

/** What a command of an incident is in the tree: a node has no name there. */
const asInTree = (command: string): RegExp => {
  const words = command.replace(/ --sentinel-addrs .*/, '').replace(/ (redis|sentinel)-\d$/, ' NODE');
  return words.startsWith('redis-cli')
    ? /redis-cli … SENTINEL SET/
    : new RegExp(`(^|[ :(])${words.replace('sentinelctl ', '')}\\b`);
};

it('the tree for 3 a.m. says of each incident what status says', () => {
  const rows = [...page('incidents.md').matchAll(/^\| \[.*\| \*\*([A-Z ]+)\*\*.* \| `([^`]*)` \|$/gm)];
  expect(rows.length).toBe(12);
  const missing = rows.filter(
    ([, verdict = '', command = '']) => !leaves(verdict).some((leaf) => asInTree(command).test(leaf)),
  );
  expect(missing.map(([line]) => line)).toEqual([]);
});

it('a master that too few replicas acknowledge needs a replica, not a sentinel', () => {
  const [down] = after('w', 'DOWN');
  expect(after(down?.id ?? '', 'min-replicas-to-write')[0]?.text).toMatch(
    /\(start NODE\): a replica, not a sentinel$/,
  );
  expect(after(down?.id ?? '', 'N of M sentinels answer')[0]?.text).toMatch(/\(up, .*: the sentinels first$/);
});
