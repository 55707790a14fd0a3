import { defineCommand } from '../src/cli/command.js';
import { quorumText } from '../src/report/text/quorum.js';
import { QUORUM_ROWS } from '../src/report/tsv.js';
import { confirmFor } from './shared/confirm.js';
import { CUT_OFF } from './shared/cut-off.js';
import { VERBOSE } from './shared/failover-options.js';
import { ownCluster } from './shared/runtime.js';
import { EXIT_OF } from './shared/verdict.js';

export default defineCommand({
  description:
    'Stops one sentinel and kills the master: a failover must happen. Then stops a majority of the sentinels and kills\n' +
    'the master: no failover may happen for longer than an election takes; after they are started again, it must. Always\n' +
    'restores every node and proves it. Exits 0 when all of that holds, 1 when not, 2 when evidence is missing.',
  examples: ['sentinelctl quorum-test'],
  options: { verbose: VERBOSE },
  async run(context) {
    const own = await ownCluster(context, 'quorum-test');
    await confirmFor(context, own, async (seen) => {
      const { outage } = await import('../src/cluster/impact.js');
      return `kills the master twice, with one sentinel down and with a majority of them down, and starts them again: writes stop for ${outage(seen)}, then until the sentinels run again`;
    });
    const { quorumTest } = await import('../src/scenarios/play/quorum.js');
    return quorumTest(own.runtime, own.state);
  },
  cutOff: CUT_OFF,
  render: quorumText,
  rows: QUORUM_ROWS,
  exitCode: (result) => EXIT_OF[result.outcome],
});
