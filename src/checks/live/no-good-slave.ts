import { sameAddress } from '../../model/address.js';
import type { Fields, Gathered } from '../../model/gathered.js';
import { cli, ctl } from '../../model/hints.js';
import type { Check, RawFinding } from '../check.js';
import { addressIn, flagsOf, type MonitoredAt, nodeAt, silentSentinels } from '../evidence.js';
import { factsOf } from '../facts-of.js';
import { forgottenFix, isForgotten } from '../forgotten.js';
import { groupsOf, idsOf, judged, num, unreported } from '../group.js';
import { lookAgain } from '../under-way.js';
import { lostMaster } from './no-master.js';

/** sentinel.c: sentinel_ping_period and sentinel_info_period, milliseconds; tunable by SENTINEL DEBUG since 7.0. */
const PING_MS = 1000;
const INFO_MS = 10_000;

export default {
  id: 'no-good-slave',
  needs: 'gathered',
  severity: 'critical',
  impact: 'no-failover',
  group: 'live',
  title: 'no replica can be promoted now',
  consequence:
    'a dead master is not replaced: every attempt ends with -failover-abort-no-good-slave (seen for 140 s without end); the next attempt comes after 2 x failover-timeout',
  explanation:
    'Sentinel promotes only a replica that is not down, answered PING within the last 5 ping periods, answered ' +
    'INFO recently, does not have priority 0, and whose link to the master was down for at most 10 x down-after ' +
    'before the master died. A replica that was cut off for longer is not eligible, even if it runs and has the ' +
    'data.',
  remedy: [
    'start a replica again, or repair its link to the master',
    'if the master is gone for good and no replica is eligible: raise down-after-milliseconds with SENTINEL SET ' +
      'until one is, then restore the value',
  ],
  sources: ['sentinel.c: sentinelSelectSlave', 'https://github.com/redis/redis/issues/5677', 'measured'],
  causes: ['failover-stuck', 'no-master'],
  live(gathered) {
    const groups = groupsOf(gathered);
    if (groups.length === 0) return silentSentinels(gathered);
    const seen: RawFinding[] = [];
    const missing = unreported(groups);
    for (const group of groups) {
      const { name, views, replicas } = group;
      const blocked: { view: MonitoredAt; reasons: Unfit[] }[] = [];
      let looked = 0;
      for (const view of views) {
        const listed = view.master.replicas;
        if (!listed.ok) {
          missing.push(`${view.sentinel.id}: ${listed.why}`);
          continue;
        }
        looked++;
        const reasons = listed.value.flatMap((replica) => unfit(view, replica) ?? []);
        // A hidden replica is counted and not listed, and may be promoted all the same.
        const candidates = Math.max(listed.value.length, num(view.master.fields, 'num-slaves') ?? 0);
        if (reasons.length === candidates) blocked.push({ view, reasons });
      }
      const [first] = blocked;
      if (first === undefined || blocked.length < looked) continue;
      const facts = factsOf(gathered).masters.find((m) => m.name === name);
      if (facts !== undefined && isForgotten(facts)) {
        seen.push({
          subject: replicas.length > 0 ? idsOf(replicas) : name,
          message: `${name}: the sentinels have forgotten the replicas, and the master that would name them again does not answer (SENTINEL RESET while it was down does that)`,
          consequence: 'no replica is ever promoted: the sentinels know none, however long they wait',
          fix: forgottenFix(facts, lostMaster(facts)),
        });
        continue;
      }
      const read = first.reasons.filter(
        ({ replica, kind }) => kind === 'priority' && mayBe(gathered, replica),
      );
      if (read.length > 0) {
        seen.push({
          subject: idsOf(replicas),
          severity: 'info',
          message: `${name}: ${read.map(({ replica }) => shownAt(gathered, replica)).join(', ')} may be promoted again; the sentinels read it within 10 s`,
          consequence: 'until then a dead master would not be replaced',
          fix: lookAgain(ctl(gathered, 'doctor')),
        });
        continue;
      }
      const unfitAll = first.reasons.map(({ replica, why }) => `${shownAt(gathered, replica)} ${why}`);
      seen.push({
        subject: replicas.length > 0 ? idsOf(replicas) : name,
        message: `${name}: ${unfitAll.length === 0 ? 'it has no replica' : unfitAll.join('; ')} (as ${first.view.sentinel.id} has it)`,
        fix: makeFit(gathered, first.view, first.reasons),
      });
    }
    return judged(seen, missing);
  },
} satisfies Check;

/** Whether a replica that a sentinel has down with priority 0 says itself that it may be promoted. */
function mayBe({ nodes }: Gathered, replica: Fields): boolean {
  const address = addressIn(replica);
  const node = nodes.find((n) => address !== null && sameAddress(n.announce, address));
  return node?.info.ok === true && (num(node.info.value, 'slave_priority') ?? 0) > 0;
}

/** A replica that a sentinel would not promote, and why. */
interface Unfit {
  replica: Fields;
  kind: 'down' | 'priority' | 'cut-off' | 'stale';
  why: string;
}

function shownAt(gathered: Gathered, replica: Fields): string {
  const address = addressIn(replica);
  return address === null ? (replica.name ?? '?') : nodeAt(gathered, address);
}

/** What makes one of them fit again. */
function makeFit(gathered: Gathered, view: MonitoredAt, reasons: readonly Unfit[]): string[] {
  const lines = reasons.map(({ replica, kind }) => {
    const address = addressIn(replica) ?? { host: '?', port: 0 };
    const node = gathered.nodes.find((n) => sameAddress(n.announce, address));
    const at = node ?? { endpoint: address };
    if (kind === 'priority') return cli(at, 'CONFIG SET replica-priority 100');
    if (kind === 'cut-off') return longerDownAfter(view, replica);
    if (!gathered.own || node === undefined || node.silence === null) return cli(at, 'PING');
    // Without a run id it may be a master that was replaced: resumed, it would take writes.
    const frozen = replica.runid ? 'resume' : 'restart';
    return ctl(gathered, `${node.silence.kind === 'timeout' ? frozen : 'start'} ${node.id}`);
  });
  const master = addressIn(view.master.fields);
  return lines.length > 0
    ? [...new Set(lines)]
    : [`start another data node with: replicaof ${master?.host ?? '?'} ${master?.port ?? '?'}`];
}

/** Why a sentinel would not promote this replica; null where it would. The order is the source's. */
function unfit({ sentinel, master }: MonitoredAt, replica: Fields): Unfit | null {
  const flags = flagsOf(replica);
  const debug = sentinel.debug.ok ? sentinel.debug.value : {};
  const pingMs = tuned(debug, 'PING-PERIOD', PING_MS);
  const infoMs = flagsOf(master.fields).includes('s_down')
    ? 5 * pingMs
    : 3 * tuned(debug, 'INFO-PERIOD', INFO_MS);
  const of = (name: string): number => num(replica, name) ?? 0;
  const say = (kind: Unfit['kind'], why: string): Unfit => ({ replica, kind, why });
  if (flags.includes('s_down')) return say('down', 'is down');
  if (flags.includes('disconnected')) return say('down', 'is not connected');
  const [pongMs, refreshMs] = [of('last-ok-ping-reply'), of('info-refresh')];
  if (pongMs > 5 * pingMs) return say('stale', `answered no PING for ${pongMs} ms`);
  if (num(replica, 'slave-priority') === 0) return say('priority', 'has priority 0');
  if (refreshMs > infoMs) return say('stale', `gave no INFO for ${refreshMs} ms`);
  const [cutMs, allowed] = [of('master-link-down-time'), allowedMs(master.fields)];
  return cutMs > allowed
    ? say('cut-off', `was without its master for ${cutMs} ms, of ${allowed} that are allowed`)
    : null;
}

const tuned = (debug: Fields, name: string, normal: number): number =>
  Object.entries(debug).flatMap(([key, value]) => (key.toUpperCase() === name ? [Number(value)] : []))[0] ??
  normal;

/** For how long a replica may have been without its master: 10 x down-after, and as long as the master is down. */
const allowedMs = (master: Fields): number =>
  10 * (num(master, 'down-after-milliseconds') ?? 0) + (num(master, 's-down-time') ?? 0);

/** With a longer down-after a replica counts that was cut off too long; in whole seconds, and a minute to spare. */
function longerDownAfter({ sentinel, master }: MonitoredAt, replica: Fields): string {
  const seconds = Math.ceil(((num(replica, 'master-link-down-time') ?? 0) + 60_000) / 10_000);
  return cli(sentinel, `SENTINEL SET ${master.name} down-after-milliseconds ${seconds * 1000}`);
}
