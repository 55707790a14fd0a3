import type { GatheredNode } from '../model/gathered.js';
import { cli } from './evidence.js';

/** The commands that give a user of a data node more rights, and keep that: in the file of users where there is one. */
export function setUser(node: GatheredNode, rules: readonly string[]): string[] {
  const user = node.sentinelsUser ?? "<the sentinels' user>";
  const words = rules.map((rule) => (/[|&*]/.test(rule) ? `'${rule}'` : rule));
  const inFile = node.config.ok && Boolean(node.config.value.aclfile);
  return [
    cli(node, `ACL SETUSER ${user} ${words.join(' ')}`),
    cli(node, inFile ? 'ACL SAVE' : 'CONFIG REWRITE'),
  ];
}

/** Whether a list of patterns, as ACL GETUSER gives them, allows a channel. */
export const allowsChannel = (patterns: string, channel: string): boolean =>
  patterns
    .split(/\s+/)
    .filter((p) => p !== '')
    .map((p) => (p === 'allchannels' ? '*' : p.replace(/^&/, '')))
    .some((pattern) => globOf(pattern).test(channel));

/** Redis's own patterns, as far as a channel's name needs them: `*` and `?` (util.c, stringmatchlen). */
function globOf(pattern: string): RegExp {
  const text = pattern
    .replace(/[.+^${}()|\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${text.replaceAll('[', '\\[').replaceAll(']', '\\]')}$`, 's');
}
