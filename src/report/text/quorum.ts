import { humanDurationMs } from '../../model/duration.js';
import { command } from '../../model/hints.js';
import type { QuorumPhase, QuorumResult } from '../../scenarios/play/quorum.js';
import { plain, together, wrap } from '../plain-text.js';
import { VERDICT_WORD } from '../words/verdict.js';
import { nextLines, verdictLines, warningLines } from './lines.js';
import { MARK, paintOf } from './outcome.js';
import { lineWidth, themeOf, type View } from './theme.js';

/** The verdict, each phase with its number of sentinels, and the next command. */
export function quorumText(result: QuorumResult, view: View): string {
  const theme = themeOf(view);
  const { sentinels, quorum, majority, masterName } = result;
  const setting = `${masterName}: ${sentinels} sentinels, quorum ${quorum}, majority ${majority}`;
  return [
    ...verdictLines(VERDICT_WORD[result.outcome], paintOf(result.outcome, theme), plain(setting), view),
    ...wrap(plain(result.reason), lineWidth(view)),
    ...result.phases.flatMap((phase) => ['', ...phaseLines(phase, view)]),
    '',
    ...adviceFor(result).flatMap((words) => warningLines(words, view)),
    ...nextLines(command('status', result.cluster), view),
  ].join('\n');
}

function phaseLines(phase: QuorumPhase, view: View): string[] {
  const theme = themeOf(view);
  const head = `${MARK[phase.outcome]} ${phase.title} (${phase.down} down, ${phase.left} left)`;
  const steps = phase.result?.steps ?? [];
  const bad = (phase.result?.invariants ?? []).filter((i) => i.verdict !== 'holds');
  return [
    ...wrap(plain(head), lineWidth(view), 2).map(paintOf(phase.outcome, theme)),
    ...(phase.outcome === 'holds' ? [] : wrap(plain(`  ${phase.reason}`), lineWidth(view), 2)),
    ...steps.flatMap((s) => {
      const took = s.tookMs === null ? '' : `  (${together(humanDurationMs(s.tookMs))})`;
      const seen = s.evidence === '' ? '' : `: ${s.evidence}`;
      return wrap(plain(`  ${s.step}${seen}${took}`), lineWidth(view), 6);
    }),
    ...bad.flatMap((i) => wrap(plain(`  ${MARK[i.verdict]} ${i.id}: ${i.evidence}`), lineWidth(view), 6)),
  ];
}

function adviceFor({ sentinels, phases }: QuorumResult): string[] {
  const [one] = phases;
  // Only a phase that was not tried shows that no sentinel can be spared.
  if (one === undefined || one.result !== null) return [];
  return sentinels < 3
    ? ['use 3 sentinels on 3 machines: fewer cannot lose one']
    : ['lower the quorum to the majority: with this one, no sentinel may be lost'];
}
