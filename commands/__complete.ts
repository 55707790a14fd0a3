import { argument } from '../src/cli/argument.js';
import { type CommandDef, defineCommand } from '../src/cli/command.js';
import { complete } from '../src/cli/complete.js';
import type { Registry } from '../src/cli/registry.js';

/** Made from the registry that it completes, so that neither imports the other. */
export default (commands: Registry): CommandDef =>
  defineCommand({
    description:
      'Prints the possible completions of the last word, one per line: the word, a tab, its meaning.',
    examples: ['sentinelctl __complete -- st'],
    arguments: [argument.rest('WORD', { summary: 'the words typed so far, the last one unfinished' })],
    run: (context, { args: [words] }) =>
      complete(words, {
        commands,
        env: context.env,
        cluster: context.globals.cluster,
        fileClusters: context.globals.fileClusters,
      }),
    render: (candidates) =>
      candidates.map(({ value, text }) => (text === '' ? value : `${value}\t${text}`)).join('\n'),
  });
