/** Without what changes nothing: `/data/./` is `/data`. */
const bare = (path: string): string =>
  path
    .split('/')
    .filter((name, i) => i === 0 || (name !== '' && name !== '.'))
    .join('/');

/** Whether a path is a directory, or below it. Absolute POSIX paths, as they are in a container or on another machine. */
export const isUnder = (path: string, directory: string): boolean =>
  `${bare(path)}/`.startsWith(`${bare(directory)}/`);

/** The mount that has a path: the one whose target is the nearest above it. */
export const mountAt = <M extends { target: string }>(mounts: readonly M[], path: string): M | undefined =>
  mounts
    .filter(({ target }) => isUnder(path, target))
    .toSorted((a, b) => bare(b.target).length - bare(a.target).length)[0];
