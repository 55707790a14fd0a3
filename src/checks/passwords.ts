import type { Gathered, GatheredNode, GatheredSentinel } from '../model/gathered.js';
import { cli } from '../model/hints.js';
import { oncePer } from '../model/once-per.js';
import { usesPassword, withPasswords } from '../model/secrets.js';
import { ERRORS_MS, REPLIES_MS } from '../model/sentinel-timing.js';
import { asked } from './asked.js';
import type { Finding } from './check.js';
import { asksForPassword, sentinelLines } from './files/settings.js';
import { type Group, idsOf, settingIn } from './group.js';
import { isLetIn } from './live/called-down-alive.js';
import { deniedIn } from './live/lacks-right.js';
import { linesOf } from './sentinels.js';

/** Whether a data node wants a password; undefined where that is unknown: one that denies a command may want none. */
export function wantsPassword(node: GatheredNode): boolean | undefined {
  if (node.silence?.kind === 'auth')
    return deniedIn(node.silence.message) === null || usesPassword('redis') ? true : undefined;
  if (node.config.ok) return Boolean(settingIn(node.config.value, 'requirepass')) || refusesNameless(node);
  const lines = linesOf(node);
  return lines === null ? undefined : asksForPassword(lines);
}

/** Whether its users say so: the default user is off, or has a password that requirepass does not show. */
function refusesNameless({ login }: GatheredNode): boolean {
  const everyone = login?.ok === true ? login.value.takes.default : undefined;
  return everyone !== undefined && !(everyone.on && everyone.nopass);
}

/**
 * Of a cluster that sentinelctl created, a data node that refuses the cluster's own password is put right first, as `auth`
 * says: what that makes needless is not proposed.
 */
export function putRightFirst(locked: readonly GatheredNode[]): string[] {
  const whose = `the password of ${idsOf(locked)}`;
  return locked.every((n) => n.silence?.message.startsWith('requires') === true)
    ? [`# remove ${whose} first (see auth): then nothing is to be done here`]
    : [`# set ${whose} to the cluster's own first (see auth), then run doctor again`];
}

/** `wantsPassword` of a sentinel, which has no CONFIG: only its file says so, or that it refused us. */
export function sentinelWantsPassword(sentinel: GatheredSentinel): boolean | undefined {
  if (sentinel.silence?.kind === 'auth') return true;
  const lines = linesOf(sentinel);
  return lines === null ? undefined : asksForPassword(lines);
}

/** Whether a sentinel's file has the password of a master; undefined where the file cannot be read. */
export function hasAuthPass(sentinel: GatheredSentinel, masterName: string): boolean | undefined {
  const lines = linesOf(sentinel);
  return lines === null ? undefined : sentinelLines(lines, 'auth-pass', masterName).length > 0;
}

/**
 * Whether something answers a sentinel's PINGs, and never with what Sentinel takes for alive: an instance that is
 * down for it with a fresh last-ping-reply and an old last-ok-ping-reply (sentinel.c, sentinelPingReplyCallback). One
 * whose INFO is answered meanwhile is logged in: it lacks a right, and no password.
 */
export function answersWrongly(fields: Readonly<Record<string, string>>): boolean {
  const reply = Number(fields['last-ping-reply'] ?? Number.NaN);
  const accepted = Number(fields['last-ok-ping-reply'] ?? Number.NaN);
  // 0 where it never was (sentinel.c, addReplySentinelRedisInstance).
  const info = Number(fields['info-refresh'] ?? 0) || null;
  const isWrong = isCalledDown(fields) && reply < ERRORS_MS && lastGotAnError(fields);
  return isWrong && !isLetIn(info, accepted);
}

/** Whether the last reply to a sentinel's PING was an error: a link that was closed and opened since leaves it old. */
export const lastGotAnError = (fields: Readonly<Record<string, string>>): boolean =>
  Number(fields['last-ok-ping-reply']) > Number(fields['last-ping-reply']) + REPLIES_MS / 2;

const isCalledDown = ({ flags = '' }: Readonly<Record<string, string>>): boolean =>
  flags.split(',').includes('s_down');

/** Whether the master lets none of its sentinels log in: they hear of each other only through it. */
export const refusesAllSentinels = ({ name, master, views }: Group): boolean =>
  master !== null &&
  wantsPassword(master) === true &&
  views.every(
    ({ sentinel, master: { fields } }) =>
      answersWrongly(fields) || (hasAuthPass(sentinel, name) === false && isCalledDown(fields)),
  );

/** Those that have CONFIG by another name: how commands for them begin, and the name. */
const renamedConfigs = oncePer((nodes: readonly GatheredNode[]) =>
  nodes.flatMap((node) => {
    const own = node.renamed?.find(({ command, verdict }) => command === 'CONFIG' && verdict === 'OK');
    return own === undefined ? [] : [{ start: cli(node, ''), as: own.as }];
  }),
);

/** Commands for a node that has CONFIG by another name, by that name. */
function byTheirNames(fix: readonly string[], nodes: readonly GatheredNode[]): readonly string[] {
  const renamed = renamedConfigs(nodes);
  if (renamed.length === 0) return fix;
  return fix.map((line) => {
    const its = renamed.find(({ start }) => line.includes(start));
    return its === undefined ? line : line.replace(/ CONFIG (?=SET|GET|REWRITE)/, ` ${its.as} `);
  });
}

/**
 * Puts how redis-cli is given a password before the commands that need one, never in its arguments; and renamed commands
 * by the names that the node has for them.
 */
export function withLogins(findings: readonly Finding[], gathered: Gathered): Finding[] {
  const servers = [
    ...gathered.nodes.map((n) => asked(n, 'redis', wantsPassword(n))),
    ...gathered.sentinels.map((s) => asked(s, 'sentinel', sentinelWantsPassword(s))),
  ];
  const given = (f: Finding): Finding => ({
    ...f,
    fix: withPasswords(byTheirNames(f.fix, gathered.nodes), servers),
    consequences: f.consequences.map(given),
  });
  return findings.map(given);
}
