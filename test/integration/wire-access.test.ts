import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { accessWith, type TlsOptions } from '../../src/wire/access.js';
import { openConnection, WireError } from '../../src/wire/client.js';
import { survey } from '../../src/wire/survey.js';
import { openWriter } from '../../src/wire/writer.js';
import { misbehaving } from '../helpers/fake-server.js';
import { type RedisServer, startRedis } from '../helpers/redis.js';

const PORT = 9300;
/** One that asks every client for a certificate. */
const STRICT_PORT = 9310;
const SENTINEL_PORT = 9320;
const SECRET = 'tls-secret';

let dir: string;
const servers: RedisServer[] = [];
const pem = (name: string): Promise<string> => readFile(join(dir, name), 'utf8');
const openssl = (...args: string[]): Promise<unknown> => promisify(execFile)('openssl', args, { cwd: dir });

/** An authority that signs itself. */
async function authority(name: string): Promise<void> {
  await openssl(
    ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', `/CN=${name}`],
    ...['-keyout', `${name}.key`, '-out', `${name}.crt`],
  );
}

/** A certificate that `ca` signs, for the given names. */
async function certificate(name: string, ca: string, names: string): Promise<void> {
  await writeFile(join(dir, `${name}.ext`), `subjectAltName=${names}\n`);
  await openssl(
    ...['req', '-newkey', 'rsa:2048', '-nodes', '-subj', `/CN=${name}`],
    ...['-keyout', `${name}.key`, '-out', `${name}.csr`],
  );
  await openssl(
    ...['x509', '-req', '-in', `${name}.csr`, '-CA', `${ca}.crt`, '-CAkey', `${ca}.key`, '-CAcreateserial'],
    ...['-days', '2', '-extfile', `${name}.ext`, '-out', `${name}.crt`],
  );
}

/** A server with a plain port and, one above it, a TLS port. */
async function startTls(port: number, authClients: 'yes' | 'no'): Promise<void> {
  const conf = [
    `tls-port ${port + 1}`,
    `tls-cert-file ${join(dir, 'server.crt')}`,
    `tls-key-file ${join(dir, 'server.key')}`,
    `tls-ca-cert-file ${join(dir, 'ours.crt')}`,
    `tls-auth-clients ${authClients}`,
    `requirepass ${SECRET}`,
  ];
  servers.push(await startRedis({ port, conf, password: SECRET }));
}

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sentinelctl-tls-'));
  await Promise.all(['ours', 'other'].map(authority));
  await certificate('server', 'ours', 'IP:127.0.0.1,DNS:redis.test');
  await certificate('client', 'ours', 'DNS:client.test');
  await startTls(PORT, 'no');
  await startTls(STRICT_PORT, 'yes');
  const conf = [`sentinel monitor mymaster 127.0.0.1 ${PORT + 1} 1`];
  servers.push(await startRedis({ port: SENTINEL_PORT, sentinel: true, conf }));
});
afterAll(async () => {
  await Promise.all(servers.map((server) => server.stop()));
  await rm(dir, { recursive: true, force: true });
});

const at = (port: number) => ({ host: '127.0.0.1', port });

/** What a server answers to PING by TLS, or the words of the refusal. */
async function pinged(port: number, tls: TlsOptions): Promise<unknown> {
  const credentials = { password: SECRET, tls };
  try {
    const connection = await openConnection(at(port), {
      clock: systemClock,
      deadlineMs: 10_000,
      credentials,
    });
    return await connection.call('PING').finally(() => connection.close());
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    return error.silence.message;
  }
}

describe('TLS', () => {
  it('verifies the certificate against the given authority, and sends the password after that', async () => {
    expect(await pinged(PORT + 1, { ca: await pem('ours.crt') })).toBe('PONG');
  });

  it('refuses a certificate of another authority, or of none that the system knows', async () => {
    const untrusted = /^has a certificate that is not trusted \(.+\): --ca FILE/;
    expect(await pinged(PORT + 1, { ca: await pem('other.crt') })).toMatch(untrusted);
    expect(await pinged(PORT + 1, {})).toMatch(untrusted);
    expect(await pinged(PORT + 1, { insecure: true })).toBe('PONG');
  });

  it('verifies the name that is asked for instead of the dialled address', async () => {
    const ca = await pem('ours.crt');
    expect(await pinged(PORT + 1, { ca, serverName: 'redis.test' })).toBe('PONG');
    expect(await pinged(PORT + 1, { ca, serverName: 'other.test' })).toBe(
      'has a certificate for another name (it is for 127.0.0.1, redis.test), and other.test, the --server-name, is for every server',
    );
  });

  it('shows a client certificate where one is required', async () => {
    const ca = await pem('ours.crt');
    const client = { cert: await pem('client.crt'), key: await pem('client.key') };
    // With what the server printed: it is a server of this test alone, and it must not have ended.
    expect(await pinged(STRICT_PORT + 1, { ca, ...client }), servers.at(1)?.log()).toBe('PONG');
    expect(await pinged(STRICT_PORT + 1, { ca })).toBe(
      'requires a client certificate that it trusts: --cert FILE --key FILE',
    );
  });

  it('names a server without TLS, and options that cannot be used', async () => {
    const plain = await misbehaving('http');
    try {
      expect(await pinged(plain.address.port, {})).toBe('does not speak TLS: leave --tls out');
    } finally {
      await plain.close();
    }
    expect(await pinged(PORT + 1, { cert: 'not a certificate' })).toMatch(
      /^was not dialled: the port or the TLS options are invalid/,
    );
  });
});

describe('the access of a cluster', () => {
  const tlsOnly = async () => {
    const access = accessWith(SECRET, { sentinelPassword: null });
    // As a worker thread gets it.
    return structuredClone({ ...access, redis: { ...access.redis, tls: { ca: await pem('ours.crt') } } });
  };

  it('gives each kind of server its own TLS and password in a survey', async () => {
    const sentinel = { id: 'sentinel-1', announce: at(SENTINEL_PORT), endpoint: at(SENTINEL_PORT) };
    const target = { sentinels: [sentinel], nodes: [], masterName: null, discover: true };
    const asking = { clock: systemClock, deadlineMs: 10_000, access: await tlsOnly() };
    const snapshot = await survey(target, asking);
    expect(snapshot.sentinels[0]?.answer?.masters[0]?.name).toBe('mymaster');
    expect(snapshot.groups[0]?.nodes[0]?.answer?.role).toBe('master');
    const plain = await survey(target, { ...asking, access: accessWith(SECRET, { sentinelPassword: null }) });
    expect(plain.groups[0]?.nodes[0]?.answer).toBeNull();
  });

  it.each(['default', 'tuned'] as const)('brings a %s client to a master with TLS', async (tuning) => {
    const writer = await openWriter({
      clock: systemClock,
      tuning,
      role: 'master',
      sentinels: [at(SENTINEL_PORT)],
      masterName: 'mymaster',
      access: await tlsOnly(),
      localAddress: tuning === 'tuned' ? '127.0.0.1' : undefined,
      deadlineMs: 20_000,
    });
    try {
      const { results } = await writer.send([{ kind: 'set', key: tuning, offset: 1 }], 0);
      expect(results).toEqual([0]);
    } finally {
      writer.close();
    }
  });
});
