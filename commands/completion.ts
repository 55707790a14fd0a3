import { defineCommand } from '../src/cli/command.js';
import { completionScript, SHELLS, type Shell } from '../src/cli/shell-scripts.js';
import { choice } from '../src/config/parsers.js';

interface Completion {
  shell: Shell;
  script: string;
}

export default defineCommand<Completion>({
  name: 'completion',
  summary: 'print the completion script for bash, zsh or fish',
  description:
    'Commands, options and their values are completed, and live names: clusters, nodes, masters. ' +
    'bash and zsh: source <(sentinelctl completion bash); fish: sentinelctl completion fish | source.',
  examples: ['sentinelctl completion bash', 'sentinelctl completion zsh', 'sentinelctl completion fish'],
  arguments: [
    {
      name: 'SHELL',
      summary: 'bash, zsh or fish',
      required: true,
      complete: 'shell',
      ask: 'For which shell?',
    },
  ],
  async run(_context, { args }) {
    const shell = choice('SHELL', SHELLS)(args[0] ?? '');
    return { shell, script: completionScript(shell) };
  },
  render: ({ script }) => script,
});
