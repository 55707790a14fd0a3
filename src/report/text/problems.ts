import type { Problem } from '../../model/status.js';
import { plain, wrap } from '../plain-text.js';
import { nextLines } from './lines.js';
import { SEVERITY_MARK, severityPaint } from './outcome.js';
import { lineWidth, themeOf, type View } from './theme.js';

/** What is on the screen above the problems. */
interface Above {
  /** Commands. */
  commands: readonly string[];
  /** Null for a problem that no verdict says; else what it is about, where that is not clear: `cache: `. */
  leadOf(problem: Problem): string | null;
}

/**
 * Each problem with why it matters and what to type next; what consecutive problems share is shown once. Of one that a
 * verdict says only what is new: its evidence, else why it matters.
 */
export function problemLines(problems: readonly Problem[], view: View, above: Above): string[] {
  const theme = themeOf(view);
  const shown = new Set<string>(above.commands);
  // What belongs to the verdict is next to it.
  const led = problems.map((problem) => ({ problem, lead: above.leadOf(problem) }));
  const sorted = [...led.filter(({ lead }) => lead !== null), ...led.filter(({ lead }) => lead === null)];
  return sorted.flatMap(({ problem, lead }, i) => {
    const before = sorted[i - 1]?.problem;
    const isSame = problem.why === before?.why && problem.id === before?.id;
    const said = lead === null ? problem.message : problem.evidence;
    const [head, ...more] = [said, isSame ? null : problem.why].filter((text) => text !== null);
    const steps = stepLines(problem, shown, view);
    if (head === undefined) return steps;
    return [
      ...wrap(`${SEVERITY_MARK[problem.severity]} ${plain(`${lead ?? ''}${head}`)}`, lineWidth(view), 2).map(
        severityPaint(problem.severity, theme),
      ),
      ...more.flatMap((text) => wrap(`  ${plain(text)}`, lineWidth(view), 2)).map(theme.dim),
      ...steps,
    ];
  });
}

/** The commands of a problem that no earlier one asked for. */
function stepLines({ fix, later }: Problem, shown: Set<string>, view: View): string[] {
  const fresh = (command: string): boolean => !shown.has(command) && shown.add(command).size > 0;
  return [
    ...(fresh(fix) ? fix.split('\n').flatMap((line) => nextLines(line, view, 2)) : []),
    ...(later !== undefined && fresh(later.fix) ? nextLines(`${later.when}: ${later.fix}`, view, 2) : []),
  ];
}
