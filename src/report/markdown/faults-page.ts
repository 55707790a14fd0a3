import type { Fault, Way } from '../../faults/catalogue/fault.js';
import { capital } from '../plain-text.js';
import { tableOf } from './markup.js';

/** Every fault at length, in Markdown: what stands between the marks in docs/faults.md is this. */
export function faultsPage(faults: readonly Fault[]): string {
  const titles = ['fault', 'what', 'default target', 'ends by itself'];
  const rows = faults.map((f) => [
    `[\`${f.name}\`](#${f.name})`,
    ...[f.summary, f.target.byDefault, f.expires ?? 'no'].map(cell),
  ]);
  return [tableOf([titles, ...rows]), ...faults.map(section)].join('\n\n');
}

function section(fault: Fault): string {
  const { process, docker } = fault.drivers;
  const isSame = JSON.stringify(process) === JSON.stringify(docker);
  const params = Object.entries(fault.params).map(
    ([name, value]) => `\`--${name.replace(/Ms$/, '')}\` (${value})`,
  );
  const rows = [
    ['TARGET', `${fault.target.words}; by default ${fault.target.byDefault}`],
    ...(params.length === 0 ? [] : [['options', params.join(', ')]]),
    ...(isSame
      ? [['how', wayOf(process)]]
      : [
          ['processes', wayOf(process)],
          ['containers', wayOf(docker)],
        ]),
    ...(fault.expires === null ? [] : [['ends by itself', fault.expires]]),
    ['a correct cluster', fault.correct.join('<br>')],
    ['must not happen', fault.mustNot.join('<br>')],
  ];
  return [
    `### ${fault.name}`,
    `${capital(fault.summary)}. ${fault.does}`,
    ['| | |', '| --- | --- |', ...rows.map(([name = '', text = '']) => `| ${name} | ${cell(text)} |`)].join(
      '\n',
    ),
  ].join('\n\n');
}

const wayOf = (way: Way): string =>
  way.can
    ? `${way.injects}<br>rolled back: ${way.heals}`
    : `not possible: ${way.why}; instead: ${way.instead}`;

const cell = (text: string): string => text.replaceAll('|', '\\|');
