/** What a node with TLS has beside its configuration, in its own directory. PEM files, mode 0600. */
export const TLS_FILES = { cert: 'node.crt', key: 'node.key', ca: 'ca.crt' } as const;

/** Files that a node is given besides its configuration: name → text. */
export type NodeExtras = Readonly<Record<string, string>>;
