import { argument } from '../src/cli/argument.js';
import { defineCommand } from '../src/cli/command.js';
import { withCluster } from '../src/cluster/open.js';
import { redactConf } from '../src/model/conf.js';
import { unknownNode } from '../src/model/unknown-node.js';
import { ownCluster } from './shared/runtime.js';

interface ConfigResult {
  cluster: string;
  nodes: { id: string; conf: string | null }[];
}

export default defineCommand({
  description: 'Redis and Sentinel rewrite their files; this prints the current content.',
  examples: ['sentinelctl config', 'sentinelctl config sentinel-1'],
  arguments: [
    argument.optional('NODE', { summary: 'an id such as redis-1; default: all', complete: 'node' }),
  ],
  async run(context, { args: [wanted] }): Promise<ConfigResult> {
    const target = await ownCluster(context, 'config');
    const known = target.state.plan.nodes.map((n) => n.id);
    if (wanted !== undefined && !known.includes(wanted)) throw unknownNode(target.state.plan, wanted);
    return withCluster(target.runtime, target.state, {}, async ({ host }) => {
      const ids = wanted === undefined ? known : [wanted];
      const nodes = await Promise.all(
        ids.map(async (id) => {
          await host.requireAble(id, 'readConf');
          const conf = await host.readConf(id);
          return { id, conf: conf === undefined ? null : redactConf(conf) };
        }),
      );
      return { cluster: target.name, nodes };
    });
  },
  // A row for each directive.
  rows: {
    columns: ['id', 'directive', 'value'],
    of: ({ nodes }) =>
      nodes.flatMap(({ id, conf }) =>
        (conf ?? '').split('\n').flatMap((line) => {
          const [, directive, value = ''] = /^\s*([^#\s]\S*)\s*(.*)$/.exec(line) ?? [];
          return directive === undefined ? [] : [{ id, directive, value }];
        }),
      ),
  },
  render: ({ nodes }) =>
    nodes
      .map(
        ({ id, conf }) =>
          `# ── ${id} ──\n${conf === null ? '# (no file: the node does not exist)' : conf.trimEnd()}`,
      )
      .join('\n\n'),
});
