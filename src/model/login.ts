/** How a data node logs in to its master, and which logins it accepts itself. Passwords are only in it as marks. */
export interface NodeLogin {
  /** `masteruser` (null: the default user) and `masterauth`; null where no masterauth is set, so that it sends none. A mark of null is not known. */
  sends: { user: string | null; mark: string | null } | null;
  /** Its users by name. */
  takes: Readonly<Record<string, LoginUser>>;
}

export interface LoginUser {
  on: boolean;
  /** Any password is right for it. */
  nopass: boolean;
  /** One for each of its passwords. */
  marks: readonly string[];
  /** Its rules do not allow PING, by which a sentinel knows that a server is alive; absent where they do, or it is not known. */
  deniesPing?: true;
}

/**
 * Why a node would refuse the login of another. `none-wanted`: it has no password, and answers AUTH with an error;
 * `none-sent`: it wants one and gets none.
 */
export type Refusal = 'wrong-password' | 'no-user' | 'user-off' | 'none-wanted' | 'none-sent';

/** Whether `to` would refuse the login of `from`, and why; null where it lets it in. acl.c: authCommand, ACLCheckUserCredentials. */
export function refusalOf(from: NodeLogin, to: NodeLogin): Refusal | null {
  const everyone = to.takes.default;
  if (from.sends === null) return everyone?.nopass === true && everyone.on ? null : 'none-sent';
  const { user, mark } = from.sends;
  // AUTH with a password alone is an error where the default user has none.
  if (user === null && everyone?.nopass === true) return 'none-wanted';
  const as = to.takes[user ?? 'default'];
  if (as === undefined) return 'no-user';
  if (!as.on) return 'user-off';
  return as.nopass || mark === null || as.marks.includes(mark) ? null : 'wrong-password';
}
