import { createHash } from 'node:crypto';
import type { Directive } from '../../files/conf.js';
import type { FileServer } from '../../files/project.js';

/**
 * Writes `#HASH` and `!HASH` of users as `>PASSWORD` and `<PASSWORD`, where a file has the password (acl.c,
 * ACLSetUser: SHA-256): a hash that is left is of none of them.
 */
export function withKnownHashes(servers: readonly FileServer[]): void {
  const known = new Map(
    servers.flatMap(({ directives }) =>
      directives.flatMap(passwordsIn).map((text) => [createHash('sha256').update(text).digest('hex'), text]),
    ),
  );
  for (const { directives } of servers)
    for (const line of directives.filter((d) => d.name === 'user'))
      line.args = line.args.map((rule) => {
        const text = /^[#!]/.test(rule) ? known.get(rule.slice(1).toLowerCase()) : undefined;
        return text === undefined ? rule : `${rule.startsWith('#') ? '>' : '<'}${text}`;
      });
}

function passwordsIn({ name, args }: Directive): string[] {
  if (name === 'user') return args.filter((rule) => rule.startsWith('>')).map((rule) => rule.slice(1));
  const isPassword =
    /^(requirepass|masterauth)$/.test(name) || (name === 'sentinel' && /-pass$/.test(args[0] ?? ''));
  return isPassword ? args.slice(-1) : [];
}
