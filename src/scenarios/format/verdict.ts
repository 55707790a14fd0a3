import type { InvariantResult, Verdict } from '../../observe/result.js';
import type { Weakness } from './scenario.js';

/** Everything that was judged, with its evidence. */
export interface Findings {
  steps: readonly {
    step: string;
    outcome: 'done' | 'failed' | 'unknown' | 'not-reached';
    evidence: string;
  }[];
  expectations: readonly { expectation: string; verdict: Verdict; evidence: string }[];
  invariants: readonly InvariantResult[];
  weakness: Weakness | null;
  /** How the weakness shows, judged. */
  shows: readonly { expectation: string; verdict: Verdict; evidence: string }[];
}

export interface Outcome {
  outcome: Verdict;
  reason: string;
  /** Whether an expected weakness showed. */
  shown: boolean;
}

/**
 * A scenario's verdict: the worst of its steps, expectations and invariants. An expected weakness that does not show
 * is a violation too, unless it is `probable`; one that could not be judged is unknown. Pure.
 */
export function outcomeOf({ steps, expectations, invariants, weakness, shows }: Findings): Outcome {
  const shown = weakness !== null && shows.every((s) => s.verdict === 'holds');
  const missed = shows
    .filter((s) => weakness?.probable !== true || s.verdict === 'unknown')
    .map((s) => ({ what: `the weakness did not show: ${s.expectation}`, ...s }));
  // A probable weakness that shows takes along what it breaks; what is expected besides is judged all the same.
  const each: { what: string; verdict: Verdict; evidence: string }[] = [
    ...steps.flatMap((s) =>
      s.outcome === 'failed' || s.outcome === 'unknown'
        ? [
            {
              what: s.step,
              verdict: s.outcome === 'failed' ? ('violated' as const) : ('unknown' as const),
              evidence: s.evidence,
            },
          ]
        : [],
    ),
    ...missed,
    ...expectations.map((e) => ({ what: e.expectation, ...e })),
    ...invariants.map((i) => ({ what: i.id, ...i })),
  ];
  const worst = each.find((e) => e.verdict === 'violated') ?? each.find((e) => e.verdict === 'unknown');
  if (worst !== undefined)
    return { outcome: worst.verdict, reason: `${worst.what}: ${worst.evidence}`, shown };
  return { outcome: 'holds', reason: heldReason(weakness, shows, shown, expectations), shown };
}

function heldReason(
  weakness: Weakness | null,
  shows: Findings['shows'],
  shown: boolean,
  expectations: Findings['expectations'],
): string {
  if (weakness !== null && shown) return `the weakness showed: ${shows.map((s) => s.evidence).join('; ')}`;
  if (weakness !== null) return 'the weakness did not show this time; it does not show every time';
  const first = expectations[0];
  return first === undefined ? 'everything held' : first.evidence;
}
