import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const page = (name: string): string =>
  readFileSync(fileURLToPath(new URL(`../../../docs/${name}`, import.meta.url)), 'utf8');
const TREE =
  /```mermaid\n([\s\S]*?)```/.exec(page('runbooks/name-what-is-wrong.md'))?.[1]?.replace(/\s+/g, ' ') ?? '';

/** The ways on from a place in the tree, in its order: their words, and what stands where they lead. */
const edgesOf = (from: string): { words: string; id: string; text: string }[] =>
  [...TREE.matchAll(/ (\w+) -- "?([^"]*?)"? --> (\w+)[[{]+"([^"]*)"/g)]
    .filter(([, place]) => place === from)
    .map(([, , words = '', id = '', text = '']) => ({ words, id, text }));

const after = (from: string, edge: string): { id: string; text: string }[] =>
  edgesOf(from).filter(({ words }) => words === edge);

/** What a first line says where the tree asks what it names. */
const NAMES: Readonly<Record<string, RegExp>> = {
  'failover expected within N s': /failover expected within \d+ s/,
  'N of M sentinels answer': /of \d+ sentinels answers?/,
  'min-replicas-to-write': /min-replicas-to-write/,
  'anything else': /^/,
  sentinels: /of \d+ sentinels answers?/,
  replicas: /redis-\d (is|are) down|redis-\d do(es)? not answer/,
  'two masters': /both accept writes/,
  'a node': /(redis|sentinel)-\d (is down|does not answer)/,
  'a setting': /has [a-z-]+ \S+, not /,
};

/** What the tree says to type for a first line; undefined where it has no way for it. */
function leafFor(verdict: string, line: string): string | undefined {
  const [first] = after('w', verdict);
  const ways = edgesOf(first?.id ?? '');
  return ways.length === 0 ? first?.text : ways.find(({ words }) => NAMES[words]?.test(line))?.text;
}

/** What a command of an incident is in the tree: a node has no name there. */
const asInTree = (command: string): RegExp => {
  const words = command.replace(/ --sentinel-addrs .*/, '').replace(/ (redis|sentinel)-\d$/, ' NODE');
  return words.startsWith('redis-cli')
    ? /redis-cli … SENTINEL SET/
    : new RegExp(`(^|[ :(])${words.replace('sentinelctl ', '')}\\b`);
};

it('the tree for 3 a.m. leads each incident to what status says', () => {
  const rows = [...page('incidents.md').matchAll(/^\| \[.*\| \*\*([A-Z ]+)\*\* (.*) \| `([^`]*)` \|$/gm)];
  expect(rows.length).toBe(12);
  for (const [, verdict = '', line = '', command = ''] of rows)
    expect(leafFor(verdict, line), `${verdict} ${line}`).toMatch(asInTree(command));
});

it('asks for nothing that no first line says', () => {
  const asked = ['DOWN', 'AT RISK', 'DEGRADED'].flatMap((verdict) =>
    after('w', verdict).flatMap(({ id }) => edgesOf(id).map(({ words }) => words)),
  );
  expect(new Set(asked)).toEqual(new Set(Object.keys(NAMES)));
});

it('a master that too few replicas acknowledge needs a replica, not a sentinel', () => {
  const [down] = after('w', 'DOWN');
  expect(after(down?.id ?? '', 'min-replicas-to-write')[0]?.text).toMatch(
    /\(start NODE\): a replica, not a sentinel$/,
  );
  expect(after(down?.id ?? '', 'N of M sentinels answer')[0]?.text).toMatch(/\(up, .*: the sentinels first$/);
});
