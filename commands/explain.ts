import type { CheckText } from '../src/checks/check.js';
import { argument } from '../src/cli/argument.js';
import { defineCommand } from '../src/cli/command.js';
import { option } from '../src/cli/option.js';
import { checkDocument } from '../src/report/documents.js';
import { checksPage } from '../src/report/markdown/checks-page.js';
import { explainText } from '../src/report/text/explain.js';
import { EXPLAIN_ROWS } from '../src/report/tsv.js';
import { requireKnown } from './shared/check-ids.js';
import { explainable } from './shared/completions.js';

export default defineCommand({
  description:
    'Without an ID: one line per check, the worst of each group first; with the name of a group or of its part, which\n' +
    'stands behind its title (files, disk, replicas), those of that one. The same text is in docs/checks.md.',
  examples: [
    'sentinelctl explain',
    'sentinelctl explain split-brain',
    'sentinelctl explain network',
    'sentinelctl explain --markdown',
  ],
  arguments: [
    argument.optional('ID', {
      summary: 'the id of a check, as doctor prints it, or a group of checks',
      complete: explainable,
    }),
  ],
  options: {
    markdown: option.flag('--markdown', {
      summary: 'print every check in full, as Markdown',
      flagOnly: true,
    }),
  },
  async run(_context, { args: [id], options }) {
    const { CHECKS } = await import('../src/checks/index.js');
    const { namesOf } = await import('../src/checks/parts.js');
    if (id !== undefined) requireKnown([id], [...new Set(CHECKS.flatMap(namesOf))]);
    const chosen = CHECKS.filter((check) => id === undefined || namesOf(check).includes(id));
    return {
      checks: chosen.map(explained),
      markdown: options.markdown,
    };
  },
  render: ({ checks, markdown }, view) => (markdown ? checksPage(checks) : explainText(checks, view)),
  rows: EXPLAIN_ROWS,
  toJson: ({ checks }) => ({ checks: checks.map(checkDocument) }),
});

/** The words of a check, without its judgements and its place among the others. */
function explained(check: CheckText & Partial<Record<'live' | 'files', unknown>>): CheckText {
  const { live: _live, files: _files, first: _first, ...text } = check;
  return text;
}
