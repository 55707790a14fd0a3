import type { Fields, GatheredMaster, GatheredSentinel, Got } from '../model/gathered.js';
import { isNeverReached, quorumAlone } from '../model/never-reached.js';
import type { Silence } from '../model/snapshot.js';
import type { ConnectionOptions } from './client.js';
import {
  type Asked,
  askCommon,
  got,
  no,
  type Questions,
  silentServer,
  visit,
  type Wired,
} from './gather-ask.js';
import { parseCount, parseFieldsList, parseMasters, parseSettings, parseWord } from './gather-parse.js';
import { askDefaultRights } from './gather-rights.js';
import { addressOf, isSentinel, numberOf } from './info.js';
import { parseCkquorum, parseMasterAddress } from './replies.js';

/** Of a sentinel with more masters than this, only those that are meant are asked about in detail. */
const FEW_MASTERS = 8;
/** So many masters are under way on one connection at the same time, four questions each. */
const AT_ONCE = 50;

export interface SentinelGatherOptions extends ConnectionOptions {
  /** The master that is meant; null: all of them. */
  masterName: string | null;
  /** SENTINEL FLUSHCONFIG writes the sentinel's file: only for an own cluster; else the reason for not asking. */
  flush: true | string;
}

/**
 * Asks a sentinel everything that checks look at. Takes at most about four deadlines, some round trips where it
 * answers. What it does not answer is in the result with the reason. Throws only the signal's reason.
 */
export async function gatherSentinel(
  server: Asked,
  options: SentinelGatherOptions,
): Promise<Wired<GatheredSentinel>> {
  const visited = await visit(server.endpoint, options, (q) => askSentinel(server, q, options));
  return 'value' in visited ? visited.value : silentSentinel(server, visited.silence);
}

async function askSentinel(
  server: Asked,
  q: Questions,
  { clock, flush, masterName }: SentinelGatherOptions,
): Promise<Wired<GatheredSentinel>> {
  const askedAtMs = clock.wallMs();
  const [common, myid, masters, config, debug, pendingScripts, rights] = await Promise.all([
    askCommon(q, 'default').then((answers) => ({ ...answers, answeredAtMs: clock.wallMs() })),
    q.ask(['SENTINEL', 'MYID'], parseWord),
    askMasters(q, masterName),
    q.ask(['SENTINEL', 'CONFIG', 'GET', '*'], parseSettings),
    q.ask(['SENTINEL', 'DEBUG'], parseSettings),
    q.ask(['SENTINEL', 'PENDING-SCRIPTS'], parseCount),
    askDefaultRights(q),
  ]);
  const silence = q.silence();
  if (silence !== null) return silentSentinel(server, silence);
  if (common.info.ok && !isSentinel(new Map(Object.entries(common.info.value)))) {
    return silentSentinel(server, {
      kind: 'protocol',
      message: 'is a data node, not a sentinel (a sentinel usually has port 26379)',
    });
  }
  // Last, because a slow disk would hold up every other answer.
  const flushConfig: Got<string | null> =
    flush === true ? flushed(await q.ask(['SENTINEL', 'FLUSHCONFIG'], () => null)) : no(flush);
  const { answeredAtMs, ...answers } = common;
  return {
    ...server,
    silence: null,
    ...answers,
    clock: clockOf(answers.info, askedAtMs, answeredAtMs),
    // sentinel.c: a sentinel's table of commands has neither.
    latency: no('not asked: a sentinel has no LATENCY'),
    slowlog: no('not asked: a sentinel has no SLOWLOG'),
    myid,
    masters,
    config,
    debug,
    pendingScripts,
    flushConfig,
    peerRights: { default: rights },
  };
}

/** One SENTINEL MASTERS; then the details, of many masters in portions, so that each answer keeps to its deadline. */
async function askMasters(q: Questions, masterName: string | null): Promise<Got<GatheredMaster[]>> {
  const listed = await q.ask(['SENTINEL', 'MASTERS'], parseMasters);
  if (!listed.ok) return listed;
  const isMeant = (fields: Fields): boolean => masterName === null || fields.name === masterName;
  const few = listed.value.length <= FEW_MASTERS;
  const masters: GatheredMaster[] = [];
  for (let i = 0; i < listed.value.length; i += AT_ONCE) {
    const portion = listed.value.slice(i, i + AT_ONCE);
    masters.push(
      ...(await Promise.all(
        portion.map((fields) => {
          if (few) return askMaster(q, fields);
          if (!isMeant(fields)) return unasked(fields);
          return isNeverReached((name) => fields[name]) ? neverReached(fields) : askMaster(q, fields);
        }),
      )),
    );
  }
  return got(masters);
}

/** Another group's name: what SENTINEL MASTERS says of it is all that is known. */
function unasked(fields: Fields): GatheredMaster {
  const why = no('not asked: it is another master');
  return { name: fields.name ?? '', fields, replicas: why, sentinels: why, ckquorum: why, addr: why };
}

/** Its record says all that there is to say. */
function neverReached(fields: Fields): GatheredMaster {
  const { name = '', ip, port } = fields;
  return {
    name,
    fields,
    replicas: got([]),
    sentinels: got([]),
    ckquorum: got(quorumAlone((field) => fields[field])),
    addr: got(addressOf(ip, port) ?? null),
  };
}

async function askMaster(q: Questions, fields: Fields): Promise<GatheredMaster> {
  const name = fields.name ?? '';
  // sentinel.c: the list is empty where its count is 0, and the count is in SENTINEL MASTERS.
  const listOf = (what: string, count: string | undefined): Promise<Got<Fields[]>> =>
    count === '0' ? Promise.resolve(got([])) : q.ask(['SENTINEL', what, name], parseFieldsList);
  const [replicas, sentinels, ckquorum, addr] = await Promise.all([
    listOf('REPLICAS', fields['num-slaves']),
    listOf('SENTINELS', fields['num-other-sentinels']),
    // NOQUORUM is an error reply, and the answer.
    q.askWithErrors(['SENTINEL', 'CKQUORUM', name], parseCkquorum),
    q.ask(['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', name], parseMasterAddress),
  ]);
  return { name, fields, replicas, sentinels, ckquorum, addr };
}

/** An error of the disk is an answer; a refused command is not. */
function flushed(outcome: Got<null>): Got<string | null> {
  if (outcome.ok) return outcome;
  return /^ERR (?!unknown)/i.test(outcome.why) ? got(outcome.why) : outcome;
}

/** A sentinel has no TIME; its INFO says the time since Redis 6 (`server_time_usec`). */
function clockOf(info: Got<Fields>, askedAtMs: number, answeredAtMs: number): GatheredSentinel['clock'] {
  if (!info.ok) return info;
  const us = numberOf(info.value.server_time_usec);
  return us === null ? no('its INFO says no time') : got({ askedAtMs, serverMs: us / 1000, answeredAtMs });
}

/** A sentinel of which nothing is known but why. */
export function silentSentinel(server: Asked, silence: Silence): Wired<GatheredSentinel> {
  const unasked = no(silence.message);
  return {
    ...silentServer(server, silence),
    myid: unasked,
    masters: unasked,
    config: unasked,
    debug: unasked,
    pendingScripts: unasked,
    flushConfig: unasked,
  };
}
