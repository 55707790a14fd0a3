import type { CheckText, Finding } from '../checks/check.js';
import type { DoctorResult } from '../checks/diagnose.js';
import { type FixSteps, fixSteps, typedHere } from '../model/fix-steps.js';
import type { Problem, StatusResult, Verdict } from '../model/status.js';

type WithSteps<T> = T & { fixSteps: FixSteps };

/** The JSON document of `status`: each problem also has its fix in the form for programs. */
export const statusDocument = (status: StatusResult): StatusResult => ({
  ...status,
  verdict: verdictDocument(status.verdict),
  masters: status.masters.map((master) => ({
    ...master,
    verdict: verdictDocument(master.verdict),
    problems: master.problems.map(problemDocument),
  })),
  problems: status.problems.map(problemDocument),
});

/** A verdict for programs: its next command is one that can be typed where sentinelctl runs, else null. */
export const verdictDocument = ({ countdown: _, ...verdict }: Verdict): Verdict => ({
  ...verdict,
  next: typedHere(verdict.next),
});

const problemDocument = (problem: Problem): WithSteps<Problem> => ({
  ...problem,
  fixSteps: fixSteps(problem.fix.split('\n'), problem.later),
});

/** The same of `doctor`. */
export const doctorDocument = (result: DoctorResult): DoctorResult => ({
  ...result,
  verdict: verdictDocument(result.verdict),
  findings: result.findings.map(findingDocument),
});

const findingDocument = ({ countdown: _, ...finding }: Finding): WithSteps<Finding> => ({
  ...finding,
  fixSteps: fixSteps(finding.fix),
  consequences: finding.consequences.map(findingDocument),
});

/** The same of `explain`; a check in general names no server, so most commands are only in the text. */
export const checkDocument = (check: CheckText): WithSteps<CheckText> => ({
  ...check,
  fixSteps: fixSteps(check.remedy),
});
