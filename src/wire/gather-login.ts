import { createHash, createHmac, randomBytes } from 'node:crypto';
import { allowsCommand } from '../model/acl-rules.js';
import type { Fields, Got } from '../model/gathered.js';
import type { LoginUser, NodeLogin } from '../model/login.js';
import { protocolError } from './error.js';
import { parseSettings } from './gather-parse.js';

/** Of this process only: a mark is good for comparing within one gathering, and for guessing a password it is not. */
let key: Buffer | undefined;

/** From the SHA-256 of a password in hex, as ACL LIST has it (acl.c, ACLHashPassword). */
function markOf(sha256: string): string {
  key ??= randomBytes(32);
  return createHmac('sha256', key).update(sha256).digest('hex').slice(0, 16);
}

/** Null where the reply no longer has the bytes of the password: what is not UTF-8 was replaced. */
const markOfPassword = (password: string): string | null =>
  password.includes('\uFFFD') ? null : markOf(createHash('sha256').update(password).digest('hex'));

/** CONFIG GET * of a data node: its settings without secrets, and how it logs in to its master. */
export interface ReadConfig {
  settings: Fields;
  sends: NodeLogin['sends'];
  /** The default user as requirepass has it: all that there is before ACLs (6.0). */
  byRequirepass: LoginUser;
}

/** Throws WireError `protocol`. */
export function parseConfig(reply: unknown): ReadConfig {
  const settings = parseSettings(reply);
  const first = (...names: string[]): string =>
    names.map((name) => secretIn(reply, name)).find(Boolean) ?? '';
  const password = first('masterauth', 'primaryauth');
  const own = first('requirepass');
  return {
    settings,
    sends:
      password === ''
        ? null
        : { user: first('masteruser', 'primaryuser') || null, mark: markOfPassword(password) },
    byRequirepass: { on: true, nopass: own === '', marks: own === '' ? [] : [markOfPassword(own) ?? ''] },
  };
}

/** A value of CONFIG GET as the server has it: `parseSettings` leaves out what is not for showing. */
function secretIn(reply: unknown, name: string): string {
  const flat: unknown[] = reply instanceof Map ? [...reply].flat() : Array.isArray(reply) ? reply : [];
  const at = flat.findIndex((word, i) => i % 2 === 0 && word === name);
  const value = at === -1 ? '' : flat[at + 1];
  return typeof value === 'string' ? value : '';
}

/** ACL LIST: `user default on #<sha256> ~* &* +@all`, one line a user. Throws WireError `protocol`. */
export function parseUsers(reply: unknown): NodeLogin['takes'] {
  if (!Array.isArray(reply)) throw protocolError('gave an invalid reply to ACL LIST');
  const users = (reply as unknown[]).map(String).flatMap((line): [string, LoginUser][] => {
    const [kind, name, ...rules] = line.split(' ');
    if (kind !== 'user' || name === undefined) return [];
    const hashes = rules.filter((rule) => /^#[0-9a-f]{64}$/.test(rule));
    return [
      [
        name,
        {
          on: rules.includes('on'),
          nopass: rules.includes('nopass'),
          marks: hashes.map((hash) => markOf(hash.slice(1))),
          // What a selector allows, in parentheses, is not read.
          ...(!line.includes('(') && allowsCommand('ping', rules) === false && { deniesPing: true as const }),
        },
      ],
    ];
  });
  return Object.fromEntries(users);
}

/** Both together; a server without ACLs has the default user alone. */
export function loginOf(config: Got<ReadConfig>, users: Got<NodeLogin['takes']>): Got<NodeLogin> {
  if (!config.ok) return config;
  const { sends, byRequirepass } = config.value;
  if (users.ok) return { ok: true, value: { sends, takes: users.value } };
  return /unknown (sub)?command/i.test(users.why)
    ? { ok: true, value: { sends, takes: { default: byRequirepass } } }
    : users;
}
