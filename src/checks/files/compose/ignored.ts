import type { Directive } from '../conf.js';
import { asksForPassword, lastOf } from '../settings.js';
import type { WrongVariable } from './bitnami.js';

/**
 * Variables of Bitnami's images that were given to an official one, which reads none (docker-entrypoint.sh), where
 * nothing else does what they say.
 */
export function ignoredVariables(
  env: ReadonlyMap<string, { value: string; line: number }>,
  directives: readonly Directive[],
): WrongVariable[] {
  const lines = { directives };
  return [...env].flatMap(([name, { value, line }]): WrongVariable[] => {
    const [, prefix = '', bare = ''] = /^(REDIS_|VALKEY_)(REPLICATION_MODE|PASSWORD)$/.exec(name) ?? [];
    const ignored = (does: string, instead: string): WrongVariable[] => [
      { name, meant: null, isDefault: false, line, ignored: { does, instead } },
    ];
    if (
      bare === 'REPLICATION_MODE' &&
      /^(slave|replica)$/.test(value) &&
      lastOf(lines, 'replicaof') === undefined
    ) {
      const of = (what: string): string =>
        env.get(`${prefix}${prefix === 'VALKEY_' ? 'PRIMARY' : 'MASTER'}_${what}`)?.value ?? '';
      return ignored(
        'it is a master of its own, and replicates nothing',
        `replicaof ${of('HOST') || '<the master>'} ${of('PORT_NUMBER') || '6379'}`,
      );
    }
    return bare === 'PASSWORD' && value !== '' && !asksForPassword(lines)
      ? ignored('it asks for no password', 'requirepass <the password>')
      : [];
  });
}
