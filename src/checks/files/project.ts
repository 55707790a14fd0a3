import { isBitnami, type WrongVariable } from './compose/bitnami.js';
import { isOfficialImage } from './compose/images.js';
import type { Service } from './compose/service.js';
import type { Directive, Trouble } from './conf.js';
import type { KubeFacts } from './kube/manifests.js';

/** One server as files describe it: its configuration file's lines, then its command line's options. */
export interface FileServer {
  /** The service's name, or the file as it was given. */
  id: string;
  kind: 'sentinel' | 'redis';
  directives: Directive[];
  /** Whether all of it could be read. Where not, nothing may be concluded from what is missing. */
  seen: boolean;
  /** The file that it reads at start and, a sentinel, writes. */
  conf: ConfSource | null;
  /** The compose service that it is. */
  service: Service | null;
  /** Variables that its image does not know, requires, or does not read at all. */
  wrongVariables?: WrongVariable[];
  /** The machine that its file was given for (`--config web1=FILE`), and whether files of others were given too. */
  host?: { name: string; others: boolean };
  /** The systemd service that starts it, where its file was given too. */
  unit?: Unit;
  /** The certificates that it names, where their files can be read. */
  certificates?: Certificate[];
  /** It is a single server beside the cluster: no sentinel watches it, and it is part of no replication. */
  alone?: true;
  /** Whether its image was told that it is one of a replication, as the master too. */
  replicates?: boolean;
  /** Whether a sentinel is started without the file that it needs, with it behind `--sentinel`, or as a data node. */
  startsBare?: 'without' | { misplaced: string } | { unflagged: string };
  /** What a new start of its pod does with its configuration; absent where that is not known. */
  atRestart?: AtRestart;
  /** How many of it run: `deploy.replicas`. */
  copies: number;
  /** Where it is described, for what is missing in it. */
  at: { file: string; line: number };
}

/**
 * Whether a server's file, with everything that the server wrote into it, is kept at a new start of its pod; or begins
 * again as at the first start, by a container of the pod that replaces it where one does.
 */
export type AtRestart =
  | { file: 'kept' }
  | { file: 'replaced'; by: { container: string; path: string; line: number } | null };

/** A systemd service that starts a server. */
export interface Unit {
  file: string;
  /** The words of `ExecStart=`, and its line. */
  start: { words: string[]; line: number };
  type: { value: string; line: number };
  /** `PIDFile=`; null where it is not set. */
  pidFile: { path: string; line: number } | null;
  /** null where it is not restarted. */
  restart: { policy: string; afterMs: number; line: number } | null;
  /** The paths that it may write, and those that it may not; null where all of them may be written. */
  writable: string[];
  readOnly: { paths: string[]; says: string; line: number } | null;
  /** `User=`; null where it is root. */
  user: { name: string; line: number } | null;
  /** Where the server starts, from the root; null where that is not known. */
  directory: string | null;
  /** Whether `WorkingDirectory=` says so; else it is the root by default. */
  isDirectorySet: boolean;
}

export interface Certificate {
  /** `tls-cert-file`. */
  name: string;
  path: string;
  /** Ms since 1970. */
  validToMs: number;
  at: { file: string; line: number };
}

export interface ConfSource {
  /** For showing, relative to where it was asked from. */
  file: string;
  /** Equal ones are the same file, under whatever name. */
  identity: string;
  /** As the server sees it; null outside a container. */
  inside: string | null;
  /** A file that a script makes, in a volume or a directory that several containers may have. */
  made?: { in: string; line: number };
  /** How it gets into the container; null where it does not. */
  mount: {
    kind: 'file' | 'directory';
    source: string;
    target: string;
    readOnly: boolean;
    line: number;
  } | null;
}

/** The service that a server is in. One container may run a sentinel too, and then its servers have longer names. */
export const nameInCompose = ({ service, id }: FileServer): string => service?.name ?? id;

/** Whether a data node is started by a command that is known, and names no file: it reads none. */
export const isWithoutFile = ({ kind, conf, seen, service, replicates, directives }: FileServer): boolean =>
  kind === 'redis' &&
  conf === null &&
  seen &&
  replicates === undefined &&
  service !== null &&
  !isBitnami(service.image) &&
  // Options alone may follow a file that the entry point of another image names.
  (isOfficialImage(service.image) ||
    service.entrypoint !== null ||
    service.command?.words[0]?.startsWith('-') === false) &&
  !directives.some(({ name }) => name === 'include');

/** Everything that files say of a cluster. Plain data. */
export interface Project {
  /** When the files were read, in ms since 1970. */
  nowMs: number;
  /** The compose file as it was given; null without one. */
  compose: string | null;
  /** The compose file, and those that it includes. */
  composeFiles: string[];
  /** Its networks' `ipam` subnets, as `172.28.0.0/16`. */
  composeSubnets: string[];
  /** What Kubernetes manifests say; null without one. */
  kube: KubeFacts | null;
  servers: FileServer[];
  /** Services of the compose file that are not servers: they may be applications. */
  others: Service[];
  /** Those of them that may be servers: what they start could not be followed. */
  unfollowed: Service[];
  troubles: Trouble[];
  /** Pods whose init container ends before its time: none of their servers starts. */
  stopped: { pod: string; init: string; path: string; file: string; line: number }[];
  /** Names in a compose file that nothing in it defines: Compose rejects it. */
  undefinedNames: {
    service: string;
    what: 'volume' | 'network' | 'service';
    name: string;
    file: string;
    line: number;
  }[];
  /** Start scripts whose lines end in CRLF: the container ends at once. */
  crlf: { id: string; path: string; file: string }[];
  /** What could not be read, with the reason: nothing was judged of it. */
  unread: string[];
  /** What was read shows no whole: what else must be given before a failover can be judged. */
  lacking: string[];
  /** What is at the paths that scripts were named with. */
  scripts: ReadonlyMap<string, string>;
}

/** A project without anything in it, of a compose file where there is one. */
export const emptyProject = (compose: string | null): Project => ({
  nowMs: 0,
  compose,
  composeFiles: [],
  composeSubnets: [],
  kube: null,
  servers: [],
  others: [],
  unfollowed: [],
  troubles: [],
  stopped: [],
  undefinedNames: [],
  crlf: [],
  unread: [],
  lacking: [],
  scripts: new Map(),
});

/** All of them, also those whose configuration could not be read: they count. */
export const sentinelFiles = (project: Project): FileServer[] =>
  project.servers.filter((s) => s.kind === 'sentinel');
/** Data nodes of the cluster whose configuration could be read. */
export const nodeFiles = (project: Project): FileServer[] =>
  project.servers.filter((s) => s.kind === 'redis' && s.seen && s.alone !== true);

/** The service of the compose file that a host is a name of, and its fixed address. */
export const serviceAt = (project: Project, host: string): { pinned: string | null } | undefined => {
  const services = [...project.servers.flatMap((s) => s.service ?? []), ...project.others];
  const found = services.find((s) =>
    [s.name, ...s.otherNames, ...s.networks.flatMap((n) => n.aliases)].map(lower).includes(lower(host)),
  );
  return found && { pinned: found.networks.find((n) => n.address !== null)?.address ?? null };
};

/** Names mean the same in capitals, also to Docker (libnetwork: addNameToIP). */
export const lower = (name: string): string => name.toLowerCase();

/** The names and addresses of a container itself. */
export const placesOf = ({ service }: FileServer): string[] =>
  service === null
    ? []
    : [
        service.name,
        ...service.otherNames,
        ...service.networks.flatMap(({ aliases, address }) => [
          ...aliases,
          ...(address === null ? [] : [address]),
        ]),
      ];

/** Data nodes of a compose file without a fixed address: it may change when they are recreated. */
export const looseNodes = (project: Project): FileServer[] =>
  nodeFiles(project).filter((n) => n.service?.networks.every((net) => net.address === null) ?? false);
