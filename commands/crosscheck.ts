import { defineCommand } from '../src/cli/command.js';
import { crosscheckExitCode, crosscheckOf } from '../src/model/crosscheck.js';
import { masterNameOf } from '../src/model/which-master.js';
import { crosscheckText } from '../src/report/text/crosscheck.js';
import { CROSSCHECK_ROWS } from '../src/report/tsv.js';
import { lookAt, MASTER } from './shared/look.js';
import { expectationOf } from './shared/status-of.js';

export default defineCommand({
  description:
    'Each sentinel is asked which data nodes and which other sentinels it reaches, each replica whether its link to the\n' +
    'master is up, and this machine asks all of them. A link that works is ✔, one that does not is ✗, and what is not\n' +
    'known is ?: a sentinel that does not answer says nothing of its links. status judges what follows.',
  examples: ['sentinelctl crosscheck', 'sentinelctl crosscheck mymaster --output tsv'],
  arguments: [MASTER],
  async run(context, { args: [name] }) {
    const { target, snapshot, masterName: wanted, ctl } = await lookAt(context, name);
    const masterName = masterNameOf(snapshot, wanted, ctl);
    const [{ assess }, expectation] = await Promise.all([
      import('../src/checks/assess.js'),
      expectationOf(context, target),
    ]);
    const { masters } = assess(snapshot, { ...expectation, masterName });
    return crosscheckOf(snapshot, masterName, masters.find((one) => one.name === masterName)?.problems ?? []);
  },
  render: crosscheckText,
  rows: CROSSCHECK_ROWS,
  exitCode: crosscheckExitCode,
});
