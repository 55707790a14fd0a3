import type { Globals } from '../../src/config/globals.js';
import { refused } from '../../src/errors.js';
import { listed } from '../../src/model/words.js';

const OTHER_CLUSTER = {
  why: 'the command goes to another cluster than the one that was named',
  hint: 'sentinelctl list # shows the names',
};

/** Throws `not-confirmed` (3) where `--confirm` names something else than what is acted on. */
export function requireNamed(
  { confirm: named }: Pick<Globals, 'confirm'>,
  wanted: readonly string[],
  action: string,
  more: Partial<typeof OTHER_CLUSTER> = {},
): void {
  if (named === null || wanted.includes(named)) return;
  throw refused('not-confirmed', `${action} is refused: --confirm names ${named}, not ${listed(wanted)}`, {
    ...OTHER_CLUSTER,
    ...more,
  });
}
