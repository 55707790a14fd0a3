import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commands } from '../../commands/index.js';
import { documents, shownCommands } from './documents.js';
import { mayExit as mayExitIn, typedAsJson } from './json-lines.js';
import { QUIET_MS } from './quiet.js';
import { asTyped, openShell, type Shell } from './shell.js';
import { isAsNew, noEngine, secondsOf, type TypedPart, typedWith } from './typed.js';

/**
 * Types every example of every command as it stands in its help, against a fresh cluster.
 *
 * For a new command there is nothing to do where its examples need a healthy cluster `default` and exit 0: it gets a
 * cluster of its own, created again where the example before broke it. Otherwise:
 * - it changes nothing: add it to LOOKS, and it shares one cluster with the others there;
 * - it leaves a healthy cluster, or an example of another command repairs what it does: add it to SHARED (and REPAIRS);
 * - something has to be there first: a line in PREPARED, typed once before its examples;
 * - it is about a cluster that sentinelctl did not start: add it to FOREIGN, and it is typed with another state directory;
 * - each of its examples takes long: add it to LONG, and each gets a cluster of its own;
 * - it never ends, or takes minutes: a pattern in ENDLESS; it may exit with something else than 0: in MAY_EXIT.
 * An example that a document shows as it is, and that exits 0 there, is typed with that document and not again here; one
 * that takes long and is typed for docs/json.md too, is typed there only.
 */
const LONG_MS = 600_000;

const SETTINGS = typedWith('2s');

const LOOKS = [
  ...[
    'list',
    'env',
    'config',
    'status',
    'topology',
    'crosscheck',
    'masters',
    'replicas',
    'sentinels',
    'master-addr',
  ],
  ...[
    'logs',
    'history',
    'audit',
    'completion',
    '__complete',
    'faults',
    'doctor',
    'explain',
    'wait',
    'use',
    'attach',
  ],
  ...['__guard', '__proxy', '__finish'],
];
const SHARED = ['call', 'pause', 'resume', 'kill', 'start', 'restart', 'inject', 'heal', 'recover', 'chaos'];
/** Typed right after the example that it repairs, on the cluster as that left it. */
const REPAIRS: Record<string, string> = {
  'sentinelctl resume redis-3': 'sentinelctl pause redis-3',
  'sentinelctl resume sentinel-1': 'sentinelctl pause sentinel-1',
  'sentinelctl start redis-2': 'sentinelctl kill redis-2',
};
const LONG = ['failover-test', 'switchover', 'sweep'];
const FOREIGN = ['attach', 'detach'];
/** By command: what is typed before its examples. */
const PREPARED: Record<string, string> = {
  detach: 'sentinelctl attach staging --sentinel-addrs 127.0.0.1:26379',
  report: 'sentinelctl failover-test --rejoin guarded --report report',
};
/** What would go on is interrupted once it has said something on that stream. */
const ENDLESS: [line: RegExp, saysFirst: 'stdout' | 'stderr'][] = [
  [/\s(-f|--follow|--watch(=\S+)?)(\s|$)/, 'stdout'],
  [/^sentinelctl sweep/, 'stderr'],
];
const needsDocker = (line: string): boolean => /--driver docker/.test(line);
/**
 * Lines that are typed with a document, where they exit 0, or for another command's examples. A block that needs an
 * engine counts for those lines only that need one themselves.
 */
const typedElsewhere = new Set([
  ...typedAsJson,
  ...Object.values(PREPARED),
  ...documents().flatMap(({ fences }) =>
    fences
      .filter(({ language }) => language === 'console')
      .flatMap((fence) =>
        shownCommands(fence).filter(({ text }) => !fence.words.includes('docker') || needsDocker(text)),
      )
      .filter(({ exits, again, endless }) => exits === 0 && !again && !endless)
      .map(({ text }) => text),
  ),
]);

interface Examples {
  name: string;
  lines: string[];
}
const examples = await Promise.all(
  Object.entries(commands).map(async ([name, entry]): Promise<Examples> => {
    const { examples: all } = (await entry.load()).default;
    return { name, lines: all.filter((line) => !typedElsewhere.has(line)) };
  }),
);

/** Examples that share a state directory and a cluster, one after the other. */
interface Group {
  title: string;
  examples: Examples[];
  /** They change nothing: the cluster is brought up once, and looked at no more. */
  calm: boolean;
}
const aloneOf = (all: Examples[]): Group[] =>
  all
    .filter(({ lines }) => lines.length > 0)
    .map((each) => ({ title: each.name, examples: [each], calm: false }));
const others = examples.filter(({ name }) => !LOOKS.includes(name) && !SHARED.includes(name));
/** Each example that is repaired by another one is followed by that one. */
const shared = examples
  .filter(({ name }) => SHARED.includes(name))
  .flatMap(({ name, lines }) => lines.map((line) => ({ name, line })))
  .filter(({ line }, _, all) => !all.some((other) => other.line === REPAIRS[line]))
  .flatMap((first) => {
    const repair = Object.keys(REPAIRS).find((line) => REPAIRS[line] === first.line);
    return repair === undefined ? [first] : [first, { name: repair.split(' ')[1] ?? '', line: repair }];
  })
  .map(({ name, line }): Examples => ({ name, lines: [line] }));
const groups: Group[] = [
  ...aloneOf(
    others
      .filter(({ name }) => LONG.includes(name))
      .flatMap(({ name, lines }) => lines.map((line) => ({ name, lines: [line] }))),
  ),
  ...aloneOf(others.filter(({ name }) => name in PREPARED)),
  { title: 'what only looks', examples: examples.filter(({ name }) => LOOKS.includes(name)), calm: true },
  { title: 'what leaves a healthy cluster', examples: shared, calm: false },
  ...aloneOf(others.filter(({ name }) => !LONG.includes(name) && !(name in PREPARED))),
];

const endUpon = (line: string): 'stdout' | 'stderr' | undefined =>
  ENDLESS.find(([pattern]) => pattern.test(line))?.[1];
const mayExit = (line: string): number[] => (endUpon(line) !== undefined ? [130] : mayExitIn(line));
/** A cluster that an example names beside the default one. */
const otherCluster = (line: string): string | undefined => /--cluster (\S+)/.exec(line)?.[1];

/** The examples, as tests. */
export const exampleParts: TypedPart[] = groups.map((group) => ({
  seconds: group.examples
    .flatMap(({ name, lines }) => [...lines, ...(PREPARED[name] === undefined ? [] : [PREPARED[name]])])
    .reduce((sum, line) => sum + secondsOf(line, { endless: endUpon(line) !== undefined }), 0),
  lines: group.examples.flatMap(({ lines }) => lines),
  define: (asProcesses) => describe(`the examples of ${group.title}`, () => typeExamples(group, asProcesses)),
}));

function typeExamples({ examples: shown, calm }: Group, asProcesses: ReadonlySet<string>): void {
  let shell: Shell;
  beforeAll(async () => {
    const quiet = calm && { SENTINELCTL_DOWN_AFTER: `${QUIET_MS}ms` };
    shell = await openShell({ ...SETTINGS, ...quiet }, asProcesses);
    if (calm) await up('default');
    for (const { name } of shown) {
      const line = PREPARED[name];
      if (line === undefined) continue;
      await standUp();
      const ran = await shell.type(await asTyped(shell, line), { env: envOf(name) });
      expect(mayExit(line), `${line}\n${ran.stdout}${ran.stderr}`).toContain(ran.code);
    }
  }, LONG_MS);
  afterAll(() => shell?.close(), LONG_MS);

  const up = async (cluster: string): Promise<void> => {
    const made = await shell.type(`sentinelctl up --quiet --cluster ${cluster}`);
    expect(made.code, made.stderr).toBe(0);
  };
  const envOf = (name: string): Record<string, string> =>
    FOREIGN.includes(name) ? { SENTINELCTL_HOME: join(shell.dir, 'elsewhere') } : {};
  /** A healthy cluster: what an example before this one broke is started, or created again. */
  const standUp = async (asNew = false): Promise<void> => {
    const status = await shell.type('sentinelctl status --json');
    if (status.code === 0 && (!asNew || isAsNew(status))) return;
    if (!asNew && (await shell.type('sentinelctl up --quiet')).code === 0) return;
    await shell.type('sentinelctl down --quiet');
    await up('default');
  };
  const prove = async (name: string, line: string): Promise<void> => {
    // What is repaired by its name must be a replica.
    const isRepaired = Object.values(REPAIRS).includes(line);
    if (!calm && name !== 'up' && REPAIRS[line] === undefined) await standUp(isRepaired);
    const other = otherCluster(line);
    if (name !== 'up' && other !== undefined) await up(other);
    const ran = await shell.type(await asTyped(shell, line), {
      endUpon: endUpon(line),
      env: envOf(name),
    });
    expect(mayExit(line), `${line}\n${ran.stdout}${ran.stderr}`).toContain(ran.code);
  };

  for (const { name, line } of shown.flatMap(({ name, lines }) => lines.map((line) => ({ name, line })))) {
    it(line, { timeout: LONG_MS }, async ({ skip }) => {
      if (needsDocker(line) && noEngine !== undefined) skip(noEngine);
      await prove(name, line);
    });
  }
}

/** That the tables above are right, and complete. */
export function checkTables(): void {
  it('name commands that there are', () => {
    const named = [...LOOKS, ...SHARED, ...LONG, ...Object.keys(PREPARED)];
    expect(named.filter((name) => !(name in commands))).toEqual([]);
  });

  it('leave no example out: each is typed for itself or with a document', async () => {
    const here = groups.flatMap((group) => group.examples.flatMap(({ lines }) => lines));
    const all = await Promise.all(
      Object.values(commands).map(async (entry) => (await entry.load()).default.examples),
    );
    expect(all.flat().filter((line) => !here.includes(line) && !typedElsewhere.has(line))).toEqual([]);
  });
}
