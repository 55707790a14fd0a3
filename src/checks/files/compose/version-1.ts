import { at, entriesOf, type Tree } from './tree.js';

/** Whether a file is of the first version of Compose, whose services stand at the top level. */
export const isVersion1 = (compose: Tree): boolean =>
  entriesOf(compose).length > 0 &&
  entriesOf(compose).every(([, service]) =>
    ['image', 'build'].some((name) => at(service, name).kind !== 'nothing'),
  );

/** The same as a file of today. */
export const withServices = (compose: Tree): Tree => ({
  kind: 'map',
  entries: new Map([['services', compose]]),
  line: compose.line,
});
