import { basename } from 'node:path';
import { optionDirectives } from '../../files/conf.js';
import type { Project, Unit } from '../../files/project.js';
import { confOf, isUnit, unitOf } from '../../files/unit.js';
import { readText } from './disk.js';

/** A unit, and the machine that its file was given for. */
export interface StartedBy {
  unit: Unit;
  host: string | undefined;
}

/** The systemd service that a file describes; null if the file is not a unit or cannot be read. */
export async function unitIn(file: string, host: string | undefined): Promise<StartedBy | null> {
  const read = await readText(file);
  if ('why' in read || !isUnit(read.text)) return null;
  const unit = unitOf(file, read.text);
  return unit && { unit, host };
}

/** The name of a file in a unit: what stands for the instance of a template (`redis@6379`) may be anything. */
const nameIn = (path: string): RegExp =>
  new RegExp(
    `^${basename(path)
      .replace(/[.+^${}()|[\]\\*?]/g, '\\$&')
      .replace(/%[iIjJ]/g, '.+')}$`,
  );

/** Gives each unit to the server whose file it starts, by the name of that file, and its options to the server. */
export function startServers(project: Project, units: readonly StartedBy[]): void {
  for (const { unit, host } of units) {
    const path = confOf(unit);
    const named = project.servers.filter(
      (s) =>
        s.service === null &&
        s.host?.name === host &&
        path !== null &&
        nameIn(path).test(basename(s.conf?.file ?? '')),
    );
    const [server, ...others] = named;
    if (path === null || server === undefined || others.length > 0) {
      const why =
        path === null ? 'it names no configuration file' : `${path} was not given, or more than once`;
      project.unread.push(`${unit.file}:${unit.start.line}: ${why}: what it starts is not judged`);
      continue;
    }
    server.unit = unit;
    server.directives.push(...optionDirectives(unit.start.words.slice(2), unit.file, unit.start.line));
  }
}
