import { isSecretLine } from './secrets.js';

/** A fix for a program: one sentence to show, and the commands that may be run. */
export interface FixSteps {
  /** The whole fix in one line, also what is not a command: lines of a file, conditions, what to do by hand. */
  text: string;
  /**
   * What a shell takes as it is, in this order. Empty where something must be filled in or done by hand first; what
   * follows a condition (`# once another node is the master:`) is not in it.
   */
  commands: string[];
}

/** The first words of the commands in fixes. What begins with another word is a line of a file, or a sentence. */
const PROGRAMS = /^(sentinelctl|redis-cli|redis-server|docker|sed|echo|chmod|chown|\(cd) /;
/** Those that need a value of the shell, and those that only a person types. */
const TYPED =
  /^(test -n|(printf|kill|kubectl|helm|rm|systemctl|getent|cat|journalctl) |ss -|ps -|ip route|iptables-save|apt-get |(export )?[A-Z_]+=)/;

/** Whether a line is a command for a shell, also where something must be filled in; else it is words. */
export const isTyped = (line: string): boolean => PROGRAMS.test(line) || TYPED.test(line);
/** What a person must fill in: `<its address>`, `CONTAINER`, `…`. */
const TO_FILL_IN =
  /<[a-z][^>]*>|…|(?<![\w-])(PASSWORD|CONTAINER|NETWORK|FILE|PID|NODE|NAME|HOST|PORT|REPLICA|ADDRESS|ADMIN)(?![\w-])/;

/** The lines of a fix in the form for programs. `later` comes once its condition is met, so it is only in the text. */
export function fixSteps(
  lines: readonly string[],
  later?: { readonly when: string; readonly fix: string },
): FixSteps {
  const written = lines.filter((line) => line !== '');
  const all = later === undefined ? written : [...written, `# ${later.when}:`, later.fix];
  const text = all
    .map((line) => line.replace(/^# */, ''))
    .join('; ')
    .replaceAll(':; ', ': ');
  const conditional = written.findIndex((line) => line.startsWith('#') && line.endsWith(':'));
  const now = conditional === -1 ? written : written.slice(0, conditional);
  // A program has the password in its environment.
  const steps = now.filter((line) => !line.startsWith('#') && !isSecretLine(line));
  // Half of a sequence may do harm: where a step cannot be typed, none is given.
  return { text, commands: steps.every(isCommand) ? steps : [] };
}

/** What a shell would act on outside quotes. Names of masters and hosts come from servers, which may lie. */
const SHELL_SIGNS = /[;&|`$<>()\\]/;
/** What only another machine's shell takes. */
const ELSEWHERE = / {2}# on the machine of /;

/** The command to type next for a program, which runs it here: none that is words, or for another machine. */
export const typedHere = (next: string | null): string | null =>
  next?.split('\n').every((line) => isSecretLine(line) || (isTyped(line) && !ELSEWHERE.test(line))) === true
    ? next
    : null;

/** These have nothing of the kind of their own. */
const PLAIN = /^(sentinelctl|redis-cli|redis-server) /;

const isCommand = (line: string): boolean =>
  PROGRAMS.test(line) &&
  !TO_FILL_IN.test(line) &&
  !ELSEWHERE.test(line) &&
  !(PLAIN.test(line) && SHELL_SIGNS.test(line.replace(/'[^']*'/g, '')));
