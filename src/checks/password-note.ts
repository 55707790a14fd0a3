import type { Gathered } from '../model/gathered.js';
import { sentinelWantsPassword, wantsPassword } from './passwords.js';
import type { Finding } from './run.js';

const NOTE = '# redis-cli takes the password from the environment: export REDISCLI_AUTH="$(cat FILE)"';
const ASKS = /^(?:or: )?redis-cli -h (\S+) -p (\d+) /;

/** Says, before the commands that need one, how redis-cli is given a password: never in its arguments. */
export function withPasswordNotes(findings: readonly Finding[], gathered: Gathered): Finding[] {
  const locked = new Set(
    [
      ...gathered.nodes.filter((n) => wantsPassword(n) === true),
      ...gathered.sentinels.filter((s) => sentinelWantsPassword(s) === true),
    ].map(({ endpoint }) => `${endpoint.host} ${endpoint.port}`),
  );
  const needsOne = (line: string): boolean => {
    const [, host, port] = ASKS.exec(line) ?? [];
    return locked.has(`${host} ${port}`);
  };
  return findings.map((f) => (f.fix.some(needsOne) ? { ...f, fix: [NOTE, ...f.fix] } : f));
}
