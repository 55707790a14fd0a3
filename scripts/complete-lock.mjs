// Completes package-lock.json where npm left it torn: packages for other platforms that the registry at hand could not
// give are named by their parents and have no entry of their own, and then `npm ci` refuses the whole file everywhere.
// Adds them with the version that the parent asks for, and the platform that their name says.
import { readFile, writeFile } from 'node:fs/promises';

const file = new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(await readFile(file, 'utf8'));
const { packages } = lock;
const SYSTEMS = [
  'aix',
  'android',
  'darwin',
  'freebsd',
  'linux',
  'netbsd',
  'openbsd',
  'openharmony',
  'sunos',
  'win32',
];
const added = [];

for (const [path, { optionalDependencies = {}, dev, license }] of Object.entries(packages)) {
  for (const [name, version] of Object.entries(optionalDependencies)) {
    if (packages[`node_modules/${name}`] ?? packages[`${path}/node_modules/${name}`]) continue;
    const words = name.split(/[/-]/);
    const system = SYSTEMS.find((os) => words.includes(os));
    const cpu = words.find((word) =>
      /^(arm64|x64|arm|ia32|ppc64|ppc64le|s390x|riscv64|loong64|mips64el)$/.test(word),
    );
    if (system === undefined || cpu === undefined || !/^\d/.test(version)) {
      throw new Error(`${path} names ${name}@${version}, whose platform its name does not say`);
    }
    const libc = words.find((word) => word === 'musl' || word === 'glibc');
    packages[`node_modules/${name}`] = {
      version,
      cpu: [cpu],
      ...(dev && { dev }),
      ...(libc && { libc: [libc] }),
      license,
      optional: true,
      os: [system],
    };
    added.push(name);
  }
}
lock.packages = Object.fromEntries(Object.entries(packages).sort(([a], [b]) => a.localeCompare(b, 'en')));
await writeFile(file, `${JSON.stringify(lock, null, 2)}\n`);
console.log(added.length === 0 ? 'nothing was missing' : `added: ${added.join(', ')}`);
