import { argument } from '../src/cli/argument.js';
import { defineCommand } from '../src/cli/command.js';
import { faultsText, faultText } from '../src/report/text/faults.js';
import { faultNames } from './shared/completions.js';

export default defineCommand({
  description:
    'Needs no cluster. With a name: how each driver injects the fault and rolls it back, and what must and must not follow.',
  examples: ['sentinelctl faults', 'sentinelctl faults partition', 'sentinelctl faults --json'],
  arguments: [
    argument.optional('FAULT', { summary: 'the name of a fault, to show it in full', complete: faultNames }),
  ],
  async run(_context, { args: [name] }) {
    const { catalogue, faultOf } = await import('../src/faults/catalogue/index.js');
    return { faults: name === undefined ? [...catalogue] : [faultOf(name)], whole: name !== undefined };
  },
  render: ({ faults, whole }, view) => {
    const [first] = faults;
    return whole && first !== undefined ? faultText(first, view) : faultsText(faults, view);
  },
  rows: {
    columns: ['name', 'summary', 'target.words', 'expires'],
    of: ({ faults }) => faults,
  },
  // The function that turns a fault into acts is not data, and of which node `correct` speaks its text says.
  toJson: ({ faults }) => ({
    faults: faults.map(({ acts: _acts, ofMaster: _ofMaster, ...fault }) => fault),
  }),
});
