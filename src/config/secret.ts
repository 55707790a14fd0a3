import { readFile } from 'node:fs/promises';
import { errnoOf, type OperatorError, usageError, whyUnreadable } from '../errors.js';
import { shown } from './parsers.js';

/** Where `-` reads from. */
export type SecretInput = AsyncIterable<string | Uint8Array> & { isTTY?: boolean };

/** Which password a file is for. */
type PasswordOption = '--password-file' | '--sentinel-password-file';

/** A secret is a line, not a disk image pointed at by mistake. */
const MOST_BYTES = 64 * 1024;

/**
 * Reads a secret from a file, or from standard input for `-`. One trailing line break is not part of it.
 * Throws usageError when it is missing, unreadable, empty or of more than one line; the secret itself is
 * never part of an error.
 */
export async function readSecret(
  file: string,
  stdin: SecretInput = process.stdin,
  option: PasswordOption = '--password-file',
): Promise<string> {
  const bad = (message: string, why: string): OperatorError => unusable(option, message, why);
  const where = file === '-' ? 'standard input' : shown(file);
  const read = file === '-' ? await fromInput(stdin, bad) : await fromFile(file, where, bad);
  const secret = read.replace(/\r?\n$/, '');
  if (secret === '') throw bad(`${where} holds no password`, 'it is empty');
  if (/[\r\n\0]/.test(secret)) throw bad(`${where} holds no password`, 'a password is a single line');
  return secret;
}

/** The text of a certificate or key. Throws usageError that names the option and the file. */
export async function readPem(option: string, file: string): Promise<string> {
  const bad = (why: string): OperatorError =>
    usageError('tls-file', `${option}: cannot read ${shown(file)}`, {
      why,
      hint: `${option} FILE # in PEM form`,
    });
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw bad(whyUnreadable(error));
  }
  if (!text.includes('-----BEGIN ')) throw bad('it is not in PEM form: no line begins with -----BEGIN');
  return text;
}

async function fromFile(file: string, where: string, bad: Bad): Promise<string> {
  try {
    const bytes = await readFile(file);
    if (bytes.length > MOST_BYTES) throw bad(`${where} holds no password`, 'it is larger than 64 KiB');
    return bytes.toString('utf8');
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === undefined || !/^E[A-Z]+$/.test(errno)) throw error;
    throw bad(`cannot read the password file ${where}`, whyUnreadable(error));
  }
}

async function fromInput(stdin: SecretInput, bad: Bad): Promise<string> {
  if (stdin.isTTY === true) {
    throw bad('no password on standard input', 'it is a terminal, which would show what is typed');
  }
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of stdin) {
    const bytes = typeof part === 'string' ? Buffer.from(part) : part;
    size += bytes.length;
    if (size > MOST_BYTES) throw bad('standard input holds no password', 'it is larger than 64 KiB');
    parts.push(bytes);
  }
  return Buffer.concat(parts).toString('utf8');
}

type Bad = (message: string, why: string) => OperatorError;

function unusable(option: PasswordOption, message: string, why: string): OperatorError {
  return usageError('password-file', `${option}: ${message}`, {
    why,
    hint: `${option} FILE # FILE contains only the password; - reads standard input`,
  });
}
