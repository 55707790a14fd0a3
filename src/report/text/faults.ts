import type { Fault, Way } from '../../faults/catalogue/fault.js';
import { padEnd, widthOf, wrap } from '../plain-text.js';
import { SYMBOL, themeOf, type View } from './theme.js';

/** Every fault in a line: name, what it is. */
export function faultsText(faults: readonly Fault[], view: View): string {
  const theme = themeOf(view);
  const width = Math.max(...faults.map(({ name }) => widthOf(name)));
  const lines = faults.flatMap(({ name, summary }) =>
    wrap(`${padEnd(name, width)}  ${summary}`, view.columns, width + 2).map((line, i) =>
      i === 0 ? line.replace(name, theme.bold(name)) : line,
    ),
  );
  return [...lines, '', theme.accent(`${SYMBOL.next} sentinelctl faults NAME shows one in full`)].join('\n');
}

/** One fault in full. */
export function faultText(fault: Fault, view: View): string {
  const theme = themeOf(view);
  const block = (title: string, items: readonly string[]): string[] =>
    items.length === 0
      ? []
      : ['', theme.bold(title), ...items.flatMap((item) => wrap(`  ${item}`, view.columns, 4))];
  const params = Object.entries(fault.params).map(
    ([name, value]) => `--${name.replace(/Ms$/, '')}: ${value}`,
  );
  return [
    ...wrap(`${theme.bold(fault.name)}: ${fault.summary}`, view.columns, 2),
    '',
    ...wrap(fault.does, view.columns),
    ...block('TARGET', [`${fault.target.words}; by default: ${fault.target.byDefault}`]),
    ...block('Options', params),
    ...block('How', [
      ...wayLines('process', fault.drivers.process),
      ...wayLines('docker', fault.drivers.docker),
    ]),
    ...block('Ends by itself', fault.expires === null ? [] : [fault.expires]),
    ...block('A correct cluster', fault.correct),
    ...block('What must not happen', fault.mustNot),
  ].join('\n');
}

const wayLines = (driver: string, way: Way): string[] =>
  way.can
    ? [`${driver}: ${way.injects}; taken back: ${way.heals}`]
    : [`${driver}: not possible, ${way.why}; instead: ${way.instead}`];
