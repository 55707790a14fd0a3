import type { FileCluster } from '../config/files.js';
import { stateHome } from '../config/paths.js';
import { usageError } from '../errors.js';
import { command } from '../model/hints.js';
import { shellWord } from '../model/secrets.js';
import type { ArgumentDef } from './argument.js';
import type { Command } from './command.js';
import type { Prompts } from './interactive.js';
import { isAttached, type KnownCluster, knownClusters } from './known.js';
import type { World } from './world.js';

/** Who answers, and about which clusters. */
interface Asker {
  world: World;
  prompts: Prompts | null;
  cluster: string;
  fileClusters: readonly FileCluster[];
}

/**
 * The command's arguments, complete: a missing required one is asked for on a terminal, and is a usage error
 * otherwise.
 */
export async function completeArguments(
  def: Command,
  words: readonly string[],
  where: Asker,
): Promise<string[]> {
  const given = [...words];
  for (const argument of def.arguments.slice(given.length)) {
    if (!argument.required) break;
    given.push(await askFor(def, argument, where));
  }
  return given;
}

/** What shows how it is typed, where that does no harm. */
const example = (def: Command): string =>
  (def.harmful === true ? undefined : def.examples[0]) ?? `sentinelctl ${def.name} --help`;

/** An example names a node, a cluster or a file that need not be there. */
async function hintFor(
  def: Command,
  { complete, likely, form }: ArgumentDef,
  { cluster, directory }: { cluster: string; directory: string },
): Promise<string> {
  if (complete === 'node' && def.harmful !== true) return command('status', cluster);
  if (form !== undefined) return form;
  if (complete === 'cluster' || complete === 'attached') return 'sentinelctl list';
  if (likely === undefined) return example(def);
  const [found] = await likely(directory);
  return found === undefined
    ? `sentinelctl ${def.name} --help`
    : `sentinelctl ${def.name} ${shellWord(found)}`;
}

async function askFor(
  def: Command,
  argument: ArgumentDef,
  { world, prompts, cluster, fileClusters }: Asker,
): Promise<string> {
  if (prompts === null || argument.ask === undefined) {
    throw usageError('missing-argument', `${def.name} needs ${argument.name}`, {
      why: argument.summary,
      hint: await hintFor(def, argument, { cluster, directory: world.cwd }),
    });
  }
  const clusters =
    argument.complete === undefined ? [] : await knownClusters(stateHome(world.env, world.cwd), fileClusters);
  const values = argument.choices ?? candidates(argument.complete, clusters, cluster);
  if (values.length > 0) {
    const choices =
      argument.complete === 'node'
        ? await (await world.interactive()).liveNodeChoices(world, {
            ids: values,
            cluster,
            command: def.name,
          })
        : values.map((value) => ({ value, name: value }));
    return prompts.select(argument.ask, choices);
  }
  return (await prompts.input(argument.ask)).trim();
}

/** What an argument or an option may be completed with, live. */
export function candidates(
  what: ArgumentDef['complete'],
  clusters: readonly KnownCluster[],
  cluster: string,
): string[] {
  const chosen = clusters.find((c) => c.name === cluster);
  const beside = (words: readonly string[], start = ''): string[] =>
    chosen === undefined ? [] : [...words, ...chosen.nodes.filter((id) => id.startsWith(start))];
  switch (what) {
    case 'node':
      return beside(['master']);
    case 'id':
      return beside([]);
    case 'server':
      return beside(['master', 'replicas', 'sentinels', 'all']);
    case 'data node':
      return beside(['master'], 'redis-');
    case 'replica':
      // Which of them is the master is not in a file.
      return beside([], 'redis-');
    case 'sentinel':
      return beside([], 'sentinel-');
    case 'cluster':
      return clusters.map((c) => c.name);
    case 'attached':
      return clusters.filter((c) => isAttached(c) && !c.isInFile).map((c) => c.name);
    case 'master':
      return [...new Set((chosen ? [chosen] : clusters).flatMap((c) => c.masterName ?? []))];
    default:
      return [];
  }
}
