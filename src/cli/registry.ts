import type { Command, CommandDef } from './command.js';

export const GROUPS = ['Cluster', 'Inspect', 'Act on a node', 'Faults', 'Test', 'Shell'] as const;

/** A command as `--help` lists it; its module is loaded only once it was chosen. */
interface CommandEntry {
  summary: string;
  group: (typeof GROUPS)[number];
  hidden?: boolean;
  /** It interrupts clients or removes data: no hint and no suggestion names it, except with `--help`. */
  harmful?: true;
  /** It stops a node, or may: it is proposed for a node, and never for another cluster than the one that was named. */
  stopsNode?: true;
  /** It creates the cluster that it names: where none is named, that is not the only one that exists already. */
  creates?: true;
  load(): Promise<{ default: CommandDef }>;
}

/** Every command by its name. */
export type Registry = Readonly<Record<string, CommandEntry>>;

/** Loads the command of that name; undefined where the registry has none. */
export async function loadCommand(registry: Registry, name: string): Promise<Command | undefined> {
  const entry = Object.hasOwn(registry, name) ? registry[name] : undefined;
  return entry === undefined
    ? undefined
    : {
        ...(await entry.load()).default,
        name,
        summary: entry.summary,
        harmful: entry.harmful === true,
        stopsNode: entry.stopsNode === true,
        creates: entry.creates === true,
      };
}
