import { argument } from '../src/cli/argument.js';
import { defineCommand } from '../src/cli/command.js';
import { option } from '../src/cli/option.js';
import { type FaultsShown, faultsText, faultText, possibleText } from '../src/report/text/faults.js';
import { faultNames } from './shared/completions.js';
import { ownCluster } from './shared/runtime.js';

export default defineCommand({
  description:
    'Needs no cluster. With a name: how each driver injects the fault and rolls it back, and what must and must not follow.\n' +
    'With --possible, or where a cluster is named: which faults can be injected into it as it is now, what exactly would be\n' +
    'done, and why the others cannot be. Nothing is changed.',
  examples: [
    'sentinelctl faults',
    'sentinelctl faults partition',
    'sentinelctl faults --possible',
    'sentinelctl faults --json',
  ],
  arguments: [
    argument.optional('FAULT', { summary: 'the name of a fault, to show it in full', complete: faultNames }),
  ],
  options: {
    possible: option.flag('--possible', {
      summary: 'say of each fault whether it can be injected into the cluster, and how, or why not',
      flagOnly: true,
    }),
  },
  async run(context, { args: [name], options }): Promise<FaultsShown> {
    const { catalogue, faultOf } = await import('../src/faults/catalogue/index.js');
    const faults = name === undefined ? [...catalogue] : [faultOf(name)];
    const isOfCluster = options.possible || context.globals.clusterFrom === 'flag';
    if (!isOfCluster) return { faults, whole: name !== undefined, cluster: null, possible: [] };
    const own = await ownCluster(context, 'faults');
    const { possibleFaults } = await import('../src/faults/possible.js');
    const possible = await possibleFaults(own.runtime, own.state);
    return {
      faults,
      whole: name !== undefined,
      cluster: own.name,
      possible: possible.filter((one) => faults.some((fault) => fault.name === one.name)),
    };
  },
  render: ({ faults, whole, cluster, possible }, view) => {
    const [first] = faults;
    if (cluster !== null) return possibleText(cluster, possible, view);
    return whole && first !== undefined ? faultText(first, view) : faultsText(faults, view);
  },
  rows: {
    columns: ['name', 'summary', 'target.words', 'expires', 'can', 'why', 'instead'],
    usual: ({ cluster }) =>
      cluster === null ? ['name', 'summary', 'target.words', 'expires'] : ['name', 'can', 'why', 'instead'],
    of: ({ faults, possible }) =>
      faults.map((fault) => ({ ...fault, ...possible.find(({ name }) => name === fault.name) })),
  },
  // The function that turns a fault into acts is not data, and of which node `correct` speaks its text says.
  toJson: ({ faults, cluster, possible }) => ({
    faults: faults.map(({ acts: _acts, ofMaster: _ofMaster, ...fault }) => fault),
    ...(cluster !== null && { cluster, possible }),
  }),
});
