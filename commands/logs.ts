import { defineCommand } from '../src/cli/command.js';
import { openDriverOf } from '../src/cluster/open.js';
import { duration, integer } from '../src/config/parsers.js';
import type { LogLine } from '../src/drivers/node-host.js';
import { usageError } from '../src/errors.js';
import { logLineText } from '../src/report/text/logs.js';
import { ownCluster } from './shared/runtime.js';

export default defineCommand({
  name: 'logs',
  summary: 'the nodes’ own logs, merged by time',
  examples: [
    'sentinelctl logs --tail 20',
    'sentinelctl logs sentinel-1 sentinel-2 --since 5m',
    'sentinelctl logs -f',
  ],
  arguments: [
    {
      name: 'NODE',
      summary: 'ids such as redis-1; all where none is given',
      required: false,
      variadic: true,
      complete: 'node',
    },
  ],
  options: [
    { flags: '-f, --follow', summary: 'go on with what is added, until Ctrl-C' },
    {
      flags: '--since <duration>',
      summary: 'nothing older than this',
      parse: duration('--since', { minMs: 1 }, '5m'),
    },
    {
      flags: '--tail <n>',
      summary: 'the last so many lines of all of them together',
      parse: integer('--tail', { min: 0, max: 1_000_000 }, 50),
    },
  ],
  async run(context, { args, options }) {
    const target = await ownCluster(context, 'logs');
    const { plan } = target.state;
    const known = plan.nodes.map((n) => n.id);
    const strange = args.find((id) => !known.includes(id));
    if (strange !== undefined) {
      throw usageError(
        'node-unknown',
        `there is no node "${strange.slice(0, 60)}" in cluster "${target.name}"`,
        { hint: `one of: ${known.join(', ')}` },
      );
    }
    const ids = args.length === 0 ? known : args;
    const { mergedLogs } = await import('../src/cluster/logs.js');
    const driver = await openDriverOf(target.runtime, target.state);
    const { json, color, width } = {
      json: context.globals.output === 'json',
      color: context.stdout.color,
      width: Math.max(...ids.map((id) => id.length)),
    };
    try {
      const lines = mergedLogs(driver.host, ids, {
        follow: options.follow === true,
        tail: options.tail as number | undefined,
        sinceMs: options.since === undefined ? undefined : context.clock.wallMs() - (options.since as number),
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
