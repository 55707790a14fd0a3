import { type OperatorError, refused } from '../errors.js';
import { command, isUnnamed, typedFor } from '../model/hints.js';
import { DEFAULT_SPEC } from '../model/spec.js';
import { listed } from '../model/words.js';

/** `cluster-unknown` (3): the cluster does not exist, or none was named and there is more than one to choose from. */
export function unknownCluster(cluster: string, names: readonly string[]): OperatorError {
  // An empty directory of its name is listed too, and is not it.
  const known = names.filter((name) => name !== cluster);
  const [first] = known;
  if (first === undefined)
    return refused('cluster-unknown', `cluster "${cluster}" does not exist on this machine`, {
      why: 'no cluster is known on this machine',
      hint: `${command('up', cluster)} # or --sentinel-addrs HOST:PORT,… for a cluster that runs already`,
    });
  if (cluster === DEFAULT_SPEC.cluster && isUnnamed()) return unnamed(first, known);
  return refused('cluster-unknown', `cluster "${cluster}" does not exist on this machine`, {
    why: `known clusters: ${known.join(', ')}`,
    hint: `${typedFor(cluster, first)} # or: ${command('up', cluster)}`,
  });
}

const unnamed = (first: string, known: readonly string[]): OperatorError =>
  refused(
    'cluster-unknown',
    `no cluster was named; there ${known.length === 1 ? 'is' : 'are'} ${known.length}: ${listed(known)}`,
    {
      why: `a command without --cluster uses the cluster "${DEFAULT_SPEC.cluster}", which does not exist`,
      hint: `${typedFor(DEFAULT_SPEC.cluster, first)} # or, for every later command: sentinelctl use ${first}`,
    },
  );
