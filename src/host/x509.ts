import { createHash, generateKeyPair, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isIP } from 'node:net';
import { promisify } from 'node:util';

/**
 * Certificates of X.509 v3 (RFC 5280), as far as a cluster created by sentinelctl needs them: one authority, and a certificate
 * for each server. Node signs, and has no writer of certificates; the encoding (DER, X.690) is the little that is missing.
 */

/** A certificate and its private key, in PEM form. */
export interface Certified {
  cert: string;
  key: string;
}

/** What signs: an authority of `makeAuthority`. */
export interface Authority extends Certified {
  name: string;
  signingKey: KeyObject;
  keyId: Buffer;
}

/** From when to when a certificate is valid, in milliseconds since 1970. */
export interface Validity {
  fromMs: number;
  untilMs: number;
}

const OID = {
  commonName: [2, 5, 4, 3],
  ecdsaWithSha256: [1, 2, 840, 10045, 4, 3, 2],
  subjectKeyIdentifier: [2, 5, 29, 14],
  keyUsage: [2, 5, 29, 15],
  subjectAltName: [2, 5, 29, 17],
  basicConstraints: [2, 5, 29, 19],
  authorityKeyIdentifier: [2, 5, 29, 35],
  extKeyUsage: [2, 5, 29, 37],
  serverAuth: [1, 3, 6, 1, 5, 5, 7, 3, 1],
  clientAuth: [1, 3, 6, 1, 5, 5, 7, 3, 2],
} as const;

/** Makes an authority that signs itself. */
export async function makeAuthority(name: string, validity: Validity): Promise<Authority> {
  const { publicKey, privateKey } = await makeKeys();
  const keyId = identifierOf(publicKey);
  const cert = certificate({
    subject: name,
    issuer: name,
    publicKey,
    validity,
    signingKey: privateKey,
    extensions: [
      extension(OID.basicConstraints, sequence(TRUE, integer(Buffer.from([0]))), true),
      // keyCertSign and cRLSign.
      extension(OID.keyUsage, bitString(Buffer.from([0x06]), 1), true),
      extension(OID.subjectKeyIdentifier, octets(keyId)),
    ],
  });
  return { cert, key: pemOf(privateKey), name, signingKey: privateKey, keyId };
}

/** Makes a key and a certificate for a server, which is also a client of the others. `hosts`: names and addresses. */
export async function makeCertificate(
  authority: Authority,
  name: string,
  hosts: readonly string[],
  validity: Validity,
): Promise<Certified> {
  const { publicKey, privateKey } = await makeKeys();
  const cert = certificate({
    subject: name,
    issuer: authority.name,
    publicKey,
    validity,
    signingKey: authority.signingKey,
    extensions: [
      extension(OID.basicConstraints, sequence(), true),
      // digitalSignature.
      extension(OID.keyUsage, bitString(Buffer.from([0x80]), 7), true),
      extension(OID.extKeyUsage, sequence(oid(OID.serverAuth), oid(OID.clientAuth))),
      extension(OID.subjectKeyIdentifier, octets(identifierOf(publicKey))),
      extension(OID.authorityKeyIdentifier, sequence(tagged(0x80, authority.keyId))),
      extension(OID.subjectAltName, sequence(...hosts.map(generalName))),
    ],
  });
  return { cert, key: pemOf(privateKey) };
}

const makeKeys = (): Promise<{ publicKey: KeyObject; privateKey: KeyObject }> =>
  promisify(generateKeyPair)('ec', { namedCurve: 'prime256v1' });

const pemOf = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString();

interface Parts {
  subject: string;
  issuer: string;
  publicKey: KeyObject;
  validity: Validity;
  signingKey: KeyObject;
  extensions: Buffer[];
}

/** RFC 5280, section 4.1. */
function certificate({ subject, issuer, publicKey, validity, signingKey, extensions }: Parts): string {
  const algorithm = sequence(oid(OID.ecdsaWithSha256));
  // Positive, and never zero.
  const serial = randomBytes(16);
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  const signed = sequence(
    tagged(0xa0, integer(Buffer.from([2]))),
    integer(serial),
    algorithm,
    nameOf(issuer),
    sequence(time(validity.fromMs), time(validity.untilMs)),
    nameOf(subject),
    spkiOf(publicKey),
    tagged(0xa3, sequence(...extensions)),
  );
  const der = sequence(signed, algorithm, bitString(sign('sha256', signed, signingKey), 0));
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

const spkiOf = (key: KeyObject): Buffer => key.export({ type: 'spki', format: 'der' });

/** RFC 5280, section 4.2.1.2, method 1: the SHA-1 of the point, which is the last 65 bytes of a P-256 key. */
const identifierOf = (key: KeyObject): Buffer =>
  createHash('sha1').update(spkiOf(key).subarray(-65)).digest();

function tagged(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const size = content.length;
  const bytes = size < 0x80 ? [size] : size < 0x100 ? [0x81, size] : [0x82, size >> 8, size & 0xff];
  return Buffer.concat([Buffer.from([tag, ...bytes]), content]);
}

const sequence = (...parts: readonly Buffer[]): Buffer => tagged(0x30, ...parts);
const octets = (content: Buffer): Buffer => tagged(0x04, content);
const integer = (bytes: Buffer): Buffer => tagged(0x02, bytes);
const bitString = (content: Buffer, unusedBits: number): Buffer =>
  tagged(0x03, Buffer.from([unusedBits]), content);
const TRUE = tagged(0x01, Buffer.from([0xff]));

function oid([first = 0, second = 0, ...rest]: readonly number[]): Buffer {
  const bytes = rest.flatMap((arc) => {
    const groups = [arc & 0x7f];
    for (let left = arc >> 7; left > 0; left >>= 7) groups.unshift((left & 0x7f) | 0x80);
    return groups;
  });
  return tagged(0x06, Buffer.from([first * 40 + second, ...bytes]));
}

const nameOf = (name: string): Buffer =>
  sequence(tagged(0x31, sequence(oid(OID.commonName), tagged(0x0c, Buffer.from(name, 'utf8')))));

/** UTCTime until 2049, GeneralizedTime from 2050 on (RFC 5280, section 4.1.2.5). */
function time(ms: number): Buffer {
  const digits = new Date(ms)
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replace(/[-:T]/g, '');
  return Number(digits.slice(0, 4)) < 2050
    ? tagged(0x17, Buffer.from(digits.slice(2), 'latin1'))
    : tagged(0x18, Buffer.from(digits, 'latin1'));
}

const extension = (id: readonly number[], value: Buffer, isCritical = false): Buffer =>
  sequence(oid(id), ...(isCritical ? [TRUE] : []), octets(value));

/** RFC 5280, section 4.2.1.6: dNSName or iPAddress. */
const generalName = (host: string): Buffer =>
  isIP(host) === 0 ? tagged(0x82, Buffer.from(host, 'latin1')) : tagged(0x87, addressBytes(host));

function addressBytes(address: string): Buffer {
  if (isIP(address) === 4) return Buffer.from(address.split('.').map(Number));
  const [head = '', tail] = address.split('::');
  const words = (part: string): number[] =>
    part === '' ? [] : part.split(':').map((word) => Number.parseInt(word, 16));
  const [before, after] = [words(head), words(tail ?? '')];
  const all = [...before, ...Array.from({ length: 8 - before.length - after.length }, () => 0), ...after];
  return Buffer.from(all.flatMap((word) => [word >> 8, word & 0xff]));
}
