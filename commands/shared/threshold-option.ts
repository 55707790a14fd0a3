import type { OptionDef } from '../../src/cli/command.js';
import { parseThreshold, type Threshold } from '../../src/failover/thresholds.js';

/** `--threshold`, repeatable, in k6's grammar. */
export const thresholdOption: OptionDef = {
  flags: '--threshold <expression>',
  summary: "what must hold over the trials, as 'switchedMs:p(95)<7000' or 'ledger.lost==0'; repeatable",
  parse: (text, previous) => [...((previous as Threshold[] | undefined) ?? []), parseThreshold(text)],
};
