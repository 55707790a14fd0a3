import type { BaselineComparison } from '../failover/baseline.js';
import type { FailoverResult } from '../observe/result.js';
import type { SweepResult } from '../observe/sweep-result.js';
import { failoverHtml } from './html/page.js';
import { sweepHtml } from './html/sweep-page.js';
import { failoverJunitXml } from './junit.js';
import { failoverMarkdown } from './markdown/failover.js';
import { eventsNdjson } from './ndjson.js';

/** A report in a file: its name in a report directory, the extensions that select it, its renderer. */
export interface ReportFormat<R> {
  id: 'html' | 'json' | 'ndjson' | 'junit' | 'markdown';
  file: string;
  extensions: readonly string[];
  /** `baseline`: an earlier run to show beside it, and how this one compares with it, where the format can. */
  render(result: R, baseline?: R | null, comparison?: BaselineComparison | null): string;
}

const json = (result: unknown): string => `${JSON.stringify(result, null, 2)}\n`;

export const FAILOVER_FORMATS: readonly ReportFormat<FailoverResult>[] = [
  { id: 'html', file: 'report.html', extensions: ['.html', '.htm'], render: failoverHtml },
  { id: 'json', file: 'report.json', extensions: ['.json'], render: (result) => json(result) },
  { id: 'ndjson', file: 'events.ndjson', extensions: ['.ndjson', '.jsonl'], render: eventsNdjson },
  { id: 'junit', file: 'junit.xml', extensions: ['.xml'], render: failoverJunitXml },
  { id: 'markdown', file: 'report.md', extensions: ['.md', '.markdown'], render: failoverMarkdown },
];

export const SWEEP_FORMATS: readonly ReportFormat<SweepResult>[] = [
  { id: 'html', file: 'sweep.html', extensions: ['.html'], render: sweepHtml },
  { id: 'json', file: 'sweep.json', extensions: ['.json'], render: json },
];

/** The format that a file's extension asks for; undefined for an unknown one. */
export function formatOf<R>(path: string, formats: readonly ReportFormat<R>[]): ReportFormat<R> | undefined {
  const name = path.toLowerCase();
  return formats.find((f) => f.extensions.some((extension) => name.endsWith(extension)));
}
