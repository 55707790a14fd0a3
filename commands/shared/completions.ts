/** Names that a shell completes: loaded when Tab is pressed. */

export const faultNames = async (): Promise<string[]> =>
  (await import('../../src/faults/catalogue/index.js')).catalogue.map(({ name }) => name);

/** Which nodes a fault hits, by the words of its targets; any node where they say more. */
const TARGETS = {
  'a data node, or master': 'data node',
  'data nodes': 'data node',
  'a replica': 'replica',
  'a sentinel': 'sentinel',
  none: null,
} as const;

/** What may follow the name of a fault. */
export async function faultTargets([name]: readonly string[]): Promise<
  'node' | (typeof TARGETS)[keyof typeof TARGETS]
> {
  const { catalogue } = await import('../../src/faults/catalogue/index.js');
  const words = catalogue.find((fault) => fault.name === name)?.target.words ?? '';
  return words in TARGETS ? TARGETS[words as keyof typeof TARGETS] : 'node';
}

export const checkIds = async (): Promise<string[]> =>
  (await import('../../src/checks/index.js')).CHECKS.map(({ id }) => id);

/** Checks, groups of them and parts of groups. */
export const explainable = async (): Promise<string[]> => {
  const [{ CHECKS }, { namesOf }] = await Promise.all([
    import('../../src/checks/index.js'),
    import('../../src/checks/parts.js'),
  ]);
  return [...new Set(CHECKS.flatMap(namesOf))];
};

export const scenarioTags = async (): Promise<string[]> => {
  const { builtIns } = await import('../../src/scenarios/play/built-ins.js');
  return [...new Set((await builtIns()).flatMap(({ tags }) => tags))].sort();
};

/** Built-in scenarios, and the user's own files. */
export const scenarioNames = async (): Promise<string[]> => {
  const { builtIns } = await import('../../src/scenarios/play/built-ins.js');
  return [...(await builtIns()).map(({ name }) => name), ':files'];
};

/** Commands that only look, and that are asked for most. */
export const callable = async (): Promise<string[]> => [
  ...['ACL', 'CLIENT', 'COMMAND', 'CONFIG', 'DBSIZE', 'GET', 'INFO', 'LATENCY', 'MEMORY', 'MODULE', 'PING'],
  ...['ROLE', 'SENTINEL', 'SLOWLOG', 'TIME', 'TTL', 'TYPE'],
];
