import { readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, posix, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/**
 * What each room may import. `rooms` and `types` are our own rooms (`types`: by `import type` only), `libraries`
 * are packages (a subpath counts as its package), `only` limits Node's own modules where they are limited.
 */
interface Rule {
  rooms: string[];
  types?: string[];
  libraries?: string[];
  builtins?: string[];
}

/** No I/O of any kind: what a pure room may still take from Node. */
const PURE: string[] = [];
/** Besides itself, every room may use these. */
const EVERYWHERE = ['errors', 'model'];
const BASE = ['model', 'wire', 'drivers', 'clock', 'until', 'errors', 'host'];

const RULES: Record<string, Rule> = {
  bin: { rooms: ['cli', 'tui', 'commands'] },
  commands: { rooms: ['*'] },

  errors: { rooms: [], builtins: PURE },
  clock: { rooms: [], builtins: PURE },
  until: { rooms: ['clock'], builtins: PURE },
  // The one reader of YAML that keeps lines: for the settings, the operator's files and scenarios. It is given text.
  yaml: { rooms: [], libraries: ['yaml'], builtins: PURE },
  model: { rooms: ['errors'], types: ['clock'], libraries: ['pure-rand'], builtins: PURE },
  checks: { rooms: ['errors', 'model'], builtins: PURE },
  'scenarios/format': { rooms: ['observe', 'yaml'], libraries: ['yaml', 'zod'], builtins: PURE },

  host: { rooms: ['clock', 'until'] },
  wire: { rooms: ['clock', 'until'], libraries: ['ioredis'] },
  drivers: { rooms: ['clock', 'until', 'host'] },
  'drivers/process': { rooms: ['drivers', 'clock', 'until', 'host'] },
  'drivers/docker': { rooms: ['drivers', 'clock', 'until', 'host'], libraries: ['dockerode', 'tar-stream'] },
  'drivers/attached': { rooms: ['drivers', 'clock', 'until', 'host'] },

  cluster: { rooms: BASE },
  'checks/gather': { rooms: [...BASE, 'cluster', 'checks', 'yaml'], libraries: ['yaml'] },
  observe: { rooms: [...BASE, 'cluster'], libraries: ['zod'] },
  workload: { rooms: [...BASE, 'cluster', 'observe'], libraries: ['hdr-histogram-js'] },
  faults: { rooms: [...BASE, 'cluster', 'observe', 'workload', 'checks'] },
  failover: { rooms: [...BASE, 'cluster', 'observe', 'faults', 'workload'] },
  switchover: { rooms: [...BASE, 'cluster', 'observe', 'faults', 'workload', 'failover'] },
  'scenarios/play': {
    rooms: [...BASE, 'cluster', 'observe', 'faults', 'workload', 'failover', 'scenarios/format'],
  },

  // Renderers take data and types, and nothing that acts.
  report: {
    rooms: ['observe', 'scenarios/format', 'checks'],
    types: ['*'],
    libraries: ['chalk', 'cli-table3', 'string-width'],
  },
  config: { rooms: ['yaml'], libraries: ['zod'] },
  cli: { rooms: ['config', 'report', 'clock', 'until', 'host'], libraries: ['commander', 'ora', 'yaml'] },
  tui: { rooms: ['cli', 'config', 'report', 'clock', 'until', 'host'], libraries: ['@inquirer/prompts'] },
  // For what answers over HTTP: metrics, health, the dashboard. It looks at clusters and never acts on them; it has no
  // files yet.
  serve: {
    rooms: [...BASE, 'cluster', 'checks', 'checks/gather', 'observe', 'report'],
    libraries: ['prom-client'],
  },
  // What a program gets: everything but the command line. `index` is its front door.
  api: { rooms: [...BASE, 'checks', 'config', 'cluster', 'observe', 'faults', 'failover'] },
  index: { rooms: [...BASE, 'checks', 'config', 'cluster', 'observe', 'failover', 'api'] },
};

/** Folders that are rooms of their own, with a rule of their own. */
const INNER_ROOMS = /^src\/(checks\/gather|scenarios\/(?:format|play)|drivers\/[^/]+)\//;

/** Rooms in which a word of the language's surroundings may stand. */
const MAY_TOUCH_PROCESS = ['bin', 'cli', 'tui', 'config'];

/** The one place outside its own rooms that may name a driver: it loads them when they are chosen. */
const NAMES_DRIVERS = 'src/drivers/registry.ts';

/**
 * Heavy: never at the top of a module that is loaded before it is known what is wanted. Renderers are needed by
 * whatever command was chosen, and cost little.
 */
const LAZY_ONLY = [
  'ora',
  '@inquirer/prompts',
  'yaml',
  'zod',
  'dockerode',
  'tar-stream',
  'ioredis',
  'prom-client',
];

interface Import {
  from: string;
  typeOnly: boolean;
  dynamic: boolean;
}

interface Source {
  /** From the project's root, with slashes. */
  path: string;
  room: string;
  code: string;
  imports: Import[];
}

const files = ['bin', 'commands', 'src'].flatMap((top) =>
  readdirSync(join(ROOT, top), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)).replaceAll('\\', '/')),
);
const sources: Source[] = files.map((path) => {
  const code = withoutComments(readFileSync(join(ROOT, path), 'utf8'));
  return { path, room: roomOf(path), code, imports: importsOf(code) };
});

/** `src/drivers/docker/x.ts` → drivers/docker, `src/model/x.ts` → model, `src/clock.ts` → clock, `bin/x.ts` → bin. */
function roomOf(path: string): string {
  const parts = path.replace(/\.ts$/, '').split('/');
  if (parts[0] !== 'src') return parts[0] ?? '';
  const inner = INNER_ROOMS.exec(path)?.[1];
  if (inner !== undefined) return inner;
  return parts[1] ?? '';
}

/** Comments only: strings stay, since a path is a string. */
function withoutComments(code: string): string {
  const token = /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g;
  return code.replace(token, (text) => (text.startsWith('/') ? '' : text));
}

/** Nothing but code: for words that may also stand in a text for the operator. */
function withoutStrings(code: string): string {
  return code.replace(/'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/g, (text) =>
    // What a template inserts is code.
    text.startsWith('`') ? [...text.matchAll(/\$\{([^}]*)\}/g)].map((m) => m[1]).join(';') : "''",
  );
}

function importsOf(code: string): Import[] {
  const still = /^\s*(?:import|export)\s+(type\s+)?(?:([^'";]*?)\s*from\s*)?['"]([^'"]+)['"]/gm;
  const dynamic = /\b(typeof\s+)?import\(\s*['"]([^'"]+)['"]\s*\)/g;
  return [
    ...[...code.matchAll(still)].map(
      (m): Import => ({
        from: m[3] ?? '',
        typeOnly: m[1] !== undefined || namesOnlyTypes(m[2] ?? ''),
        dynamic: false,
      }),
    ),
    ...[...code.matchAll(dynamic)].map(
      (m): Import => ({ from: m[2] ?? '', typeOnly: m[1] !== undefined, dynamic: true }),
    ),
  ];
}

function namesOnlyTypes(clause: string): boolean {
  const names =
    /^\{([\s\S]*)\}$/
      .exec(clause.trim())?.[1]
      ?.split(',')
      .map((n) => n.trim())
      .filter(Boolean) ?? [];
  return names.length > 0 && names.every((name) => name.startsWith('type '));
}

function packageOf(specifier: string): string {
  const parts = specifier.split('/');
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? '');
}

/** What is wrong with one import, in words; undefined when nothing is. */
function verdict(source: Source, wanted: Import): string | undefined {
  const rule = RULES[source.room];
  if (rule === undefined) return `is in a room without a rule: ${source.room}`;
  if (isBuiltin(wanted.from)) {
    if (!wanted.from.startsWith('node:')) return `imports ${wanted.from} without node:`;
    if (rule.builtins !== undefined && !wanted.typeOnly) return `does I/O: ${wanted.from} in ${source.room}`;
    const mayProcess = [...MAY_TOUCH_PROCESS, 'host'].includes(source.room);
    return wanted.from === 'node:process' && !mayProcess ? 'imports node:process' : undefined;
  }
  if (!wanted.from.startsWith('.')) {
    return rule.libraries?.includes(packageOf(wanted.from))
      ? undefined
      : `imports the library ${wanted.from}`;
  }
  const target = posix.join(dirname(source.path), wanted.from).replace(/\.js$/, '.ts');
  const room = roomOf(target);
  if (target.startsWith('commands/') && source.path.startsWith('src/'))
    return `src imports commands: ${wanted.from}`;
  const allowed = [source.room, ...EVERYWHERE, ...rule.rooms];
  if (allowed.includes(room) || (rule.rooms.includes('*') && target.startsWith('src/'))) return undefined;
  if (wanted.typeOnly && (rule.types?.includes(room) || rule.types?.includes('*'))) return undefined;
  if (source.path === NAMES_DRIVERS && room.startsWith('drivers/') && wanted.dynamic) return undefined;
  return `imports ${room} (${wanted.from})`;
}

describe('rooms', () => {
  it('are found at all, and their imports too', () => {
    expect(sources.length).toBeGreaterThan(50);
    expect(sources.flatMap((s) => s.imports).length).toBeGreaterThan(100);
  });

  it.each(Object.keys(RULES).filter((room) => sources.some((s) => s.room === room)))(
    '%s imports only what it may',
    (room) => {
      const wrong = sources
        .filter((s) => s.room === room)
        .flatMap((s) => s.imports.flatMap((i) => verdict(s, i) ?? []).map((why) => `${s.path} ${why}`));
      expect(wrong).toEqual([]);
    },
  );

  it('have no circle of imports, types included', () => {
    const known = new Map(sources.map((s) => [s.path, s]));
    const targetsOf = (source: Source): Source[] =>
      source.imports
        .filter(({ from }) => from.startsWith('.'))
        .flatMap(
          ({ from }) => known.get(posix.join(dirname(source.path), from).replace(/\.js$/, '.ts')) ?? [],
        );
    // What is left when files that import none of the rest, or that none of it imports, are taken away again and again.
    let left = new Set(sources);
    for (let size = -1; size !== left.size; ) {
      size = left.size;
      const imported = new Set([...left].flatMap(targetsOf));
      left = new Set([...left].filter((s) => imported.has(s) && targetsOf(s).some((t) => left.has(t))));
    }
    expect([...left].map((s) => s.path)).toEqual([]);
  });

  it('all have a rule', () => {
    expect([...new Set(sources.map((s) => s.room))].filter((room) => RULES[room] === undefined)).toEqual([]);
  });
});

describe('the rules themselves', () => {
  const judged = (path: string, code: string): string[] => {
    const source = { path, room: roomOf(path), code, imports: importsOf(withoutComments(code)) };
    return source.imports.flatMap((i) => verdict(source, i) ?? []);
  };

  it.each([
    ['src/wire/x.ts', "import { commands } from '../../commands/index.js';"],
    ['src/model/x.ts', "import { readFile } from 'node:fs/promises';"],
    ['src/model/x.ts', "export { survey } from '../wire/survey.js';"],
    ['src/cluster/x.ts', "import { Redis } from 'ioredis';"],
    ['src/cluster/x.ts', "const redis = await import('ioredis');"],
    ['src/cluster/x.ts', "import { dockerDriver } from '../drivers/docker/index.js';"],
    ['src/drivers/process/x.ts', "import { a } from '../docker/network.js';"],
    ['src/drivers/docker/x.ts', "import {\n  type A,\n  b,\n} from '../../wire/client.js';"],
    ['src/cluster/x.ts', "import type { Context } from '../cli/context.js';"],
    ['src/report/x.ts', "import { run } from '../failover/run.js';"],
    ['src/wire/x.ts', "import { env } from 'node:process';"],
    ['src/wire/x.ts', "import { connect } from 'net';"],
    ['src/newroom/x.ts', "import { EXIT } from '../errors.js';"],
    ['src/serve/x.ts', "import { inject } from '../faults/inject.js';"],
    ['src/serve/x.ts', "import { processWorld } from '../cli/world.js';"],
    ['src/observe/x.ts', "import { metrics } from '../serve/metrics.js';"],
    ['commands/x.ts', "import chalk from 'chalk';"],
    ['bin/x.ts', "import { up } from '../src/cluster/up/up.js';"],
  ])('%s must not say %s', (path, code) => expect(judged(path, code)).toHaveLength(1));

  it.each([
    ['src/report/x.ts', "import type { Trial } from '../observe/result.js';"],
    ['src/report/x.ts', "import { type Rejoin } from '../failover/run.js';"],
    ['src/model/x.ts', "// import { readFile } from 'node:fs';"],
    ['src/drivers/registry.ts', "const m = await import('./docker/index.js');"],
    ['commands/x.ts', "import { up } from '../src/cluster/up/up.js';"],
    ['commands/x.ts', "import { metrics } from '../src/serve/metrics.js';"],
    [
      'src/serve/x.ts',
      "import { createServer } from 'node:http';\nimport { survey } from '../wire/survey.js';",
    ],
  ])('%s may say %s', (path, code) => expect(judged(path, code)).toEqual([]));
});

describe('words', () => {
  const using = (word: RegExp): Source[] => sources.filter((s) => word.test(withoutStrings(s.code)));

  it('console. and process. stand only where the process is', () => {
    const wrong = using(/(?<![.\w$])(?:console|process)\.\w/).filter(
      (s) => !MAY_TOUCH_PROCESS.includes(s.room),
    );
    expect(wrong.map((s) => s.path)).toEqual([]);
  });

  it('only the clock knows timers', () => {
    const timers = /(?<![.\w$])(?:setTimeout|setInterval)\s*\(|['"](?:node:)?timers(?:\/promises)?['"]/;
    const wrong = sources.filter((s) => timers.test(s.code) && s.path !== 'src/clock.ts');
    expect(wrong.map((s) => s.path)).toEqual([]);
  });

  it('only the real world ends the process, at the second Ctrl-C', () => {
    expect(using(/(?<![.\w$])process\.exit\(/).map((s) => s.path)).toEqual(['src/cli/world.ts']);
  });

  it('only the front door sets the exit code', () => {
    expect(using(/(?<![.\w$])process\.exitCode\s*=/).map((s) => s.path)).toEqual(['bin/sentinelctl.ts']);
  });
});

describe('what a command line costs', () => {
  /** Everything that is loaded, with certainty, when this file is: type imports and import() are not. */
  function loadedWith(start: string): Map<string, string[]> {
    const found = new Map<string, string[]>();
    const visit = (path: string): void => {
      const source = sources.find((s) => s.path === path);
      if (source === undefined || found.has(path)) return;
      const real = source.imports.filter((i) => !i.typeOnly && !i.dynamic);
      found.set(
        path,
        real.filter((i) => !i.from.startsWith('.')).map((i) => packageOf(i.from)),
      );
      for (const i of real) {
        if (i.from.startsWith('.')) visit(posix.join(dirname(path), i.from).replace(/\.js$/, '.ts'));
      }
    };
    visit(start);
    return found;
  }

  it('--help loads commander and no other library', () => {
    const libraries = [...loadedWith('bin/command-line.ts').values()]
      .flat()
      .filter((name) => !isBuiltin(name));
    expect([...new Set(libraries)]).toEqual(['commander']);
  });

  it('--help loads no command', () => {
    const loaded = [...loadedWith('bin/command-line.ts').keys()].filter((path) =>
      path.startsWith('commands/'),
    );
    expect(loaded).toEqual(['commands/index.ts']);
  });

  it('status loads nothing that judges the operator’s files', () => {
    const loaded = [...loadedWith('commands/status.ts').keys()];
    expect(loaded).toContain('src/checks/snapshot-checks.ts');
    // A running server's own file has the same lines.
    const lines = ['src/checks/files/conf.ts', 'src/checks/files/settings.ts'].flatMap((path) => [
      ...loadedWith(path).keys(),
    ]);
    const reading = loaded.filter((path) => path.startsWith('src/checks/files/'));
    expect(reading.filter((path) => !lines.includes(path))).toEqual([]);
  });

  const commands = sources.map((s) => s.path).filter((path) => /^commands\/[^/]+\.ts$/.test(path));
  it.each(commands)('%s loads no heavy library before it runs', (path) => {
    const heavy = [...loadedWith(path)].flatMap(([file, names]) =>
      names.filter((name) => LAZY_ONLY.includes(name)).map((name) => `${name} by ${file}`),
    );
    expect(heavy).toEqual([]);
  });
});
