import { linesSaid } from '../../model/next-command.js';
import type { Problem } from '../../model/status.js';
import { about } from '../../model/words.js';
import { cut, plain, wrap } from '../plain-text.js';
import { nextLines } from './lines.js';
import { SEVERITY_MARK, severityPaint } from './outcome.js';
import { lineWidth, themeOf, type View } from './theme.js';
import type { Part } from './within-room.js';

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
export function problemParts(problems: readonly Problem[], view: View, above: Above): Part[] {
  const theme = themeOf(view);
  const shown = new Set<string>(above.commands);
  // What belongs to the verdict is next to it.
  const led = problems.map((problem) => ({ problem, lead: above.leadOf(problem) }));
  const sorted = [...led.filter(({ lead }) => lead !== null), ...led.filter(({ lead }) => lead === null)];
  const inBrief = ({ message, severity }: Problem): string =>
    severityPaint(severity, theme)(cut(`${SEVERITY_MARK[severity]} ${plain(message)}`, lineWidth(view)));
  return sorted.map(({ problem, lead }, i): Part => {
    const brief = inBrief(problem);
    const before = sorted[i - 1]?.problem;
    const isSame = problem.why === before?.why && problem.id === before?.id;
    const said = lead === null ? problem.message : problem.evidence;
    const [head, ...more] = [said, isSame ? null : problem.why].filter((text) => text !== null);
    const steps = stepLines(problem, shown, view);
    if (head === undefined) return { full: steps, brief };
    const [only, ...others] = problem.subjects;
    const named = only === undefined || others.length > 0 ? head : about([only], head);
    const sentence = lead === null ? head : `${lead}${named}`;
    const full = [
      ...wrap(`${SEVERITY_MARK[problem.severity]} ${plain(sentence)}`, lineWidth(view), 2).map(
        severityPaint(problem.severity, theme),
      ),
      ...more.flatMap((text) => wrap(`  ${plain(text)}`, lineWidth(view), 2)).map(theme.dim),
      ...steps,
    ];
    return { full, brief };
  });
}

/** The commands of a problem that no earlier one asked for. */
function stepLines({ fix, later }: Problem, shown: Set<string>, view: View): string[] {
  const isSaid = (lines: readonly string[]): boolean =>
    [...shown].some((command) => linesSaid(lines, command) === lines.length);
  const fresh = (command: string): boolean =>
    command !== '' && !shown.has(command) && !isSaid(command.split('\n')) && shown.add(command).size > 0;
  return [
    ...(fresh(fix) ? fix.split('\n').flatMap((line) => nextLines(line, view, 2)) : []),
    ...(later !== undefined && fresh(later.fix) ? nextLines(`${later.when}:\n${later.fix}`, view, 2) : []),
  ];
}
