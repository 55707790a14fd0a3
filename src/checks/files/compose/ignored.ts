import type { Directive } from '../conf.js';
import { asksForPassword, lastOf } from '../settings.js';
import { isBitnami, type WrongVariable } from './bitnami.js';
import type { Service } from './service.js';

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

/**
 * Variables of an image of Bitnami whose set-up does not run, because the service starts something else than the
 * image's run.sh (its entrypoint.sh), where nothing else does what they say.
 */
export function bypassedVariables(
  env: ReadonlyMap<string, { value: string; line: number }>,
  directives: readonly Directive[],
  { image, entrypoint, command, pod, line }: Service,
  file: string,
): WrongVariable[] {
  const lines = { directives };
  const isReplica = lastOf(lines, 'replicaof') !== undefined;
  const lost = [...env].flatMap(([name, { value }]): { name: string; does: string }[] => {
    const [, bare = ''] =
      /^(?:REDIS|VALKEY)_(REPLICATION_MODE|PASSWORD|(?:MASTER|PRIMARY)_PASSWORD)(?:_FILE)?$/.exec(name) ?? [];
    if (bare === '' || value === '') return [];
    if (bare === 'REPLICATION_MODE')
      return /^(slave|replica)$/.test(value) && !isReplica
        ? [{ name, does: 'it is a master of its own' }]
        : [];
    if (bare === 'PASSWORD') return asksForPassword(lines) ? [] : [{ name, does: 'it asks for no password' }];
    return isReplica && lastOf(lines, 'masterauth') === undefined
      ? [{ name, does: 'it sends its master no password' }]
      : [];
  });
  if (!isBitnami(image) || lost.length === 0) return [];
  // What Kubernetes calls command is the entry point, and args is Docker's command.
  const [ofEntry, ofCommand] = pod === undefined ? ['entrypoint', 'command'] : ['command', 'args'];
  const by = entrypoint === null ? ofCommand : ofEntry;
  const at = { file, line: (entrypoint ?? command)?.line ?? line };
  const names = lost.map(({ name }) => name).join(', ');
  const does = [...new Set(lost.map((one) => one.does))].join(', ');
  return [{ name: names, meant: null, isDefault: false, line: at.line, bypassed: { by, at, does } }];
}
