import { createPrivateKey, X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { makeAuthority, makeCertificate } from '../../../src/host/x509.js';

const DAY_MS = 86_400_000;
const NOW_MS = Date.UTC(2026, 10, 30, 12);
const VALID = { fromMs: NOW_MS, untilMs: NOW_MS + 3650 * DAY_MS };

describe('certificates', () => {
  it('of an authority sign themselves, and sign others', async () => {
    const authority = await makeAuthority('lab', VALID);
    const other = await makeAuthority('lab', VALID);
    const ca = new X509Certificate(authority.cert);
    expect(ca.ca).toBe(true);
    expect(ca.subject).toBe('CN=lab');
    expect(ca.verify(ca.publicKey)).toBe(true);
    const { cert, key } = await makeCertificate(authority, 'redis-1.lab', ['redis-1'], VALID);
    const node = new X509Certificate(cert);
    expect([node.ca, node.subject, node.issuer]).toEqual([false, 'CN=redis-1.lab', 'CN=lab']);
    expect(node.checkIssued(ca)).toBe(true);
    expect(node.verify(ca.publicKey)).toBe(true);
    expect(node.verify(new X509Certificate(other.cert).publicKey)).toBe(false);
    expect(node.checkPrivateKey(createPrivateKey(key))).toBe(true);
    expect(node.serialNumber).not.toBe(ca.serialNumber);
  });

  it('carry names and addresses of both kinds, and no other', async () => {
    const authority = await makeAuthority('lab', VALID);
    const hosts = ['redis-1', '127.0.0.1', '10.213.7.11', '::1', 'fd00:1::ab'];
    const node = new X509Certificate((await makeCertificate(authority, 'redis-1', hosts, VALID)).cert);
    expect(node.checkHost('redis-1')).toBe('redis-1');
    expect(node.checkHost('redis-2')).toBeUndefined();
    for (const address of hosts.slice(1))
      expect([address, node.checkIP(address)]).toEqual([address, address]);
    expect(node.checkIP('127.0.0.2')).toBeUndefined();
    expect(node.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']);
  });

  it.each([
    ['before 2050', VALID, 'Nov 30 12:00:00 2026 GMT', 'Nov 27 12:00:00 2036 GMT'],
    [
      'after 2050',
      { fromMs: NOW_MS, untilMs: Date.UTC(2051, 0, 2) },
      'Nov 30 12:00:00 2026 GMT',
      'Jan  2 00:00:00 2051 GMT',
    ],
  ])('say how long they are valid: %s', async (_, validity, from, until) => {
    const { cert } = await makeAuthority('lab', validity);
    const { validFrom, validTo } = new X509Certificate(cert);
    expect([validFrom, validTo]).toEqual([from, until]);
  });
});
