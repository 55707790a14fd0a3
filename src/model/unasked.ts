import { OperatorError } from '../errors.js';
import { isLocked, type SentinelState, type Snapshot, silentExitCode } from './snapshot.js';
import { listed } from './words.js';

const GIVE_PASSWORD =
  'add --password-file FILE to this command, or --sentinel-password-file FILE where the sentinels have their own';

const GIVE_ANOTHER =
  'give the right one with --password-file FILE, or with --sentinel-password-file FILE where the sentinels have their own';

/** Without a user name Redis takes a password for that of `default`. */
const GIVE_USER = `${GIVE_ANOTHER}; add --username NAME if the password is that of a user other than "default"`;

const GIVE_RIGHT =
  "give this user the right at each sentinel, as a user that may: ACL SETUSER USER '+info' '+sentinel'";

/**
 * `no-sentinel` (5; 2 where one wants a password, see silentExitCode), by what the servers at those addresses said: one
 * that wants a password answers, and so does a data node. `outcome`: what follows for the command; `hint`: what to do where
 * neither a password nor another address is missing.
 */
export function noSentinel(
  { sentinels }: Pick<Snapshot, 'sentinels'>,
  { outcome, hint }: { outcome?: string; hint: string },
): OperatorError {
  const [what, remedy] = unasked(sentinels);
  const said = sentinels.map((s) => `${s.id}: ${s.silence?.message ?? 'no answer'}`);
  // Of one server that refuses a login the first line says all of it.
  const isSaid = said.length === 1 && sentinels[0]?.silence?.kind === 'auth';
  return new OperatorError({
    code: 'no-sentinel',
    message: outcome === undefined ? what : `${what}: ${outcome}`,
    exitCode: silentExitCode(sentinels.map((s) => s.silence)),
    why: isSaid ? undefined : said.join('\n') || undefined,
    hint: remedy ?? hint,
  });
}

/** What none of them gave, and what is missing for that. */
function unasked(sentinels: readonly SentinelState[]): [what: string, remedy?: string] {
  const locked = sentinels.filter((s) => s.silence?.kind === 'auth');
  if (locked.length > 0)
    return [`${listed(locked.map((s) => s.id))} ${lockedWords(locked)}`, remedyFor(locked)];
  if (sentinels.length > 0 && sentinels.every((s) => s.silence?.kind === 'protocol'))
    return [
      sentinels.length === 1
        ? `${sentinels[0]?.id} is not a sentinel`
        : 'none of these servers is a sentinel',
      'give the addresses of the sentinels: --sentinel-addrs HOST:26379',
    ];
  return [sentinels.some((s) => isLocked(s.silence)) ? 'no sentinel can be asked' : 'no sentinel answers'];
}

function remedyFor(locked: readonly SentinelState[]): string {
  const every = (start: string): boolean =>
    locked.every((s) => s.silence?.message.startsWith(start) === true);
  if (every('denies')) return GIVE_RIGHT;
  if (every('rejects this password')) return GIVE_USER;
  return every('rejects') ? GIVE_ANOTHER : GIVE_PASSWORD;
}

function lockedWords(locked: readonly SentinelState[]): string {
  const every = (start: string): boolean =>
    locked.every((s) => s.silence?.message.startsWith(start) === true);
  const s = locked.length === 1 ? 's' : '';
  if (every('requires a password')) return `want${s} a password`;
  if (every('rejects this password')) return `reject${s} this password`;
  if (every('rejects')) return `reject${s} this user name or password`;
  if (every('denies')) return `${s === '' ? 'deny' : 'denies'} a command to this user`;
  return `do${s === '' ? '' : 'es'} not accept this login`;
}
