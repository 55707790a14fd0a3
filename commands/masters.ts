import { defineCommand } from '../src/cli/command.js';
import { mastersResult, viewsExitCode } from '../src/model/views.js';
import { masterNameOf } from '../src/model/which-master.js';
import { mastersText } from '../src/report/text/views.js';
import { MASTERS_ROWS } from '../src/report/tsv.js';
import { lookAt } from './shared/look.js';

export default defineCommand({
  description: 'SENTINEL MASTERS at every sentinel, with the differences marked. Exits 1 if they differ.',
  examples: ['sentinelctl masters', 'sentinelctl masters --output tsv'],
  async run(context) {
    const { snapshot, masterName, ctl } = await lookAt(context);
    if (masterName !== null || snapshot.sentinels.every((s) => s.answer === null))
      masterNameOf(snapshot, masterName, ctl);
    return mastersResult(snapshot);
  },
  render: mastersText,
  rows: MASTERS_ROWS,
  exitCode: viewsExitCode,
});
