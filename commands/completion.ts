import { argument } from '../src/cli/argument.js';
import { defineCommand } from '../src/cli/command.js';
import { completionScript, SHELLS } from '../src/cli/shell-scripts.js';

export default defineCommand({
  description:
    'Completes commands, options and their values, and the names of existing clusters, nodes and masters. ' +
    'bash and zsh: source <(sentinelctl completion bash); fish: sentinelctl completion fish | source.',
  examples: ['sentinelctl completion bash', 'sentinelctl completion zsh', 'sentinelctl completion fish'],
  arguments: [argument.choice('SHELL', SHELLS, { summary: 'bash, zsh or fish', ask: 'Which shell?' })],
  run: async (_context, { args: [shell] }) => ({ shell, script: completionScript(shell) }),
  render: ({ script }) => script,
});
