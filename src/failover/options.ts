import type { FailoverResult } from '../observe/result.js';
import type { Threshold } from './thresholds.js';
import type { TrialSettings } from './trial.js';

/** What a run of failovers is asked to be. */
export interface FailoverTestOptions extends TrialSettings {
  trials: number;
  /** Chooses which replica is to take over in each of several trials. */
  seed: number;
  thresholds: Threshold[];
  /** What the trials have in common, as a part of a larger run: `down-after 2s, min-replicas-to-write 1`. */
  part?: string;
  /** The command line that runs this again, for the report. */
  command: string;
  /** Hears of the result so far after each trial, so that a run that is killed leaves what it has. */
  onTrial?: ((soFar: FailoverResult) => Promise<void>) | undefined;
}
