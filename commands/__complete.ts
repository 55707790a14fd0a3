import { defineCommand } from '../src/cli/command.js';
import { type Candidate, complete } from '../src/cli/complete.js';
import { commands } from './index.js';

export default defineCommand<Candidate[]>({
  name: '__complete',
  summary: 'answer a shell that completes',
  description: 'Prints what the last word may become, one a line: the word, a tab, what it means.',
  examples: ['sentinelctl __complete -- st'],
  arguments: [
    {
      name: 'WORD',
      summary: 'the words typed so far, the last one unfinished',
      required: false,
      variadic: true,
    },
  ],
  hidden: true,
  run: (context, { args }) =>
    complete(args, { commands, env: context.env, cluster: context.globals.cluster }),
  render: (candidates) =>
    candidates.map(({ value, text }) => (text === '' ? value : `${value}\t${text}`)).join('\n'),
});
