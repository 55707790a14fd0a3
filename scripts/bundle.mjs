// Bundles TypeScript with rolldown: the command line for dist/bin, and parts of src for tests that need processes of
// their own. Types are not checked here: `npm run typecheck` does.
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { rolldown } from 'rolldown';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));
const REQUIRE = createRequire(join(ROOT, 'package.json'));

/** Asks for its optional parts by eval("require"), which a bundle cannot follow; loaded with the workload only. */
const EXTERNAL = [/^hdr-histogram-js$/];

/**
 * What libraries load and sentinelctl never uses: dockerode's engines behind ssh and its image builds (200 files),
 * ioredis's client of Redis Cluster, and the colours of cli-table3.
 */
const UNUSED =
  /node_modules\/(@colors\/colors\/safe\.js|docker-modem\/lib\/ssh\.js|dockerode\/lib\/(session|buildkit)\.js|tar-fs\/|@balena\/dockerignore\/|ioredis\/built\/cluster\/index\.js)/;

const withoutUnused = {
  name: 'without-unused',
  load: {
    filter: { id: UNUSED },
    handler(id) {
      const name = id.split('node_modules/').pop();
      return `module.exports = () => { throw new Error(${JSON.stringify(`${name} is not part of the bundle`)}); };`;
    },
  },
};

/**
 * ioredis gives its clients two methods for each of 300 commands, a third of the time that it takes to load. Kept are
 * those that ioredis or src name after a dot; everything else can be sent with `call`.
 */
const namedCommands = {
  name: 'named-commands',
  transform: {
    filter: { id: /node_modules\/ioredis\/built\/utils\/Commander\.js$/ },
    async handler(code) {
      const all = 'commands_1.list.filter(';
      if (!code.includes(all)) throw new Error(`ioredis's Commander.js no longer has ${all}`);
      const { list } = createRequire(REQUIRE.resolve('ioredis'))('@ioredis/commands');
      const names = await namesAfterDots(['src', 'node_modules/ioredis/built']);
      const named = JSON.stringify(list.filter((name) => names.has(name)));
      return {
        code: code.replace(all, `commands_1.list.filter((name) => ${named}.includes(name)).filter(`),
        map: null,
      };
    },
  },
};

/** The lower-case names after a dot in the sources below these directories; `getBuffer` is `get`. */
async function namesAfterDots(dirs) {
  const found = new Set();
  for (const dir of dirs) {
    for (const name of await readdir(join(ROOT, dir), { recursive: true })) {
      if (!/(?<!\.d)\.(js|ts)$/.test(name)) continue;
      const text = await readFile(join(ROOT, dir, name), 'utf8');
      for (const [, named] of text.matchAll(/\.([a-z]+?)(?:Buffer)?\b/g)) found.add(named);
    }
  }
  return found;
}

/** The width of a text without an emoji is known without compiling the expression that finds them. */
const quickWidth = {
  name: 'quick-width',
  transform: {
    filter: { id: /node_modules\/string-width\/index\.js$/ },
    handler(code) {
      const measured = 'string = stripAnsi(string);';
      const quick = 'if (/^[ -~…→─-╿]*$/.test(string)) return string.length;';
      return code.includes('emojiRegex()')
        ? { code: code.replace(measured, `${measured}\n${quick}`), map: null }
        : undefined;
    },
  },
};

/** Debug output of libraries, which DEBUG=… would show: it loads tty and util for nothing. */
const withoutDebug = {
  name: 'without-debug',
  load: {
    filter: { id: /node_modules\/debug\/src\/index\.js$/ },
    handler: () =>
      'const silent = () => Object.assign(() => {}, { enabled: false }); module.exports = Object.assign(silent, { default: silent });',
  },
};

/** What src takes from modules of Node that load late. */
const LATE = {
  child_process: ['execFile', 'execFileSync', 'spawn'],
  crypto: ['createHash', 'createHmac', 'generateKeyPair', 'randomBytes', 'randomInt', 'sign'],
  'dns/promises': ['lookup'],
  tls: ['connect'],
};

/** A function that loads its module when it is called; util.promisify finds what Node defines for it. */
const lateFunction = (module, name) => `
export const ${name} = Object.assign((...args) => require('node:${module}').${name}(...args), {
  [Symbol.for('nodejs.util.promisify.custom')]: (...args) =>
    require('node:util').promisify(require('node:${module}').${name})(...args),
});`;

/** Classes that src takes from them, loaded when the first object is made. */
const LATE_CLASSES = { crypto: ['X509Certificate'] };
const lateClass = (module, name) => `
export const ${name} = new Proxy(class {}, {
  construct: (_, args) => new (require('node:${module}').${name})(...args),
});`;

/**
 * Modules of Node that take longest to load and that few command lines need: loaded at their first use. In libraries
 * by the name that they give it, in src by functions of the same name.
 */
const lateBuiltins = {
  name: 'late-builtins',
  transform: {
    filter: { id: /\/node_modules\/(commander|ioredis|redis-errors)\// },
    handler(code) {
      const early = /^const (\w+) = require\(["'](?:node:)?(child_process|crypto|tls|assert)["']\);?$/gm;
      const late =
        'const $1 = new Proxy(() => {}, { get: (_, name) => require("node:$2")[name], apply: (_, self, args) => require("node:$2")(...args) });';
      return { code: code.replace(early, late), map: null };
    },
  },
  resolveId: {
    filter: { id: /^node:(child_process|crypto|dns\/promises|tls)$/ },
    handler: (id, importer) =>
      importer?.startsWith(join(ROOT, 'src')) ? id.replace('node:', LATE_PREFIX) : undefined,
  },
  load: {
    filter: { id: /\0late-/ },
    handler(id) {
      const module = id.slice(LATE_PREFIX.length);
      return [
        ...LATE[module].map((name) => lateFunction(module, name)),
        ...(LATE_CLASSES[module] ?? []).map((name) => lateClass(module, name)),
      ].join('\n');
    },
  },
};
const LATE_PREFIX = '\0late-';

/** ioredis is a chunk of its own, which src/wire/library.ts requires when the first connection is opened. */
const ioredisApart = {
  name: 'ioredis-apart',
  transform: {
    filter: { id: /\/src\/wire\/library\.ts$/ },
    handler(code) {
      const made = "createRequire(import.meta.url)('ioredis')";
      if (!code.includes(made)) throw new Error(`src/wire/library.ts no longer has ${made}`);
      return { code: code.replace(made, "createRequire(import.meta.url)('./ioredis.js')"), map: null };
    },
  },
};

/**
 * What every command line loads, what those load besides that print a table, and what `status` loads besides, as most
 * commands do: few files instead of forty.
 */
const TOGETHER = {
  start: ['bin/command-line.ts'],
  table: [
    'src/cli/run.ts',
    'src/report/text/table.ts',
    'src/report/text/lines.ts',
    'src/report/text/outcome.ts',
    'src/model/words.ts',
    'commands/shared/runtime.ts',
    'commands/shared/completions.ts',
  ],
  cluster: [
    'commands/status.ts',
    'src/cli/run.ts',
    'src/cluster/target.ts',
    'src/cluster/store/journal.ts',
    'src/cluster/never-seen.ts',
    'src/cluster/recorded.ts',
  ],
  processes: ['src/drivers/process/index.ts'],
  doctor: ['commands/doctor.ts', 'src/checks/index.ts', 'src/checks/gather/gather.ts'],
};

/** A chunk for each, the first ones first: what one has taken, the next does not take. */
const together = () =>
  Object.entries(TOGETHER).map(([name, entries], i, all) => {
    let modules;
    return {
      debugName: name,
      priority: all.length - i,
      name(id, context) {
        modules ??= loadedWith(entries, context);
        return modules.has(id) ? name : null;
      },
    };
  });

/** Everything that is loaded, with certainty, together with `entries`. */
function loadedWith(entries, context) {
  const found = new Set();
  const visit = (id) => {
    if (found.has(id)) return;
    found.add(id);
    for (const imported of context.getModuleInfo(id)?.importedIds ?? []) visit(imported);
  };
  for (const entry of entries) visit(join(ROOT, entry));
  return found;
}

/** The scenarios as JSON in place of the module that reads them. */
const compiledScenarios = {
  name: 'compiled-scenarios',
  load: {
    filter: { id: /\/src\/scenarios\/play\/built-ins\.ts$/ },
    async handler() {
      const json = JSON.stringify(await readScenarios());
      return {
        code: `export const builtIns = async () => JSON.parse(${JSON.stringify(json)});`,
        moduleType: 'js',
      };
    },
  },
};

/** The scenarios of scenarios/*.yaml, parsed and checked by the source's own parser. Throws where one is wrong. */
async function readScenarios() {
  const { builtIns } = await fromSource('src/scenarios/play/built-ins.ts');
  const scenarios = await builtIns();
  if (!isDeepStrictEqual(JSON.parse(JSON.stringify(scenarios)), scenarios))
    throw new Error('a scenario holds something that JSON cannot hold');
  return scenarios;
}

/** Imports a TypeScript module of this checkout, with everything that it imports. */
export async function fromSource(path) {
  const cache = join(ROOT, 'node_modules', '.cache');
  await mkdir(cache, { recursive: true });
  // Three levels below the root, as most of src is: modules look for the package's files from where they are.
  const dir = await mkdtemp(join(cache, 'sentinelctl-'));
  try {
    const bundle = await rolldown({ cwd: ROOT, input: path, platform: 'node', external: /^[^./]/ });
    const file = join(dir, 'module.mjs');
    await bundle.write({ file, codeSplitting: false });
    return await import(pathToFileURL(file));
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** Compiles modules of src (`host/lock.ts`) with all that they import into `dir`, file by file, libraries outside. */
export const transpile = async (entries, dir) =>
  fileByFile(
    entries.map((entry) => join('src', entry)),
    'src',
    dir,
  );

/** Modules of this checkout with all that they import, file by file below `dir` as they are below `root`. */
export async function fileByFile(input, root, dir) {
  const bundle = await rolldown({ cwd: ROOT, input, platform: 'node', external: /^[^./]/, treeshake: false });
  const { output } = await bundle.generate({
    dir,
    preserveModules: true,
    preserveModulesRoot: join(ROOT, root),
    entryFileNames: '[name].js',
    sourcemap: true,
  });
  for (const { fileName, code, source } of output) {
    await mkdir(join(dir, dirname(fileName)), { recursive: true });
    await writeWhereDifferent(join(dir, fileName), code ?? source);
  }
}

/**
 * Writes the command line into `dir`: sentinelctl.js, and chunks/ with what it loads when it is needed. Chunks lie one
 * level down, and `dir` one level below the package, because modules look for package.json from where they are.
 */
export async function bundleCommandLine(dir) {
  const bundle = await rolldown({
    cwd: ROOT,
    input: {
      sentinelctl: 'bin/sentinelctl.ts',
      'chunks/command-line': 'bin/command-line.ts',
      'chunks/worker': 'src/workload/worker.ts',
      'chunks/ioredis': 'ioredis',
    },
    platform: 'node',
    external: EXTERNAL,
    // What is loaded early here may be loaded late elsewhere.
    checks: { ineffectiveDynamicImport: false },
    plugins: [
      withoutUnused,
      withoutDebug,
      namedCommands,
      quickWidth,
      lateBuiltins,
      ioredisApart,
      compiledScenarios,
    ],
  });
  const { output } = await bundle.generate({
    dir,
    // Node begins with a CommonJS module without loading its loader of ES modules: a tenth of the time of --help.
    format: 'cjs',
    sourcemap: true,
    // Names stay: a stack is read by people.
    minify: { compress: true, mangle: false, codegen: { removeWhitespace: true } },
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name]-[hash].js',
    codeSplitting: { groups: together() },
  });
  const chunks = join(dir, 'chunks');
  await mkdir(chunks, { recursive: true });
  await writeWhereDifferent(join(dir, 'package.json'), '{ "type": "commonjs" }\n');
  // The entry last: until then the old one finds its own chunks.
  for (const { fileName, code, source } of output.toReversed()) {
    await writeWhereDifferent(join(dir, fileName), code ?? source);
  }
  await chmod(join(dir, 'sentinelctl.js'), 0o755);
  await writeWhereDifferent(join(dir, 'LICENSES.txt'), await licenses(output));
  const written = new Set(output.map(({ fileName }) => join(dir, fileName)));
  for (const name of await readdir(chunks)) {
    if (!written.has(join(chunks, name))) await rm(join(chunks, name));
  }
  return output.filter(({ type }) => type === 'chunk');
}

/** The licences of all packages that the bundle contains, which ask to be carried along. */
async function licenses(output) {
  const modules = output.flatMap(({ moduleIds = [] }) => moduleIds);
  const packages = new Set(
    modules.flatMap((id) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(id)?.[0] ?? []),
  );
  const texts = await Promise.all(
    [...packages].sort().map(async (dir) => {
      const { name, version, license } = JSON.parse(await readFile(join(dir, 'package.json'), 'utf8'));
      const file = (await readdir(dir)).find((name) => /^licen[cs]e/i.test(name));
      const text = file === undefined ? `License: ${license}\n` : await readFile(join(dir, file), 'utf8');
      return `${name} ${version}\n\n${text.trim()}\n`;
    }),
  );
  return texts.join(`\n${'-'.repeat(80)}\n\n`);
}

/** So that a build beside running processes takes nothing from them where nothing changed. */
async function writeWhereDifferent(path, text) {
  if ((await readFile(path, 'utf8').catch(() => undefined)) !== text) await writeFile(path, text);
}
