import { type Address, formatAddress, sameAddress } from '../../model/address.js';
import type { Check, RawFinding } from '../check.js';
import { addressIn, cli, ctl, type MonitoredAt, nodeAt, silentSentinels } from '../evidence.js';
import { hostNamesOf } from '../files/groups.js';
import { judgeMonitoredGroups } from '../files/judge.js';
import { groupsOf, idsOf, judged, readAll } from '../group.js';
import { failoverUnderWay, heldDown, lookAgain } from '../under-way.js';

/** What SENTINEL REMOVE forgets, and SENTINEL MONITOR does not take: the record's name and SENTINEL SET's. */
const KEPT = ['down-after-milliseconds', 'failover-timeout', 'parallel-syncs'] as const;

export default {
  id: 'master-disagree',
  severity: 'critical',
  group: 'live',
  title: 'the sentinels name different masters',
  consequence:
    'clients write to whichever they are told first: two data sets grow apart, and one of them is thrown away when it ends',
  explanation:
    'After a failover the sentinels agree within a second, by the higher configuration epoch; while it runs, its leader ' +
    'names the old master still, and that is a warning only. A disagreement that stays ' +
    'means that some do not hear the others, or were given another master by hand or by an old configuration file with the ' +
    'same epoch.',
  remedy: [
    'at the sentinel that is wrong: SENTINEL REMOVE NAME, then SENTINEL MONITOR NAME with the right address, and its settings again',
  ],
  sources: ['sentinel.c: sentinelProcessHelloMessage, sentinelCommand (MONITOR, REMOVE)'],
  causes: ['split-brain', 'replica-orphan', 'ghost-replica', 'no-quorum'],
  live(gathered) {
    const groups = groupsOf(gathered);
    if (groups.length === 0) return silentSentinels(gathered);
    const seen: RawFinding[] = [];
    const { missing } = readAll(gathered.sentinels, (s) => s.masters);
    for (const group of groups) {
      const { views, name } = group;
      const named = views.flatMap((view) => {
        const address = addressIn(view.master.fields);
        return address === null ? [] : [{ view, address }];
      });
      if (named.length === 0) missing.push(`${name}: no sentinel names its master`);
      const right =
        named.find((n) => group.address !== null && sameAddress(n.address, group.address)) ?? null;
      const wrong = named.filter(({ address }) => right !== null && !sameAddress(address, right.address));
      if (right === null || wrong.length === 0) continue;
      const claims = [...new Set(named.map((n) => formatAddress(n.address)))].map((text) => {
        const by = named.filter((n) => formatAddress(n.address) === text);
        return `${idsOf(by.map((n) => n.view.sentinel))} say${by.length === 1 ? 's' : ''} ${by[0] === undefined ? text : nodeAt(gathered, by[0].address)} (epoch ${by[0]?.view.master.fields['config-epoch'] ?? '?'})`;
      });
      const busy = failoverUnderWay(views) ?? heldDown(views);
      seen.push({
        subject: idsOf(wrong.map((w) => w.view.sentinel)),
        message: [`${name}: ${claims.join('; ')}`, ...(busy === null ? [] : [busy])].join('; '),
        ...(busy === null
          ? { fix: wrong.flatMap((w) => monitorAgain(name, w.view, right)) }
          : { severity: 'warning', fix: lookAgain(ctl(gathered, 'status --watch')) }),
      });
    }
    return judged(seen, missing);
  },
  files(project) {
    return judgeMonitoredGroups(project, (groups) => {
      return groups.flatMap(({ name, monitors, master }) => {
        const addresses = [...new Set(monitors.map((m) => `${m.host} ${m.port}`))];
        const [usual, other] = addresses.toSorted((a, b) => votes(monitors, b) - votes(monitors, a));
        const odd = monitors.filter((m) => `${m.host} ${m.port}` !== usual);
        const [first] = odd;
        // One may be known by a name and by an address.
        const same =
          master !== undefined &&
          monitors.every((m) => hostNamesOf(master).includes(m.host) && m.port === first?.port);
        if (first === undefined || other === undefined || same) return [];
        return [
          {
            subject: idsOf(odd.map((m) => m.server)),
            message: `${name} is ${other.replace(' ', ':')} here, and ${usual?.replace(' ', ':')} at the others`,
            fix: [`sentinel monitor ${name} ${usual} ${first.quorum}`],
            at: first.at,
          },
        ];
      });
    });
  },
} satisfies Check;

interface Named {
  view: MonitoredAt;
  address: Address;
}

function monitorAgain(name: string, { sentinel }: MonitoredAt, { view, address }: Named): string[] {
  const { fields } = view.master;
  const settings = KEPT.map((key) => `${key} ${fields[key] ?? ''}`).join(' ');
  const hasPassword =
    sentinel.conf.ok && new RegExp(`^sentinel auth-pass "?${name}"? `, 'm').test(sentinel.conf.value.text);
  return [
    cli(sentinel, `SENTINEL REMOVE ${name}`),
    cli(sentinel, `SENTINEL MONITOR ${name} ${address.host} ${address.port} ${fields.quorum ?? ''}`),
    cli(sentinel, `SENTINEL SET ${name} ${settings}`),
    ...(hasPassword ? [cli(sentinel, `SENTINEL SET ${name} auth-pass <the master's password>`)] : []),
  ];
}

const votes = (monitors: { host: string; port: number }[], address: string): number =>
  monitors.filter((m) => `${m.host} ${m.port}` === address).length;
