import type { Check, RawFinding } from '../check.js';
import { cli, ctl, masterNames, silentSentinels, viewsOf } from '../evidence.js';

export default {
  id: 'no-quorum',
  severity: 'critical',
  group: 'live',
  title: 'too few sentinels answer for a failover',
  consequence:
    'no failover happens when the master dies: nobody is elected without a majority of all known sentinels',
  explanation:
    'SENTINEL CKQUORUM says NOQUORUM: fewer sentinels than the quorum, or fewer than a majority of all that are known, ' +
    'can be used at this moment. The quorum decides whether the master counts as down; the election of the one that ' +
    'fails over needs the majority, whatever the quorum is. Sentinels that are gone for good still count.',
  remedy: [
    'bring back the sentinels that do not answer',
    'SENTINEL RESET NAME, one sentinel at a time and 30 s apart, forgets those that are gone for good, while the master is healthy',
  ],
  sources: [
    'sentinel.c: sentinelIsQuorumReachable',
    'https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/',
  ],
  live(gathered) {
    const names = masterNames(gathered);
    const views = names.flatMap((name) => viewsOf(gathered, name));
    if (views.length === 0) return silentSentinels(gathered);
    const seen: RawFinding[] = [];
    for (const name of names) {
      const without = viewsOf(gathered, name).flatMap(({ sentinel, master }) =>
        master.ckquorum.ok && !master.ckquorum.value.ok
          ? [{ sentinel, said: master.ckquorum.value, master }]
          : [],
      );
      const [first] = without;
      if (first === undefined) continue;
      const known = 1 + (first.master.sentinels.ok ? first.master.sentinels.value.length : 0);
      const silent = gathered.sentinels.filter((s) => s.silence !== null);
      seen.push({
        subject: name,
        message: `${without.map((w) => w.sentinel.id).join(', ')}: ${first.said.usable ?? 'too few'} usable of ${known} known sentinels, quorum ${first.master.fields.quorum ?? '?'}`,
        fix:
          silent.length > 0 && gathered.own
            ? silent.map((s) =>
                ctl(gathered, `${s.silence?.kind === 'timeout' ? 'resume' : 'start'} ${s.id}`),
              )
            : [cli(first.sentinel, `SENTINEL SENTINELS ${name}`)],
      });
    }
    if (seen.length === 0 && views.every(({ master }) => !master.ckquorum.ok)) {
      return { skip: 'no sentinel answered SENTINEL CKQUORUM' };
    }
    return seen;
  },
} satisfies Check;
