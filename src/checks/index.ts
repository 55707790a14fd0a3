export type { Finding, Severity } from './check.js';
export { isLive } from './check.js';
export {
  type DiagnoseOptions,
  type DoctorResult,
  diagnose,
  diagnoseFiles,
  doctorExitCode,
} from './diagnose.js';
export { CHECKS } from './registry.js';
export { runChecks } from './run.js';
export { told } from './verdict.js';
