import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

interface Entry {
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

it('package-lock.json has an entry for everything that it names, other platforms’ packages too', () => {
  // npm leaves out what the registry at hand could not give, and then `npm ci` refuses the file everywhere.
  const file = new URL('../package-lock.json', import.meta.url);
  const { packages } = JSON.parse(readFileSync(file, 'utf8')) as { packages: Record<string, Entry> };
  const missing = Object.entries(packages).flatMap(([path, { dependencies, optionalDependencies }]) =>
    Object.keys({ ...dependencies, ...optionalDependencies })
      .filter((name) => !places(path, name).some((place) => place in packages))
      .map((name) => `${path || 'the project'} names ${name}`),
  );
  expect(missing, 'node scripts/complete-lock.mjs adds them').toEqual([]);
});

/** Where a package would be found from another one's place: beside it, or in any directory above. */
function places(path: string, name: string): string[] {
  const above = path
    .split('/node_modules/')
    .map((_, i, parts) => parts.slice(0, parts.length - i).join('/node_modules/'));
  return [...above.filter(Boolean).map((place) => `${place}/node_modules/${name}`), `node_modules/${name}`];
}
