import type { CheckText } from '../../checks/check.js';
import { wordOf } from '../../model/verdict.js';
import { capital } from '../plain-text.js';
import { tableOf } from './markup.js';

const GROUPS: Record<CheckText['group'], string> = {
  configuration: 'Configuration',
  authentication: 'Authentication and TLS',
  network: 'Network and Docker',
  data: 'Data nodes',
  live: 'The cluster as it is now',
  application: 'The application’s side',
};

/** Every check at length, as a page of Markdown: docs/checks.md is this. */
export function checksPage(checks: readonly CheckText[]): string {
  const groups = (Object.keys(GROUPS) as CheckText['group'][])
    .map((group) => ({ group, members: checks.filter((check) => check.group === group) }))
    .filter(({ members }) => members.length > 0);
  return [
    '# Checks',
    '<!-- Written by `sentinelctl explain --markdown` from the checks themselves; a test fails when it is out of date. -->',
    `What \`sentinelctl doctor\` looks for: ${checks.length} checks. Each is judged from what every sentinel and data node answered; one whose evidence is missing is skipped with the reason, never passed. \`sentinelctl explain ID\` says the same on a terminal.`,
    groups.map(({ group }) => `- [${GROUPS[group]}](#${anchorOf(GROUPS[group])})`).join('\n'),
    ...groups.flatMap(({ group, members }) => [
      `## ${GROUPS[group]}`,
      overview(members),
      ...members.map(section),
    ]),
  ].join('\n\n');
}

/** As GitHub makes it of a heading. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^a-z ]/g, '')
    .replaceAll(' ', '-');

function overview(checks: readonly CheckText[]): string {
  const rows = checks.map((c) => [`[\`${c.id}\`](#${c.id})`, c.severity, cell(c.title)]);
  return tableOf([['check', 'severity', 'what'], ...rows]);
}

function section(check: CheckText): string {
  const needs = check.overTime === true ? ', needs `--watch-for`' : '';
  return [
    `### ${check.id}`,
    `${capital(prose(check.title))} (${wordOf(check.impact)}, ${check.severity}${needs}).`,
    `**What happens:** ${prose(check.consequence)}`,
    prose(check.explanation),
    ['**What to do:**', '', ...check.remedy.map((line) => `- ${prose(line)}`)].join('\n'),
    ...(check.causes?.length ? [`**May cause:** ${check.causes.map((id) => `\`${id}\``).join(', ')}`] : []),
    `**Sources:** ${check.sources.map(prose).join('; ')}`,
  ].join('\n\n');
}

const cell = (text: string): string => prose(text).replaceAll('|', '\\|');
/** Nothing in the words of a check is markup: `*` and `_` stand in settings, `<` before what is to be filled in. */
const prose = (text: string): string => text.replace(/([\\*_<>])/g, '\\$1');
