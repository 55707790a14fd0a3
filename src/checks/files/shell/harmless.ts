import { globSource } from './expand.js';
import { baseName } from './machine.js';
import type { Step } from './parse.js';

/** Whether a body only waits and prints: it writes no file and starts nothing. */
export function changesNothing(body: readonly Step[]): boolean {
  const harmless =
    /^(echo|printf|sleep|true|false|:|test|\[|\[\[|exit|return|redis-cli|valkey-cli|nc|ping|getent|nslookup|curl|wget|break|continue|date|shift|mkdir|chown|chmod|chgrp|umask|ulimit)$/;
  return body.every(({ pipeline }) =>
    pipeline.every(
      (c) =>
        c.kind === 'simple' &&
        [...c.redirects].every(({ operator, target }) => operator === '<' || target === '/dev/null') &&
        (c.words[0] === undefined ? false : harmless.test(baseName(c.words[0]))),
    ),
  );
}

/** A pattern of `case`: `*` and `?`. */
export const globOf = (pattern: string): RegExp => new RegExp(`^${globSource(pattern, '.*')}$`, 's');
