import { argument } from '../src/cli/argument.js';
import { defineCommand } from '../src/cli/command.js';
import { usedCluster } from '../src/config/paths.js';
import { refused } from '../src/errors.js';
import { shellWord } from '../src/model/secrets.js';
import { detachText } from '../src/report/text/attach.js';
import { inFile, placeOf } from './shared/file-clusters.js';
import { storeOf } from './shared/target.js';

export default defineCommand({
  description:
    'Forgets what attach wrote down on this machine. Nothing is asked of the cluster, and nothing changes there.',
  examples: ['sentinelctl detach staging'],
  arguments: [argument.required('NAME', { summary: 'the attached cluster', complete: 'attached' })],
  async run(context, { args: [name] }) {
    const { detach } = await import('../src/cluster/attach.js');
    const entry = inFile(context.globals, name);
    if (entry !== undefined)
      throw refused(
        'in-file',
        `cluster "${name}" is in ${placeOf(entry)}, and is attached as long as it is there`,
        {
          why: 'detach forgets what attach wrote down on this machine',
          hint: `sed -n ${entry.line}p ${shellWord(entry.path)} # remove its lines; then sentinelctl detach ${name}`,
        },
      );
    const store = storeOf(context);
    const wasUsed = (await usedCluster(store.home)) === name;
    return { ...(await detach(store, name)), wasUsed };
  },
  render: detachText,
  rows: { columns: ['cluster', 'servers', 'wasUsed'], of: (result) => [result] },
});
