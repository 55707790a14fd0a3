import { isIp } from '../../model/address.js';
import type { RawFinding } from '../check.js';
import type { Directive } from './conf.js';
import { type FileServer, nodeFiles, type Project } from './project.js';
import { followsOf, monitorsOf, portOf, sentinelLine } from './settings.js';

/** A sentinel that is started without a file (sentinel.c, sentinelIsRunning), or with it in the wrong place. */
export function bareStart(server: FileServer, project: Project): RawFinding[] {
  const { id, at, startsBare } = server;
  if (startsBare === undefined) return [];
  const found = {
    subject: id,
    consequence: 'it does not run at all, and a restart policy starts it again and again',
    at,
  };
  if (startsBare !== 'without' && 'unflagged' in startsBare)
    return [
      {
        ...found,
        message: `${startsBare.unflagged} is the file of a sentinel, and it is started as a data node, without --sentinel: it exits at start (sentinel directive while not in sentinel mode)`,
        fix: [flagged(server, startsBare.unflagged)],
      },
    ];
  if (startsBare !== 'without')
    return [
      {
        ...found,
        message: `${startsBare.misplaced} comes after --sentinel: it is read as a line of configuration, not as its file, and the sentinel exits at start`,
        fix: [`${place(server)}: ${program(server)} ${startsBare.misplaced} --sentinel`],
      },
    ];
  return [
    {
      ...found,
      brief: `${id} starts without a configuration file: it exits`,
      message: `${id} is started without a configuration file: a sentinel needs one, and exits at start`,
      fix: ownFile(server, project),
    },
  ];
}

/** The start with `--sentinel` behind the file. */
const flagged = (server: FileServer, conf: string): string =>
  server.unit === undefined
    ? `${place(server)}: ${program(server)} ${conf} --sentinel`
    : `ExecStart=${server.unit.start.words.join(' ')} --sentinel`;

const program = ({ service }: FileServer): string =>
  /valkey/.test(service?.image ?? '') ? 'valkey-server' : 'redis-server';
const place = ({ service }: FileServer): string => (service?.entrypoint ? 'entrypoint' : 'command');

/** A file of its own, with everything that its command says, and a command that names only the file. */
function ownFile(server: FileServer, project: Project): string[] {
  const { id } = server;
  const lines = linesOf(server, project);
  return [
    ...(lines.length === 0 ? [] : [`# ${id}/sentinel.conf:`, ...lines]),
    `${id}: volumes: ["./${id}:/etc/redis"], ${place(server)}: ${program(server).replace('-server', '-sentinel')} /etc/redis/sentinel.conf`,
  ];
}

function linesOf(server: FileServer, project: Project): string[] {
  const monitors = monitorsOf(server);
  const master = nodeFiles(project).find((n) => followsOf(n) === null);
  const own = server.directives.map(written);
  const [host, first] =
    monitors.length > 0 || master === undefined
      ? [monitors.find((m) => !isIp(m.host))?.host, []]
      : [
          master.service?.name ?? master.id,
          [`sentinel monitor mymaster ${master.service?.name ?? master.id} ${portOf(master)} 2`],
        ];
  const resolves = sentinelLine(server, 'resolve-hostnames') !== undefined || host === undefined;
  return [...(resolves ? [] : ['sentinel resolve-hostnames yes']), ...first, ...own];
}

/** A line as it is written; a password is not shown. */
function written({ name, args }: Directive): string {
  const isSecret =
    /^(requirepass|masterauth)$|-pass$/.test(name) || (name === 'sentinel' && /-pass$/.test(args[0] ?? ''));
  const shown = args.map((arg, i) => {
    if ((isSecret && i === args.length - 1) || (name === 'user' && /^[><#!]/.test(arg)))
      return name === 'user' ? `${arg.charAt(0)}<its password>` : '<its password>';
    return arg === '' || /\s/.test(arg) ? JSON.stringify(arg) : arg;
  });
  return [name, ...shown].join(' ');
}
