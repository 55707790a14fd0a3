import { humanDurationMs } from '../model/duration.js';
import type { NodePlan } from '../model/plan.js';
import { count } from '../model/words.js';
import type { InvariantResult, NodeRef, Verdict } from '../observe/result.js';
import type { SwitchoverMethod, SwitchoverTrial } from '../observe/switchover-result.js';
import type { LoadResult } from '../workload/load.js';
import type { Moved } from './direct.js';
import type { Look } from './look.js';

export interface Judging {
  look: Pick<Look, 'roles' | 'target'>;
  moved: Moved;
  startedAt: string;
  proofs: InvariantResult[];
  /** What the clients were acknowledged; null where none wrote. */
  written: LoadResult | null;
  syncFull: number | null;
  maxGapMs: number;
  method: SwitchoverMethod;
}

export const refOf = ({ id, announce }: NodePlan): NodeRef => ({ id, ...announce });

/** The verdict of one move: by the longest gap, the lost writes, and what was proved. Pure. */
export function judgeTrial(judging: Judging): SwitchoverTrial {
  const { look, moved, startedAt, written, syncFull, method } = judging;
  const proofs = [...judging.proofs, ...(written?.invariants ?? [])];
  const trial = {
    startedAt,
    oldMaster: refOf(look.roles.master),
    newMaster: refOf(look.target),
    method,
    switchMs: round(moved.switchedAtMs - moved.startedAtMs),
    writeGapMs: written?.client.outageMs ?? null,
    syncFull,
    slipBytes: moved.slipBytes,
    steps: moved.steps,
    proofs,
    ...(written !== null && { client: written.client, ledger: written.ledger }),
  };
  return { ...verdictOf({ ...trial, proofs }, judging.maxGapMs), ...trial };
}

type Facts = Pick<SwitchoverTrial, 'switchMs' | 'writeGapMs' | 'slipBytes' | 'ledger' | 'proofs'>;

function verdictOf(trial: Facts, maxGapMs: number): { outcome: Verdict; reason: string } {
  const { switchMs, writeGapMs, ledger, proofs, slipBytes } = trial;
  const lost = ledger?.lost ?? 0;
  const gapMs = writeGapMs ?? switchMs;
  const against = [
    ...(lost > 0 ? [`${count(lost, 'acknowledged write')} lost`] : []),
    ...(gapMs > maxGapMs
      ? [`writes waited for ${humanDurationMs(gapMs)}, ${humanDurationMs(maxGapMs)} are allowed`]
      : []),
    ...(slipBytes !== null && slipBytes > 0
      ? [`the old master wrote ${slipBytes} bytes more after the comparison`]
      : []),
    ...proofs.filter(({ verdict }) => verdict === 'violated').map(({ evidence }) => evidence),
  ];
  if (against.length > 0) return { outcome: 'violated', reason: against.join('; ') };
  const missing = [
    ...(slipBytes === null ? ['the old master did not answer its demotion'] : []),
    ...proofs
      .filter(({ id, verdict }) => verdict === 'unknown' && id !== 'files-agree')
      .map((p) => p.evidence),
  ];
  if (missing.length > 0) return { outcome: 'unknown', reason: missing.join('; ') };
  return { outcome: 'holds', reason: 'every check passed' };
}

const round = (ms: number): number => Math.round(ms * 10) / 10;
