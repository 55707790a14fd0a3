import { describe, expect, it } from 'vitest';
import { sourcesOf } from '../../../commands/shared/access.js';
import type { Context } from '../../../src/cli/context.js';
import type { AccessSources, SecretSource } from '../../../src/model/attached.js';

const fileAt = (path: string): SecretSource => ({ from: 'file', path });
const NOTHING = { username: null, sentinelUsername: null, passwordFile: null, sentinelPasswordFile: null };
const PLAIN_TLS = { ca: null, cert: null, key: null, serverName: null, insecure: false };
const OPS = { username: 'ops', password: fileAt('ops.pw') };

/** What a command line with these options takes, where the cluster was recorded so. */
const taken = (typed: Partial<Context['globals']>, recorded: Partial<AccessSources> = {}): AccessSources =>
  sourcesOf({ globals: { tls: null, ...NOTHING, ...typed }, env: {} } as unknown as Context, {
    credentials: { redis: OPS, sentinel: OPS },
    tls: null,
    addressMap: [],
    ...recorded,
  });

describe('what is typed replaces that alone of what is recorded', () => {
  const tls = { ...PLAIN_TLS, ca: 'ca.crt', serverName: 'redis.test' };

  it('of TLS: an authority, a certificate with its key, a name', () => {
    const typed = (words: Partial<typeof tls>) => taken({ tls: { ...PLAIN_TLS, ...words } }, { tls }).tls;
    expect(typed({})).toEqual(tls);
    expect(typed({ ca: 'other.crt' })).toEqual({ ...tls, ca: 'other.crt' });
    expect(typed({ cert: 'c', key: 'k' } as object)).toEqual({ ...tls, cert: 'c', key: 'k' });
    expect(typed({ serverName: 'other' })).toEqual({ ...tls, serverName: 'other' });
    // Which accepts any certificate: no authority is beside it.
    expect(typed({ insecure: true })).toEqual({ ...tls, ca: null, insecure: true });
  });

  it('of a login that both kinds of server have: for both', () => {
    const next = { username: 'next', password: fileAt('next.pw') };
    const typed = { username: 'next', passwordFile: 'next.pw' };
    expect(taken(typed)).toMatchObject({ credentials: { redis: next, sentinel: next }, isAssumed: true });
    expect(taken({ ...typed, sentinelUsername: 'watch' }).credentials.sentinel).toEqual({
      ...next,
      username: 'watch',
    });
    expect(taken({ passwordFile: 'new.pw' }).credentials.sentinel).toEqual({
      username: 'ops',
      password: fileAt('new.pw'),
    });
  });

  it('of the login of the data nodes, where the sentinels were recorded with their own', () => {
    const own = { username: null, password: fileAt('sentinels.pw') };
    const credentials = { redis: OPS, sentinel: own };
    const { credentials: now, isAssumed } = taken(
      { username: 'next', passwordFile: 'next.pw' },
      { credentials },
    );
    expect(now.sentinel).toEqual(own);
    expect(isAssumed).toBeUndefined();
  });
});
