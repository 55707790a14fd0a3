import { formatAddress, isIp } from '../../model/address.js';
import { count } from '../../model/words.js';
import type { RawFinding, Skip } from '../check.js';
import type { Directive } from './conf.js';
import { comparing, noNodeFile } from './judge.js';
import { type FileServer, nodeFiles, type Project, sentinelFiles } from './project.js';
import { lastOf, ownPortOf, place, sentinelLine, settingOf } from './settings.js';

/** What a server tells others to reach it at, where its files say so in words that are known. */
interface Announced {
  server: FileServer;
  host: string;
  port: number;
  at: { file: string; line: number };
}

/** Servers whose files announce an address that another one announces too: data nodes among themselves, and sentinels. */
export function sharedInFiles(project: Project): RawFinding[] | Skip {
  const nodes = nodeFiles(project);
  const sentinels = sentinelFiles(project).filter((s) => s.seen);
  if (nodes.length + sentinels.length === 0) return noNodeFile;
  return comparing(
    [...nodes, ...sentinels],
    [
      ...shared(nodes.flatMap(announcedBy), nodeFinding),
      ...shared(sentinels.flatMap(announcedBy), sentinelFinding),
    ],
  );
}

/**
 * The line `replica-announce-ip` or `sentinel announce-ip` with the server's own address. Where several servers read the
 * line no address is right for all of them, and without it each announces the one that it has.
 */
export function announcing(line: Directive, own: string | undefined, { servers }: Project): string {
  const { name, args, file } = line;
  const words = name === 'sentinel' ? `sentinel ${args[0]}` : name;
  const readers = servers.filter((s) => s.directives.some((d) => d.file === file && d.line === line.line));
  return own === undefined || readers.length > 1
    ? `delete the line: ${words} ${args.at(-1)}`
    : `${words} ${own}`;
}

function announcedBy(server: FileServer): Announced[] {
  const isSentinel = server.kind === 'sentinel';
  const line = isSentinel ? sentinelLine(server, 'announce-ip') : lastOf(server, 'replica-announce-ip');
  const host = line?.args[isSentinel ? 1 : 0] ?? '';
  const port = isSentinel
    ? sentinelLine(server, 'announce-port')?.args[1]
    : settingOf(server, 'replica-announce-port');
  // What is filled in when it starts, or by nothing, is not known to be equal.
  if (line === undefined || host === '' || /[${}<>]/.test(host) || line.open === true) return [];
  const own = Number(port) || ownPortOf(server);
  return own === 0 ? [] : [{ server, host, port: own, at: place(line) }];
}

/** Those of each address that more than one server has, counting the copies of a service. */
function shared(all: readonly Announced[], finding: (of: Announced[]) => RawFinding): RawFinding[] {
  const byAddress = new Map<string, Announced[]>();
  for (const one of all) {
    const key = formatAddress(one);
    byAddress.set(key, [...(byAddress.get(key) ?? []), one]);
  }
  return [...byAddress.values()].filter((of) => copiesIn(of) > 1 && !hasOneFile(of)).map(finding);
}

/** Several that read one file: that is conf-shared, for sentinels. */
const hasOneFile = (of: readonly Announced[]): boolean =>
  of.length > 1 &&
  of.every(
    ({ server: { kind, conf } }) =>
      kind === 'sentinel' && conf !== null && conf.identity === of[0]?.server.conf?.identity,
  );

const copiesIn = (of: readonly Announced[]): number => of.reduce((sum, { server }) => sum + server.copies, 0);

const nodeFinding = (of: Announced[]): RawFinding => ({
  ...found(of, 'data node'),
  fix: ownAddress(of, 'replica-announce-ip'),
});

const sentinelFinding = (of: Announced[]): RawFinding => ({
  ...found(of, 'sentinel'),
  consequence:
    'a sentinel keeps one of them under that address and drops the other one at each hello: a vote is missing',
  fix: ownAddress(of, 'sentinel announce-ip'),
});

function found(
  of: Announced[],
  what: string,
): Pick<RawFinding, 'subject' | 'message'> & { at?: Announced['at'] } {
  const [first] = of;
  return {
    subject: of.map(({ server }) => server.id).join(', '),
    message: `${count(copiesIn(of), what)} announce ${first === undefined ? '' : formatAddress(first)}`,
    ...(first !== undefined && { at: first.at }),
  };
}

/** What each of them, but the one that has the address, is to announce. */
function ownAddress(of: Announced[], directive: string): string[] {
  const others = of.filter(({ server, host }) => server.copies > 1 || !isHere(server, host));
  return others.map(({ server, host }) => {
    const { id, service, host: machine, copies } = server;
    if (copies > 1)
      return `${id}: a service for each of its ${copies} copies, and each announces its own address`;
    const own = isIp(host) ? pinnedOf(server) : (service?.name ?? machine?.name);
    const where = others.length > 1 ? `${id}: ` : '';
    return own === undefined
      ? `${id}: ${directive} with its own address or name, not ${host}`
      : `${where}${directive} ${own}`;
  });
}

const pinnedOf = ({ service }: FileServer): string | undefined =>
  service?.networks.find((n) => n.address !== null)?.address ?? undefined;

/** Whether an address is a server's own, by its service's names or its machine's. */
const isHere = (server: FileServer, host: string): boolean =>
  [server.host?.name, server.service?.name, ...(server.service?.otherNames ?? []), pinnedOf(server)].includes(
    host,
  );
