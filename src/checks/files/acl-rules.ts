import { nearest } from '../../model/nearest.js';
import { ANY_COMMAND, COMMANDS, type Engine, NEWEST, SENTINEL_COMMANDS } from './acl-commands.js';
import type { FileServer, Project } from './project.js';
import { lastOf } from './settings.js';

/** A server's engine and series, by its image. */
export interface Series {
  engine: Engine;
  series: readonly [number, number];
}

/** The last series of a major number, which is what a tag like `redis:7` means. */
const LAST: Readonly<Record<Engine, Readonly<Record<number, number>>>> = {
  redis: { 6: 2, 7: 4 },
  valkey: { 7: 2, 8: 1 },
};

/** The series of an image of Redis or Valkey; null where its tag does not name one whose commands are known. */
export function seriesOf({ service }: FileServer): Series | null {
  const match = /(?:^|\/)(redis|valkey)(?:-sentinel)?:v?(\d+)(?:\.(\d+))?/.exec(service?.image ?? '');
  if (match === null) return null;
  const engine = match[1] as Engine;
  const major = Number(match[2]);
  const minor = match[3] === undefined ? LAST[engine][major] : Number(match[3]);
  if (minor === undefined || isAfter([major, minor], NEWEST[engine])) return null;
  return { engine, series: [major, minor] };
}

const isAfter = ([a, b]: readonly [number, number], [c, d]: readonly [number, number]): boolean =>
  a > c || (a === c && b > d);

const seriesIn = (text: string): [number, number] => {
  const [major = 0, minor = 0] = text.split('.').map(Number);
  return [major, minor];
};

/** What is wrong with the command of a rule, or that it is `open`: no known release has it. */
export type CommandFault = { wrong: string } | { open: string };

/**
 * Judges `+command`, `-command` and `+command|subcommand` (acl.c, ACLSetSelector; measured with Redis 7.0.15 and 8.0.2
 * and Valkey 8.1.1); null where it is right, or where that is a module's.
 */
export function commandFault(rule: string, server: FileServer): CommandFault | null {
  const [, sign = '', whole = ''] = /^\(?([+-])([^@][^)]*)\)?$/.exec(rule.toLowerCase()) ?? [];
  if (whole === '' || lastOf(server, 'loadmodule') !== undefined) return null;
  const [name = '', sub, ...more] = whole.split('|');
  const known = seriesOf(server);
  if (server.kind === 'sentinel' && ANY_COMMAND.has(name) && !SENTINEL_COMMANDS.has(name))
    return { wrong: `a sentinel has no command ${name}` };
  // Redis 8 has modules in its image.
  if (name.includes('.'))
    return known !== null && (known.engine === 'valkey' || known.series[0] < 8)
      ? { wrong: `${textOf(known)} has no command ${name} without a module` }
      : null;
  const missing = lacking(name, server, known);
  if (missing !== null || sub === undefined) return missing;
  // Before 7.0 a subcommand is any first argument.
  if (known !== null && known.series[0] < 7) return null;
  if (!hasSubcommands(name))
    return sign === '-' ? { wrong: `${name} has no subcommands, and -${whole} is refused` } : null;
  if (more.length > 0) return { wrong: `${whole} is an argument of a subcommand` };
  return lacking(whole, server, known);
}

const hasSubcommands = (name: string): boolean =>
  [...ANY_COMMAND, ...SENTINEL_COMMANDS].some((command) => command.startsWith(`${name}|`));

/** Whether a server lacks a command, `name` or `name|sub`. */
function lacking(name: string, { kind }: FileServer, known: Series | null): CommandFault | null {
  const what = `${name.includes('|') ? 'subcommand' : 'command'} ${name}`;
  const isSentinel = kind === 'sentinel';
  const isAny = (isSentinel ? SENTINEL_COMMANDS : ANY_COMMAND).has(name);
  if (isAny && known === null) return null;
  if (isSentinel && !isAny && ANY_COMMAND.has(name)) return { wrong: `a sentinel has no ${what}` };
  if (known === null)
    return {
      open: `the ${what}: Redis up to ${NEWEST.redis.join('.')} and Valkey up to ${NEWEST.valkey.join('.')} do not have it${hint(name)}`,
    };
  const since = isSentinel ? sinceAtSentinels(name, known) : COMMANDS[known.engine].get(name);
  if (since !== undefined && !isAfter(seriesIn(since), known.series)) return null;
  const where = since === undefined ? hint(name) : ` (since ${since})`;
  return { wrong: `${isSentinel ? 'a sentinel' : textOf(known)} has no ${what}${where}` };
}

/** Valkey has the names with `primary` beside the old ones. */
function sinceAtSentinels(name: string, { engine }: Series): string | undefined {
  if (!SENTINEL_COMMANDS.has(name)) return undefined;
  if (!/^sentinel(\||$)/.test(name)) return COMMANDS[engine].get(name);
  return name.includes('prima') ? (engine === 'valkey' ? '8.0' : undefined) : '0';
}

function hint(name: string): string {
  const meant = nearest(
    name,
    [...ANY_COMMAND].filter((command) => command.includes('|') === name.includes('|')),
  );
  return meant === undefined ? '' : ` (${meant}?)`;
}

const textOf = ({ engine, series }: Series): string =>
  `${engine === 'redis' ? 'Redis' : 'Valkey'} ${series.join('.')}`;

/** What users are given that no known release has: a newer one may have it. */
export const openRules = ({ servers }: Project): string[] =>
  servers.flatMap((server) =>
    server.directives
      .filter((d) => d.name === 'user' && d.open !== true)
      .flatMap(({ args: [user = '', ...rules], file, line }) =>
        rules.flatMap((rule) => {
          const fault = commandFault(rule, server);
          return fault !== null && 'open' in fault
            ? [
                `${server.id}: user ${user} (${file}:${line}) is given ${fault.open}: the server exits at start if it is not newer`,
              ]
            : [];
        }),
      ),
  );
