import type { ClusterLines } from '../../model/cluster-lines.js';

export interface LinesResult {
  /** One cluster by its name, as the project's file has it. */
  clusters: Record<string, ClusterLines>;
}

/** A text that YAML reads as the same text without quotes. */
const PLAIN = /^(?!(?:true|false|null|yes|no|on|off)$)[A-Za-z/][\w./@-]*(?::\d+)?$/i;

const scalar = (value: string | boolean): string =>
  typeof value === 'boolean' || PLAIN.test(value) ? String(value) : JSON.stringify(value);

/** The lines for `sentinelctl.yaml`. */
export const linesText = ({ clusters }: LinesResult): string =>
  [
    'clusters:',
    ...Object.entries(clusters).flatMap(([name, lines]) => [
      `  ${name}:`,
      ...Object.entries(lines).flatMap(([key, value]) =>
        Array.isArray(value)
          ? [`    ${key}:`, ...value.map((one) => `      - ${scalar(one)}`)]
          : [`    ${key}: ${scalar(value)}`],
      ),
    ]),
  ].join('\n');
