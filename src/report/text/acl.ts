import type { Purpose } from '../../model/operator-rights.js';
import type { NodeKind } from '../../model/plan.js';

/** The user that an administrator makes for sentinelctl: what it needs at each kind of server. */
export interface AclResult {
  purpose: Purpose;
  acl: Record<NodeKind, { user: string; rules: readonly string[] }>;
}

/** Lines of an ACL file, or of a configuration file; the same words follow ACL SETUSER. */
export function aclText({ purpose, acl: { redis, sentinel } }: AclResult): string {
  const line = ({ user, rules }: AclResult['acl'][NodeKind]): string =>
    `user ${user} on >PASSWORD ${rules.join(' ')}`;
  return [
    `# A user for ${purpose}. In the ACL file or the configuration of every data node:`,
    line(redis),
    '# In the configuration of every sentinel, where the sentinels have users; else leave it out:',
    line(sentinel),
    '# At a running server: ACL SETUSER with the same words but "user", each in single quotes; then CONFIG REWRITE, or ACL SAVE where there is an ACL file',
  ].join('\n');
}
