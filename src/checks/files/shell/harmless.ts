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

/** Whether a body changes nothing, and what stands behind it runs in any case. */
export const passes = (body: readonly Step[]): boolean =>
  changesNothing(body) &&
  !body.some(
    ({ pipeline: [c] }) => c?.kind === 'simple' && /^(break|continue|return)$/.test(c.words[0] ?? ''),
  );

/** Whether a step ends the script. */
export const exits = ({ pipeline }: Step): boolean =>
  pipeline.some((c) => c.kind === 'simple' && c.words[0] === 'exit');

/** Whether a condition sets a variable. */
export const sets = (condition: readonly Step[]): boolean =>
  condition.some(({ pipeline }) =>
    pipeline.some((c) => c.kind === 'simple' && /^[A-Za-z_]\w*=/.test(c.words[0] ?? '')),
  );
