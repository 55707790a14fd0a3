import type { Check } from './check.js';
import { FILE_CHECKS } from './files/index.js';
import { CHECKS } from './registry.js';

export type { Check, RawFinding, Repair, Severity, Skip } from './check.js';
export { SEVERITIES } from './check.js';
export {
  chosen,
  type DiagnoseOptions,
  type DoctorResult,
  diagnose,
  doctorExitCode,
  resultOf,
} from './diagnose.js';
export { fold } from './fold.js';
export { CHECKS } from './registry.js';
export { type Finding, findingOf, type Ran, runChecks, type Skipped } from './run.js';
export { told, type Verdict, verdictOf } from './verdict.js';

/** Every check there is, those that only files can show included. */
export const ALL_CHECKS: readonly Check[] = [...CHECKS, ...FILE_CHECKS];
