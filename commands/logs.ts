import { argument } from '../src/cli/argument.js';
import { defineCommand } from '../src/cli/command.js';
import { option } from '../src/cli/option.js';
import { withCluster } from '../src/cluster/open.js';
import type { Output } from '../src/config/globals.js';
import type { LogLine } from '../src/drivers/node-host.js';
import { unknownNode } from '../src/model/unknown-node.js';
import { cell, type RowSet } from '../src/report/rows.js';
import { logLineText } from '../src/report/text/logs.js';
import { ownCluster } from './shared/runtime.js';

/** The node, its own time in milliseconds since 1970, and the line. */
const ROWS: RowSet = { columns: ['node', 'atMs', 'text'], of: () => [] };

export default defineCommand({
  examples: [
    'sentinelctl logs --tail 20',
    'sentinelctl logs sentinel-1 sentinel-2 --since 5m',
    'sentinelctl logs -f',
  ],
  arguments: [argument.rest('NODE', { summary: 'ids such as redis-1; default: all', complete: 'node' })],
  options: {
    follow: option.flag('-f, --follow', { summary: 'print new lines as they are written, until Ctrl-C' }),
    sinceMs: option.duration('--since <duration>', {
      summary: 'only lines of the last DURATION',
      minMs: 1,
      example: '5m',
    }),
    tail: option.integer('--tail <n>', {
      summary: 'only the last N lines of all nodes together',
      min: 0,
      max: 1_000_000,
      example: 50,
    }),
  },
  async run(context, { args: [wanted], options: { follow, sinceMs, tail } }) {
    const target = await ownCluster(context, 'logs');
    const { plan } = target.state;
    const known = plan.nodes.map((n) => n.id);
    const unknown = wanted.find((id) => !known.includes(id));
    if (unknown !== undefined) throw unknownNode(target.state.plan, unknown);
    const ids = wanted.length === 0 ? known : wanted;
    const { mergedLogs } = await import('../src/cluster/logs.js');
    const { output, columns } = context.globals;
    const { color, width } = {
      color: context.stdout.color,
      width: Math.max(...ids.map((id) => id.length)),
    };
    const textOf =
      lineText(output, columns ?? ROWS.columns) ?? ((line) => logLineText(line, { known, width, color }));
    await withCluster(target.runtime, target.state, {}, async ({ host }) => {
      const lines = mergedLogs(host, ids, {
        follow,
        tail,
        sinceMs: sinceMs === undefined ? undefined : context.clock.wallMs() - sinceMs,
        signal: context.signal,
        onUnreadable: (text) => context.progress({ type: 'note', level: 'warning', text }),
      });
      if (output === 'tsv') await context.write(`${(columns ?? ROWS.columns).join('\t')}\n`);
      for await (const line of lines) await context.write(`${textOf(line)}\n`);
    });
    return undefined;
  },
  rows: ROWS,
  render: () => '',
});

/** A stream is one document a line: NDJSON, an item of a YAML list, a row. */
function lineText(output: Output, columns: readonly string[]): ((line: LogLine) => string) | null {
  const document = ({ node, atMs, text }: LogLine): string => JSON.stringify({ node, atMs, text });
  switch (output) {
    case 'json':
      return document;
    case 'yaml':
      return (line) => `- ${document(line)}`;
    case 'tsv':
      return (line) => columns.map((column) => cell(line, column)).join('\t');
    case 'name':
      return ({ node }) => node;
    case 'table':
      return null;
  }
}
