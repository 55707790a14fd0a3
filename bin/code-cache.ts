import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import module, { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { constants, Script } from 'node:vm';

/** Files that stay in the cache: several builds, about 20 MB. */
const KEPT_FILES = 100;

/** How Node 20 compiles a CommonJS module; each newer Node has a cache of its own. */
interface Compiler {
  _compile(this: NodeJS.Module, code: string, filename: string): unknown;
}

/**
 * Keeps the compiled code of the modules in `dir` between runs, which saves a quarter of the time of `status`: with
 * Node's own cache from 22.1 on, else in files of the user's cache directory. NODE_COMPILE_CACHE names another
 * directory and NODE_DISABLE_COMPILE_CACHE turns it off, as in newer Nodes. Without a directory that is this user's
 * alone, code is compiled as ever.
 */
export function keepCompiledCode(dir: string): void {
  const { enableCompileCache } = module as { enableCompileCache?: () => unknown };
  if (enableCompileCache !== undefined) enableCompileCache();
  else if (
    !process.env.NODE_DISABLE_COMPILE_CACHE &&
    constants?.USE_MAIN_CONTEXT_DEFAULT_LOADER !== undefined
  )
    keepInFiles(dir, cacheDirectory());
}

/** The directory for this version of Node: compiled code fits no other. */
function cacheDirectory(): string {
  const { NODE_COMPILE_CACHE: named, XDG_CACHE_HOME: xdg = '' } = process.env;
  const parent = named || join(isAbsolute(xdg) ? xdg : join(homedir(), '.cache'), 'sentinelctl');
  return join(parent, `${process.version}-${process.arch}`);
}

function keepInFiles(dir: string, cache: string): void {
  const { prototype } = module as unknown as { prototype: Compiler };
  const compile = prototype._compile;
  const trusted = isOwn(cache);
  const fresh: { path: string; script: Script }[] = [];
  prototype._compile = function (code, filename) {
    if (dirname(filename) !== dir) return compile.call(this, code, filename);
    // V8 compares a source's length only: another build's file has another time.
    const { size, mtimeMs } = statSync(filename);
    const path = join(cache, `${basename(filename)}-${size}-${mtimeMs}`);
    const cachedData = trusted ? contentOf(path) : undefined;
    const [before = ''] = module.wrap('\n').split('\n');
    const script = new Script(module.wrap(code), {
      filename,
      columnOffset: -before.length,
      cachedData,
      importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    });
    if (cachedData === undefined || script.cachedDataRejected) fresh.push({ path, script });
    const run = script.runInThisContext() as (...args: unknown[]) => unknown;
    return run.call(this.exports, this.exports, createRequire(filename), this, filename, dir);
  };
  process.once('exit', () => {
    if (fresh.length > 0) write(cache, fresh);
  });
}

/** Whether only this user can have written here: compiled code is run as it is found. */
function isOwn(dir: string): boolean {
  try {
    const { uid, mode } = lstatSync(dir);
    return uid === process.getuid?.() && (mode & 0o022) === 0;
  } catch {
    return false;
  }
}

function contentOf(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

/** Whole files on the disk, then renamed: neither a run beside this one nor one after a crash reads half a file. A cache that fails costs time only. */
function write(cache: string, fresh: readonly { path: string; script: Script }[]): void {
  try {
    mkdirSync(cache, { recursive: true, mode: 0o700 });
    if (!isOwn(cache)) return;
    for (const { path, script } of fresh) {
      const part = `${path}.${process.pid}`;
      writeFileSync(part, script.createCachedData(), { mode: 0o600, flush: true });
      renameSync(part, path);
    }
    const byAge = readdirSync(cache)
      .map((name) => ({ path: join(cache, name), mtimeMs: statSync(join(cache, name)).mtimeMs }))
      .sort((a, b) => b.mtimeMs - a.mtimeMs);
    for (const { path } of byAge.slice(KEPT_FILES)) rmSync(path, { force: true });
  } catch {
    // The next run compiles again.
  }
}
