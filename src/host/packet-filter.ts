import { execFile } from 'node:child_process';
import { platform } from 'node:process';
import { errnoOf, failed, messageOf } from '../errors.js';

/** The tools of root are missing in the PATH of many users. */
const ENV = { PATH: '/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C' };
const RUN_MS = 15_000;
/** iptables-restore adds to the rules and waits 10 s for its lock: iptables without nftables has one lock for all. */
export const RESTORE_OPTIONS: readonly string[] = ['-w', '10', '--noflush'];

/**
 * Every packet rule of this machine, or of the network namespace that a process is in, as `iptables-save` prints them.
 * Throws OperatorError (1).
 */
export const readPacketRules = (pid?: number): Promise<string> =>
  run(...inside(pid, 'iptables-save'), '').catch((error: unknown) => {
    throw failed('packet-rules', 'the packet rules of this machine cannot be read', {
      why: words(error),
      hint: 'iptables-save',
      cause: error,
    });
  });

/** Changes rules as `iptables-restore --noflush` reads them, atomically per table. Throws OperatorError (1). */
export async function changePacketRules(changes: string, pid?: number): Promise<void> {
  if (changes === '') return;
  await run(...inside(pid, 'iptables-restore', ...RESTORE_OPTIONS), changes).catch((error: unknown) => {
    throw failed('packet-rules', 'the packet rules of this machine cannot be changed', {
      why: words(error),
      hint: 'iptables-save',
      cause: error,
    });
  });
}

/** Why this user cannot change packet rules here, as a clause; undefined where it can. Changes nothing. */
export async function whyNoPacketRules(): Promise<string | undefined> {
  if (platform !== 'linux') return 'packet rules need iptables, which only Linux has';
  try {
    await run('iptables-save', [], '');
    await run('iptables-restore', [...RESTORE_OPTIONS], '*filter\nCOMMIT\n');
    return undefined;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return 'this machine has no iptables';
    return `this user may not change packet rules (${words(error)})`;
  }
}

/** The same command in the network of a process, with this machine's own files (nsenter(1)). */
const inside = (pid: number | undefined, program: string, ...args: string[]): [string, string[]] =>
  pid === undefined ? [program, args] : ['nsenter', ['-n', '-t', String(pid), program, ...args]];

function run(program: string, args: string[], input: string): Promise<string> {
  return new Promise((done, fail) => {
    const options = { env: ENV, timeout: RUN_MS, maxBuffer: 64 * 1024 * 1024 };
    const child = execFile(program, args, options, (error, stdout, stderr) => {
      if (error === null) done(stdout);
      else fail(Object.assign(error, { stderr }));
    });
    child.stdin?.on('error', () => {});
    child.stdin?.end(input);
  });
}

/** The first line that the program printed: what is below repeats it. */
function words(error: unknown): string {
  const { stderr } = error as { stderr?: unknown };
  const line = typeof stderr === 'string' ? stderr.split('\n').find((text) => text.trim() !== '') : undefined;
  return line?.trim() ?? messageOf(error);
}
