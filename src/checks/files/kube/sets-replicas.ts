/** A name that a script gives to `redis-cli` with its options: a variable, not what it printed, or a function. */
const NAMED = [
  /\b(\w+)=["']?[^\n;$`(]*\b(?:redis|valkey)-cli\b/g,
  /\b(\w+)\s*\(\)\s*\{[^}]*\b(?:redis|valkey)-cli\b/g,
];

/** Whether a script may make a server a replica while it runs, as a postStart hook does. */
export function setsReplicas(text: string): boolean {
  const names = NAMED.flatMap((pattern) => [...text.matchAll(pattern)].map(([, name = '']) => name));
  const asks = ['(?:redis|valkey)-cli', ...names].join('|');
  return new RegExp(`\\b(?:${asks})\\b[^\\n]*\\b(?:replicaof|slaveof)\\b`, 'i').test(text);
}
