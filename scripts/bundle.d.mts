/** The package's directory. */
export const ROOT: string;
/** Imports a TypeScript module of this checkout (`src/x.ts`), with everything that it imports. */
export function fromSource(path: string): Promise<unknown>;
/** Compiles modules of src (`host/lock.ts`) with all that they import into `dir`, file by file. */
export function transpile(entries: readonly string[], dir: string): Promise<void>;
/** Writes the command line into `dir`, which lies one level below the package. */
export function bundleCommandLine(dir: string): Promise<{ fileName: string; code: string }[]>;
