import { defineCommand } from '../src/cli/command.js';
import { EXIT } from '../src/errors.js';
import { quorumText } from '../src/report/text/quorum.js';
import type { QuorumResult } from '../src/scenarios/play/quorum.js';
import { ownCluster } from './shared/runtime.js';

const EXIT_OF = { holds: EXIT.ok, violated: EXIT.violated, unknown: EXIT.unknown } as const;

export default defineCommand<QuorumResult>({
  name: 'quorum-test',
  summary: 'what the sentinels can lose: one of them, and a majority of them',
  description:
    'Takes one sentinel down and kills the master: a failover must still happen. Then a majority of the sentinels: none\n' +
    'may happen, which is watched for longer than an election takes; with them back the pending one must. Everything is\n' +
    'taken back and proved, whatever happens. Exits 0 when all of that holds, 1 when not, 2 when it could not be seen.',
  examples: ['sentinelctl quorum-test'],
  async run(context) {
    const { runtime, name: cluster } = await ownCluster(context, 'quorum-test');
    const { quorumTest } = await import('../src/scenarios/play/quorum.js');
    return quorumTest(runtime, cluster);
  },
  cutOff:
    'left at once: what was injected may be in effect\n→ sentinelctl recover puts it back; sentinelctl status shows it',
  render: quorumText,
  exitCode: (result) => EXIT_OF[result.outcome],
});
