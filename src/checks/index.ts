export type { Check, RawFinding, Repair, Severity, Skip } from './check.js';
export { isLive, SEVERITIES } from './check.js';
export {
  chosen,
  type DiagnoseOptions,
  type DoctorResult,
  diagnose,
  diagnoseFiles,
  doctorExitCode,
  resultOf,
} from './diagnose.js';
export { fold } from './fold.js';
export { CHECKS } from './registry.js';
export { type Finding, findingOf, type Ran, runChecks, type Skipped } from './run.js';
export { told, type Verdict, verdictOf } from './verdict.js';
