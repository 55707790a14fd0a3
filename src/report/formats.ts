import type { FailoverResult } from '../observe/result.js';
import { failoverHtml } from './html/page.js';
import { failoverJunitXml } from './junit.js';
import { failoverMarkdown } from './markdown/failover.js';
import { eventsNdjson } from './ndjson.js';

/** A report in a file: what it is called in a directory of its own, the extensions that ask for it, how it is made. */
export interface ReportFormat {
  id: 'html' | 'json' | 'ndjson' | 'junit' | 'markdown';
  file: string;
  extensions: readonly string[];
  render(result: FailoverResult): string;
}

export const REPORT_FORMATS: readonly ReportFormat[] = [
  { id: 'html', file: 'report.html', extensions: ['.html', '.htm'], render: failoverHtml },
  {
    id: 'json',
    file: 'report.json',
    extensions: ['.json'],
    render: (result) => `${JSON.stringify(result, null, 2)}\n`,
  },
  { id: 'ndjson', file: 'events.ndjson', extensions: ['.ndjson', '.jsonl'], render: eventsNdjson },
  { id: 'junit', file: 'junit.xml', extensions: ['.xml'], render: failoverJunitXml },
  { id: 'markdown', file: 'report.md', extensions: ['.md', '.markdown'], render: failoverMarkdown },
];

/** The format that a file's name asks for; undefined where its extension says nothing. */
export function formatOf(path: string): ReportFormat | undefined {
  const name = path.toLowerCase();
  return REPORT_FORMATS.find((f) => f.extensions.some((extension) => name.endsWith(extension)));
}
