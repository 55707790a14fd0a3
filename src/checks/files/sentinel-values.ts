import { SENTINEL_LINES } from './known.js';

/** What atoi makes of a word: its leading digits, 0 without any. */
const atoi = (word: string | undefined): number => Number.parseInt(word ?? '', 10) || 0;

const above =
  (at: number, least: number) =>
  (args: string[]): string | undefined =>
    atoi(args[at]) >= least ? undefined : `takes a number of ${least} or more`;

const yesNo = ([value = '']: string[]): string | undefined =>
  /^(yes|no)$/i.test(value) ? undefined : 'takes yes or no';

/** Values that a sentinel refuses at start (sentinel.c, sentinelHandleConfiguration): it reads numbers with atoi. */
const VALUES: Readonly<Record<string, (args: string[]) => string | undefined>> = {
  monitor: ([, , port, quorum]) => {
    if (atoi(quorum) < 1) return 'takes a quorum of 1 or more';
    return atoi(port) >= 0 && atoi(port) <= 65535 ? undefined : 'takes a port from 0 to 65535';
  },
  'down-after-milliseconds': above(1, 1),
  'failover-timeout': above(1, 1),
  'master-reboot-down-after-period': above(1, 0),
  myid: ([id = '']) => (id.length === 40 ? undefined : 'takes an id of 40 letters'),
  'deny-scripts-reconfig': yesNo,
  'resolve-hostnames': yesNo,
  'announce-hostnames': yesNo,
};

/** Why a sentinel stops at `sentinel WHAT ARGS`; undefined where it does not, or WHAT is not known. */
export function sentinelRefusalOf(what: string, args: string[]): string | undefined {
  const known = SENTINEL_LINES[what];
  if (known === undefined) return undefined;
  const [least, most] = known.words;
  if (args.length < least || args.length > most) {
    return `takes ${least} ${least === 1 ? 'word' : 'words'}, but has ${args.length}`;
  }
  return VALUES[what]?.(args);
}
