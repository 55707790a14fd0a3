import { formatDurationMs } from '../../model/duration.js';
import { conditionText } from '../format/condition-text.js';
import type { Step } from '../format/scenario.js';

/** A step in words, as plans and results name it. */
export function stepText(step: Step): string {
  switch (step.do) {
    case 'inject': {
      const params = Object.entries(step.with).map(([name, value]) => ` ${name} ${value}`);
      return `inject ${step.fault}${step.on.length === 0 ? '' : ` of ${step.on.join(', ')}`}${params.join('')}`;
    }
    case 'heal':
      return `heal ${step.what ?? 'everything'}${step.asCrashed ? ', with its old configuration' : ''}`;
    case 'wait':
      return `wait for ${conditionText(step.until)}`;
    case 'hold':
      return `hold: ${conditionText(step.condition)}${step.forMs === null ? '' : ` for ${formatDurationMs(step.forMs)}`}`;
    case 'rest':
      return `rest for ${formatDurationMs(step.forMs)}`;
    case 'sentinel':
      return `SENTINEL ${step.command.toUpperCase()} at ${step.at}`;
    case 'set':
      return `SENTINEL SET ${pairs(step.values)} at ${step.on.join(', ')}`;
    case 'config':
      return `CONFIG SET ${pairs(step.values)} at ${step.on.join(', ')}`;
    case 'debug':
      return `SENTINEL DEBUG ${pairs(step.values)} at ${step.on.join(', ')}`;
    case 'write':
      return `write ${step.keys} keys`;
  }
}

const pairs = (values: Readonly<Record<string, string>>): string =>
  Object.entries(values)
    .map(([name, value]) => `${name} ${value}`)
    .join(' ');
