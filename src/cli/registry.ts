import type { CommandDef } from './command.js';

export const GROUPS = ['Cluster', 'Look', 'Act on a node', 'Break and mend', 'Prove', 'Shell'] as const;

/** A command as `--help` lists it; its module is loaded only once it was chosen. */
export interface CommandEntry {
  /** The same as the command's own: a test compares them. */
  summary: string;
  group: (typeof GROUPS)[number];
  hidden?: boolean;
  load(): Promise<{ default: CommandDef }>;
}

/** Every command by its name. */
export type Registry = Readonly<Record<string, CommandEntry>>;
