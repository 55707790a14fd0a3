export { type Finding, sentenceOf } from './check.js';
export {
  type DiagnoseOptions,
  type DoctorResult,
  diagnose,
  diagnoseFiles,
  doctorExitCode,
} from './diagnose.js';
export { CHECKS } from './registry.js';
