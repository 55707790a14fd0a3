import { isAt, type MasterFacts } from '../../model/facts.js';
import type { SentinelState } from '../../model/snapshot.js';
import type { RawFinding } from '../check.js';

/** Whether a sentinel that answers lists it, so that it counts for the majority as long as it is not forgotten. */
export const isCounted = (
  masters: readonly Pick<MasterFacts, 'sentinelViews'>[],
  sentinel: SentinelState,
): boolean =>
  masters.some(({ sentinelViews }) =>
    sentinelViews.some(({ view }) => view.sentinels.some((s) => isAt(sentinel, s.address))),
  );

/** What to type instead of a start: whether they come back only the operator knows. It shows what to do, and does nothing. */
export const forgetGone = (
  { expectation, hints }: Pick<MasterFacts, 'expectation' | 'hints'>,
  gone: readonly SentinelState[],
): Pick<RawFinding, 'later'> =>
  expectation.own || gone.length === 0
    ? {}
    : {
        later: {
          when: `or, if ${gone.length === 1 ? 'it is' : 'they are'} gone for good, let the others forget ${gone.length === 1 ? 'it' : 'them'}`,
          fix: hints.ctl(`doctor --gone ${gone.map(({ id }) => id).join(',')}`),
        },
      };
