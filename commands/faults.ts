import { defineCommand } from '../src/cli/command.js';
import { faultsText, faultText } from '../src/report/text/faults.js';

export default defineCommand({
  name: 'faults',
  summary: 'every fault that can be injected, and what a correct cluster does',
  description:
    'Needs no cluster. With a name: how each driver does it and takes it back, what must follow, what must not.',
  examples: ['sentinelctl faults', 'sentinelctl faults partition', 'sentinelctl faults --json'],
  arguments: [{ name: 'FAULT', summary: 'one of them, in full', required: false }],
  async run(_context, { args: [name] }) {
    const { catalogue, faultOf } = await import('../src/faults/catalogue/index.js');
    return { faults: name === undefined ? [...catalogue] : [faultOf(name)], whole: name !== undefined };
  },
  render: ({ faults, whole }, view) => {
    const [first] = faults;
    return whole && first !== undefined ? faultText(first, view) : faultsText(faults, view);
  },
  // What turns it into acts is no data.
  toJson: ({ faults }) => ({ faults: faults.map(({ acts: _acts, ...fault }) => fault) }),
});
