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
 * verdict says only what is new: its evidence, else why it matters; nothing where that is shown too.
 */
export function problemParts(problems: readonly Problem[], view: View, above: Above): Part[] {
  const theme = themeOf(view);
  const shown = new Set<string>(above.commands);
  // What belongs to the verdict is next to it.
  const led = problems.map((problem) => ({ problem, lead: above.leadOf(problem) }));
  const sorted = [...led.filter(({ lead }) => lead !== null), ...led.filter(({ lead }) => lead === null)];
  const inBrief = ({ severity }: Problem, words: string): string =>
    severityPaint(severity, theme)(cut(`${SEVERITY_MARK[severity]} ${plain(words)}`, lineWidth(view)));
  const parts = sorted.map(({ problem, lead }, i): Part => {
    const before = sorted[i - 1]?.problem;
    const isSame = problem.why === before?.why && problem.id === before?.id;
    const said = lead === null ? problem.message : problem.evidence;
    const [head, ...more] = [said, isSame ? null : problem.why].filter((text) => text !== null);
    const steps = stepLines(problem, shown, view);
    if (head === undefined) return { full: steps, brief: inBrief(problem, problem.message) };
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
    return { full, brief: inBrief(problem, lead === null ? problem.message : sentence) };
  });
  return parts.filter(({ full }) => full.length > 0);
}

/** The steps of a problem that are not shown above it, which are its first ones or all of them. */
function stepLines({ fix, later }: Problem, shown: Set<string>, view: View): string[] {
  const fresh = (steps: string): string[] => {
    const lines = steps.split('\n');
    if (steps === '' || shown.has(steps) || lines.every((line) => shown.has(line))) return [];
    const said = Math.max(0, ...[...shown].map((command) => linesSaid(lines, command)));
    for (const one of [steps, ...lines]) shown.add(one);
    return lines.slice(said);
  };
  const now = fresh(fix);
  const next = later === undefined ? [] : fresh(later.fix);
  return [
    ...now.flatMap((line) => nextLines(line, view, 2)),
    ...(next.length === 0 ? [] : nextLines([`${later?.when}:`, ...next].join('\n'), view, 2)),
  ];
}
