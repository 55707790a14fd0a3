import type { CheckText, Finding } from '../checks/check.js';
import type { DoctorResult } from '../checks/diagnose.js';
import { type FixSteps, fixSteps } from '../model/fix-steps.js';
import type { Problem, StatusResult } from '../model/status.js';

type WithSteps<T> = T & { fixSteps: FixSteps };

/** The JSON document of `status`: each problem also has its fix in the form for programs. */
export const statusDocument = (status: StatusResult): StatusResult => ({
  ...status,
  masters: status.masters.map((master) => ({ ...master, problems: master.problems.map(problemDocument) })),
  problems: status.problems.map(problemDocument),
});

const problemDocument = (problem: Problem): WithSteps<Problem> => ({
  ...problem,
  fixSteps: fixSteps(problem.fix.split('\n'), problem.later),
});

/** The same of `doctor`. */
export const doctorDocument = (result: DoctorResult): DoctorResult => ({
  ...result,
  findings: result.findings.map(findingDocument),
});

const findingDocument = (finding: Finding): WithSteps<Finding> => ({
  ...finding,
  fixSteps: fixSteps(finding.fix),
  consequences: finding.consequences.map(findingDocument),
});

/** The same of `explain`; a check in general names no server, so most commands are only in the text. */
export const checkDocument = (check: CheckText): WithSteps<CheckText> => ({
  ...check,
  fixSteps: fixSteps(check.remedy),
});
