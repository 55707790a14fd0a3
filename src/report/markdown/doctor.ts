import type { Finding } from '../../checks/check.js';
import type { DoctorResult } from '../../checks/diagnose.js';
import { code, tableOf, text } from './markup.js';

/** The diagnosis as Markdown, for a ticket or a job's summary. */
export function doctorMarkdown({
  accepted,
  checked,
  cluster,
  findings,
  skipped,
  verdict,
}: DoctorResult): string {
  const lines = [
    `## ${verdict.word}: ${text(verdict.text)}`,
    '',
    `Cluster ${code(cluster)}, ${checked} checks judged.`,
  ];
  for (const finding of findings) lines.push('', ...findingLines(finding));
  if (accepted.length > 0) {
    const rows = accepted.map((one) => [code(one.id), text(one.because), one.until ?? '', one.state]);
    lines.push('', tableOf([['accepted', 'because', 'until', 'state'], ...rows]));
  }
  if (skipped.length > 0) {
    lines.push('', tableOf([['skipped', 'why'], ...skipped.map(({ id, why }) => [code(id), text(why)])]));
  }
  return lines.join('\n');
}

function findingLines(finding: Finding): string[] {
  const { id, severity, subject, message, consequence, fix, source, at, consequences } = finding;
  return [
    `### ${severity}: \`${id}\`${subject === '' ? '' : ` (${text(subject)})`}`,
    '',
    `${text(message)}${at === undefined ? '' : ` (${code(`${at.file}:${at.line}`)})`}. ${text(consequence)}`,
    ...(fix.length === 0 ? [] : ['', '```', ...fix.map((line) => line.replaceAll('```', "'''")), '```']),
    ...(consequences.length === 0
      ? []
      : [
          '',
          ...consequences.map(
            (c) => `- explains ${c.severity} \`${c.id}\` (${text(c.subject)}): ${text(c.message)}`,
          ),
        ]),
    '',
    `Source: ${text(source)}`,
  ];
}
