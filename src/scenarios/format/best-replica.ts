import { promotableWithin } from '../../model/sentinel-timing.js';

/**
 * Which replica a sentinel should promote, by sentinel.c of Redis 7.0 (sentinelSelectSlave, compareSlavesForPromotion). Times
 * are milliseconds before the moment of the choice, as SENTINEL REPLICAS gives them.
 */
export interface Candidate {
  id: string;
  /** As in SENTINEL REPLICAS: `slave`, `s_down`, `disconnected`, … */
  flags: readonly string[];
  runId: string;
  /** 0: never. */
  priority: number;
  offset: number;
  /** Since its last good reply to PING. */
  lastOkPingMs: number;
  infoRefreshMs: number;
  masterLinkDownMs: number;
}

/** What the choice depends on besides the candidates. */
export interface Electorate {
  downAfterMs: number;
  /** For how long the sentinel has had the master in +sdown; null: it has not. */
  masterDownForMs: number | null;
  /** Sentinel's own periods, where SENTINEL DEBUG changed them. */
  pingPeriodMs?: number;
  infoPeriodMs?: number;
}

/** Why a replica cannot be promoted; null when it can. Pure. */
export function whyIneligible(candidate: Candidate, electorate: Electorate): string | null {
  const within = promotableWithin({
    ...electorate,
    pingMs: electorate.pingPeriodMs,
    infoMs: electorate.infoPeriodMs,
  });
  const { flags, priority, lastOkPingMs, infoRefreshMs, masterLinkDownMs } = candidate;
  if (flags.includes('s_down') || flags.includes('o_down')) return 'it is marked down';
  if (flags.includes('disconnected')) return 'the sentinel is not connected to it';
  if (lastOkPingMs > within.pingMs) return `its last valid reply to PING is ${lastOkPingMs} ms old`;
  if (priority === 0) return 'its priority is 0';
  if (infoRefreshMs > within.infoMs) return `its INFO is ${infoRefreshMs} ms old`;
  if (masterLinkDownMs > within.linkDownMs)
    return `its link to the master was down for ${masterLinkDownMs} ms`;
  return null;
}

/** The replica that is promoted: lowest priority, then largest offset, then smallest run id; null when none is eligible. Pure. */
export function bestReplica<C extends Candidate>(candidates: readonly C[], electorate: Electorate): C | null {
  const eligible = candidates.filter((c) => whyIneligible(c, electorate) === null);
  return eligible.toSorted(byRank)[0] ?? null;
}

/** What a sentinel reported of its candidates at one moment. */
export interface Slate<C extends Candidate = Candidate> {
  candidates: readonly C[];
  electorate: Electorate;
}

/**
 * Whether a choice was the right one, by a look right before it and one right after it, null where there was none.
 * What the sentinel knew at the choice lies between the two: INFO comes once a second meanwhile, and who is left out
 * of a look only because its INFO was old may have been eligible. After the choice the chosen one drops its
 * connections. Only two looks that both speak against a choice make it wrong. Pure.
 */
export function wasRight(
  chosen: string,
  before: Slate | null,
  after: Slate | null,
): 'yes' | 'no' | 'unknown' {
  const explains = (slate: Slate | null, forgive: boolean): boolean => {
    if (slate === null) return false;
    const field = slate.candidates.map((c) =>
      forgive && c.id === chosen ? { ...c, flags: c.flags.filter((f) => f !== 'disconnected') } : c,
    );
    const informed = field.map((c) => ({ ...c, infoRefreshMs: 0 }));
    return [field, informed].some((f) => bestReplica(f, slate.electorate)?.id === chosen);
  };
  if (explains(before, false) || explains(after, true)) return 'yes';
  return before !== null && after !== null ? 'no' : 'unknown';
}

/** Better first; a replica without a run id comes last. */
function byRank(a: Candidate, b: Candidate): number {
  if (a.priority !== b.priority) return a.priority - b.priority;
  if (a.offset !== b.offset) return b.offset - a.offset;
  if (a.runId === '' || b.runId === '') return Number(a.runId === '') - Number(b.runId === '');
  const [x, y] = [a.runId.toLowerCase(), b.runId.toLowerCase()];
  return x < y ? -1 : x > y ? 1 : 0;
}

/** SENTINEL REPLICAS as names and values → candidates; `idOf` names an address. Pure. */
export function candidateOf(
  fields: Readonly<Record<string, string>>,
  idOf: (address: { host: string; port: number }) => string,
): Candidate {
  const number = (name: string): number => Number(fields[name] ?? 0);
  return {
    id: idOf({ host: fields.ip ?? '', port: number('port') }),
    flags: (fields.flags ?? '').split(','),
    runId: fields.runid ?? '',
    priority: number('slave-priority'),
    offset: number('slave-repl-offset'),
    lastOkPingMs: number('last-ok-ping-reply'),
    infoRefreshMs: number('info-refresh'),
    masterLinkDownMs: number('master-link-down-time'),
  };
}
