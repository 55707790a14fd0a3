import { ctl } from '../../model/hints.js';
import type { Check, RawFinding } from '../check.js';
import type { MonitoredAt } from '../evidence.js';
import { masterPassword, setAuthPass } from '../fixes.js';
import { dataNodes, judged, num, pingErrorOf, shown } from '../group.js';
import { deniedPing, orNoRight } from '../live/called-down-alive.js';
import { answersWrongly, hasAuthPass, putRightFirst, wantsPassword } from '../passwords.js';
import { judgeViews, sentinelIds } from '../sentinels.js';
import { thenWait } from '../under-way.js';

export default {
  id: 'auth-pass-missing',
  needs: 'gathered',
  severity: 'critical',
  impact: 'at-risk',
  group: 'authentication',
  title: 'a sentinel does not have the master’s password',
  consequence:
    'it calls a healthy master down (s_down,disconnected, measured), learns of no replica, and can neither detect a real failure nor lead a failover',
  explanation:
    'The master answers the sentinel’s PING with -NOAUTH. For Sentinel that is an answer but not a sign of life: ' +
    'last-ping-reply is fresh, last-ok-ping-reply grows, and after down-after the master is subjectively down. ' +
    'Without INFO the sentinel never learns of the replicas. After a password is set at run time, open ' +
    'connections stay authenticated, so this shows only when they reconnect.',
  remedy: [
    'SENTINEL SET NAME auth-pass PASSWORD at every sentinel (and auth-user, if the master has ACL users)',
  ],
  sources: [
    'sentinel.c: sentinelSendAuthIfNeeded, sentinelPingReplyCallback',
    'sentinel.conf: auth-pass',
    'measured',
  ],
  causes: [
    'client-refused',
    'no-master',
    'no-quorum',
    'no-good-slave',
    'sentinel-isolated',
    'failover-stuck',
    'ghost-replica',
    'master-frozen',
    'master-disagree',
    'master-down',
    'seen-down',
  ],
  live(gathered) {
    const missing = dataNodes(gathered).flatMap((n) =>
      wantsPassword(n) === undefined && !n.config.ok ? [`${n.id}: ${n.config.why}`] : [],
    );
    const judgedViews = judgeViews(gathered, ({ name, master, nodes, views }): RawFinding[] => {
      if (master === null || wantsPassword(master) !== true) return [];
      // -MISCONF, -BUSY and -NOPERM are answers of another kind, and no matter of passwords.
      const otherwise =
        deniedPing(master.silence, master.login) !== null ||
        (master.silence === null && pingErrorOf(master) !== undefined);
      const without = views.filter(
        ({ sentinel, master: view }) =>
          hasAuthPass(sentinel, name) === false || (!otherwise && answersWrongly(view.fields)),
      );
      if (without.length === 0) return [];
      const isNeedless = gathered.own && master.silence?.kind === 'auth';
      const known = without.every(({ sentinel }) => hasAuthPass(sentinel, name) === false);
      const down = without.filter(({ master: view }) => (view.fields.flags ?? '').includes('s_down'));
      const either =
        without
          .map(({ master: view }) => orNoRight(num(view.fields, 'info-refresh') || null))
          .find(Boolean) ?? '';
      // Once they call it down, status sees it too, without their files.
      const isNone = known && down.length === 0;
      const state =
        down.length > 0
          ? `; ${sentinelIds(down)} ${down.length === 1 ? 'calls' : 'call'} it down, although it answers`
          : '';
      return [
        {
          subject: `${name} at ${sentinelIds(without)}`,
          // What they call down is explained by it.
          ...(down.length > 0 && { servers: nodes.map((n) => n.id) }),
          // Their open connections work, and without a password nothing else is known of the data nodes. Where auth is
          // the cause, this is only what it will lead to.
          ...(down.length === 0 &&
            master.silence !== null && {
              impact: isNeedless ? ('risk' as const) : ('unknown' as const),
              severity: 'warning' as const,
            }),
          brief: `${sentinelIds(without)} ${without.length === 1 ? 'has' : 'have'} no${isNone ? '' : ' or a wrong'} password for ${master.id}${known ? '' : either}`,
          evidence: `${shown(master)} needs a password${state}`,
          message: `${shown(master)} needs a password, but ${sentinelIds(without)} ${without.length === 1 ? 'has' : 'have'} none${isNone ? '' : ' or a wrong one'}${state}`,
          fix: isNeedless
            ? putRightFirst([master])
            : [
                ...masterPassword(),
                ...without.map(({ sentinel }) => setAuthPass(sentinel, name)),
                ...alsoUnheard(views, name),
                ...(known ? [] : alsoAtOthers(views, without, name)),
              ],
          ...(down.length > 0 &&
            !isNeedless && { later: thenWait({ ctl: (words) => ctl(gathered, words) }) }),
        },
      ];
    });
    return Array.isArray(judgedViews) ? judged(judgedViews, missing) : judgedViews;
  },
} satisfies Check;

/** Those that cannot log in either are not heard here: no list has them. */
const alsoUnheard = (views: readonly MonitoredAt[], name: string): string[] =>
  views.every(({ master: { sentinels } }) => sentinels.ok && sentinels.value.length === 0)
    ? [
        `# the same at every other sentinel of ${name}: without the password it is not heard, and not listed here`,
      ]
    : [];

/** Where one has a wrong password, it was changed at run time: what the others have shows only when they connect again. */
function alsoAtOthers(all: readonly MonitoredAt[], without: readonly MonitoredAt[], name: string): string[] {
  const others = all.filter((view) => !without.includes(view));
  if (others.length === 0) return [];
  return [
    `# a password that was changed at run time is wrong at ${others.length === 1 ? 'the other sentinel' : 'the others'} too, once ${others.length === 1 ? 'it connects' : 'they connect'} again; right or wrong, this does no harm:`,
    ...others.map(({ sentinel }) => setAuthPass(sentinel, name)),
  ];
}
