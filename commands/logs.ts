import { argument } from '../src/cli/argument.js';
import { defineCommand } from '../src/cli/command.js';
import { option } from '../src/cli/option.js';
import { openDriverOf } from '../src/cluster/open.js';
import type { LogLine } from '../src/drivers/node-host.js';
import { unknownNode } from '../src/model/plan.js';
import { logLineText } from '../src/report/text/logs.js';
import { ownCluster } from './shared/runtime.js';

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
    const driver = await openDriverOf(target.runtime, target.state);
    const { json, color, width } = {
      json: context.globals.output === 'json',
      color: context.stdout.color,
      width: Math.max(...ids.map((id) => id.length)),
    };
    try {
      const lines = mergedLogs(driver.host, ids, {
        follow,
        tail,
        sinceMs: sinceMs === undefined ? undefined : context.clock.wallMs() - sinceMs,
        signal: context.signal,
      });
      for await (const line of lines)
        await context.write(`${json ? ndjson(line) : logLineText(line, { known, width, color })}\n`);
    } finally {
      driver.close();
    }
    return undefined;
  },
  render: () => '',
});

/** A stream is one document a line. */
const ndjson = ({ node, atMs, text }: LogLine): string => JSON.stringify({ node, atMs, text });
