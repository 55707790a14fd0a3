import type { GatheredNode } from '../model/gathered.js';
import { cli } from './evidence.js';

/** The commands that set a directive at run time and keep it over a restart. `value` in quotes where it has blanks. */
export function setConfig(
  node: Pick<GatheredNode, 'endpoint'>,
  name: string,
  value: string | number,
): string[] {
  const word = /\s/.test(String(value)) ? `"${value}"` : value;
  return [cli(node, `CONFIG SET ${name} ${word}`), cli(node, 'CONFIG REWRITE')];
}

/** The value of a directive under any of its names (`replica-priority`, `slave-priority`). */
export function settingOf(config: Readonly<Record<string, string>>, ...names: string[]): string | undefined {
  return names.map((name) => config[name]).find((value) => value !== undefined);
}
