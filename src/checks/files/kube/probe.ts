import { at, itemsOf, type Tree, textOf } from '../compose/tree.js';

/** A probe of a container (Kubernetes, Probe v1). */
export interface Probe {
  /** `command`: it runs one; `port`: it connects to one; `other`: it asks over HTTP or gRPC. */
  kind: 'command' | 'port' | 'other';
  /** The command; empty for the others. */
  words: string[];
  /** Seconds for which a server that runs may fail it. */
  patienceS: number;
  /** The same with `initialDelaySeconds`: for a server that starts. */
  atStartS: number;
  line: number;
}

export function probeOf(tree: Tree): Probe | null {
  if (tree.kind !== 'map') return null;
  const words = itemsOf(at(tree, 'exec', 'command')).map((word) => textOf(word) ?? '');
  const isPort = at(tree, 'tcpSocket').kind !== 'nothing';
  const seconds = (name: string, preset: number): number => Number(textOf(at(tree, name)) ?? preset);
  const patienceS = seconds('periodSeconds', 10) * seconds('failureThreshold', 3);
  return {
    kind: words.length > 0 ? 'command' : isPort ? 'port' : 'other',
    words,
    patienceS,
    atStartS: seconds('initialDelaySeconds', 0) + patienceS,
    line: tree.line,
  };
}

/**
 * Whether a command fails while the server answers LOADING. `redis-cli ping` exits 0 then, unless it has `-e`:
 * measured, 7.0.15.
 */
export const failsWhileLoading = (text: string): boolean =>
  !/LOADING|MASTERDOWN/.test(text) &&
  (/\bPONG\b/.test(text) || /\b(redis|valkey)-cli\b[^|;&]*\s-e\s/.test(text));

/** Whether a command looks at the link of a replica. */
export const asksForLink = (text: string): boolean =>
  /master_link_status|master_sync_in_progress|info\s+["']?replication|\brole\b/i.test(text);

/** Whether it is the answer of redis-cli that decides, and not whether there is one. */
export const readsAnswer = (text: string): boolean =>
  /\b(redis|valkey)-cli\b/.test(text) &&
  (/\bPONG\b|master_link_status|role:/.test(text) || failsWhileLoading(text));
