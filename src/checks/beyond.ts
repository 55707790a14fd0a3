import type { Problem, Verdict } from '../model/status.js';
import type { DoctorResult } from './diagnose.js';
import { idsIn, isPresent, othersIn } from './passed.js';

/** What a diagnosis finds beyond the cheap checks of `status`: ids of checks, each once, as they are counted everywhere. */
export interface Beyond {
  /** What is wrong, or will be at the next failover or restart. */
  present: string[];
  /** What is not wrong now. */
  risks: string[];
  notes: string[];
  verdict: Verdict;
}

/** Compares by check: a finding that the status shows too is not counted, nor what stands under another one. Pure. */
export function beyond(problems: readonly Problem[], { findings, verdict }: DoctorResult): Beyond {
  const shown = new Set(problems.map(({ id }) => id));
  const more = findings.filter(({ id }) => !shown.has(id));
  const present = idsIn(more.filter(isPresent));
  const { risks, notes } = othersIn(more.filter(({ id }) => !present.includes(id)));
  return { present, risks, notes, verdict };
}
