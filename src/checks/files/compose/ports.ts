import { at, type Tree, textOf } from './tree.js';

/** A port of the machine that leads to one of the container; null for one that Docker chooses. */
export interface PublishedPort {
  host: number | null;
  container: number;
  line: number;
  /** The address of the machine; absent for all of them. */
  ip?: string;
  udp?: true;
  /** How many ports of the machine lead to it, one for each copy; absent for one. */
  ofCopies?: number;
}

/** More ports than a range of servers has. */
const MOST = 1000;

/** `[IP:]HOST:CONTAINER[/tcp]`, `CONTAINER`, ranges of both, or the long form (compose-spec, ports). */
export function portsOf(tree: Tree): PublishedPort[] {
  const { line } = tree;
  if (tree.kind === 'map')
    return pairs(rangeIn(textOf(at(tree, 'published')) ?? ''), rangeIn(textOf(at(tree, 'target')) ?? ''), {
      line,
      ...placeOf(textOf(at(tree, 'host_ip')) ?? '', textOf(at(tree, 'protocol')) ?? ''),
    });
  const [, text = '', protocol = ''] = /^(.*?)(?:\/(\w+))?$/.exec(textOf(tree) ?? '') ?? [];
  const [, ip = '', host = '', container = ''] =
    /^(?:(?:(.*):)?(\d+(?:-\d+)?)?:)?(\d+(?:-\d+)?)$/.exec(text) ?? [];
  return pairs(rangeIn(host), rangeIn(container), { line, ...placeOf(ip, protocol) });
}

const placeOf = (ip: string, protocol: string): Pick<PublishedPort, 'ip' | 'udp'> => ({
  ...(!/^(0\.0\.0\.0|\[?::\]?)?$/.test(ip) && { ip }),
  ...(protocol === 'udp' && { udp: true }),
});

/** Ranges of the same length belong together; for one port in the container, one of several is taken: the first here. */
const pairs = (
  hosts: number[],
  containers: number[],
  rest: Pick<PublishedPort, 'line' | 'ip' | 'udp'>,
): PublishedPort[] =>
  containers.map((container, i) => ({
    host: hosts[i] ?? null,
    container,
    ...rest,
    ...(containers.length === 1 && hosts.length > 1 && { ofCopies: hosts.length }),
  }));

function rangeIn(text: string): number[] {
  const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(text) ?? [];
  const count = Number(last) - Number(first) + 1;
  return first === undefined || count < 1 || count > MOST
    ? []
    : Array.from({ length: count }, (_, i) => Number(first) + i);
}
