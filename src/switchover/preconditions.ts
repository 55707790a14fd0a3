import { refused } from '../errors.js';
import { formatAddress, sameAddress } from '../model/address.js';
import { convergence } from '../model/convergence.js';
import { humanDurationMs } from '../model/duration.js';
import { livingPeer } from '../model/hello.js';
import { command } from '../model/hints.js';
import { sentinelNodes } from '../model/plan.js';
import { eligibility, excludedWords } from '../model/promotable.js';
import {
  majorityOf,
  SHORTEST_SENTINEL_PAUSE_MS,
  SHORTEST_SWITCHOVER_PAUSE_MS,
} from '../model/sentinel-timing.js';
import { bytes, count, listed } from '../model/words.js';
import type { Precondition, SwitchoverMethod } from '../observe/switchover-result.js';
import type { Look } from './look.js';

type Judged = Omit<Precondition, 'id'>;
const holds = (evidence: string): Judged => ({ verdict: 'holds', evidence });
const broken = (evidence: string, fix?: string): Judged => ({
  verdict: 'broken',
  evidence,
  ...(fix !== undefined && { fix }),
});
const unknown = (evidence: string): Judged => ({ verdict: 'unknown', evidence });

/** The one that waiting fixes: a sentinel hears of a change with its next INFO or hello. */
export const NEWS = 'converged';

/** What must hold before anything is done, in the order in which it is shown. Each is judged on what was read. Pure. */
const PRECONDITIONS: readonly {
  id: string;
  judge: (look: Look) => Judged;
  /** Absent: for each method. */
  only?: readonly SwitchoverMethod[];
}[] = [
  { id: 'sentinels-reachable', judge: sentinelsReachable },
  { id: 'sentinels-agree', judge: sentinelsAgree },
  { id: 'no-tilt', judge: noTilt },
  { id: 'no-failover', judge: noFailover },
  { id: 'past-failover-guard', judge: pastGuard },
  { id: 'living-peers', judge: livingPeers, only: ['direct'] },
  { id: 'master-answers', judge: masterAnswers },
  { id: 'not-paused', judge: notPaused },
  { id: 'target-linked', judge: targetLinked },
  { id: 'target-catches-up', judge: targetCatchesUp },
  { id: 'target-eligible', judge: targetEligible },
  { id: 'target-chosen', judge: targetChosen, only: ['sentinel', 'coordinated'] },
  { id: 'coordinated-version', judge: coordinatedVersion, only: ['coordinated'] },
  { id: 'target-version', judge: targetVersion },
  { id: 'target-memory', judge: targetMemory },
  { id: 'disks', judge: disks },
  { id: 'no-save-running', judge: noSaveRunning },
  { id: 'min-replicas', judge: minReplicas },
  { id: 'pause-fits', judge: pauseFits },
  { id: 'rights', judge: rights },
  { id: 'no-second-actor', judge: noSecondActor },
  { id: NEWS, judge: converged },
];

export const areMet = (preconditions: readonly Precondition[]): boolean =>
  preconditions.every(({ verdict }) => verdict !== 'broken');

/** Throws `switchover-refused` (3) with the evidence of each precondition that is broken, and what to type. */
export function requireMet({ roles }: Look, preconditions: readonly Precondition[]): void {
  const broken = preconditions.filter(({ verdict }) => verdict === 'broken');
  if (broken.length === 0) return;
  const { cluster } = roles.plan.spec;
  const fixes = [...new Set(broken.flatMap(({ fix }) => fix ?? []))];
  throw refused('switchover-refused', `the switchover is refused, and nothing was changed on ${cluster}`, {
    why: broken.map(({ id, evidence }) => `${id}: ${evidence}`).join('\n'),
    hint: fixes.length > 0 ? fixes.join('\n') : command('status', cluster),
  });
}

export const preconditionsOf = (look: Look): Precondition[] =>
  PRECONDITIONS.filter(({ only }) => only?.includes(look.method) ?? true).map(({ id, judge }) => ({
    id,
    ...judge(look),
  }));

const ctl = ({ roles }: Look, words: string): string => command(words, roles.plan.spec.cluster);
const nodesOf = ({ roles, answerOf }: Look) => roles.nodes.map((node) => ({ node, answer: answerOf(node) }));

function sentinelsReachable(look: Look): Judged {
  const sentinels = sentinelNodes(look.roles.plan);
  const silent = sentinels.filter(({ id }) => !look.views.some(({ sentinel }) => sentinel.id === id));
  if (silent.length === 0) return holds(`${sentinels.length} of ${sentinels.length} sentinels answer`);
  const [one] = silent;
  const isMajority = sentinels.length - silent.length >= majorityOf(sentinels.length);
  return broken(
    `${listed(silent.map(({ id }) => id))} ${silent.length === 1 ? 'does' : 'do'} not answer`,
    silent.length === 1 && isMajority
      ? `--without ${one?.id} # it hears of the new master from the others when it runs again`
      : ctl(look, 'doctor'),
  );
}

function sentinelsAgree(look: Look): Judged {
  const said = look.views.map(
    ({ sentinel, view }) => `${sentinel.id}: ${formatAddress(view.address)} at epoch ${view.configEpoch}`,
  );
  const [first] = look.views;
  const same = look.views.every(
    ({ view }) =>
      sameAddress(view.address, first?.view.address) && view.configEpoch === first?.view.configEpoch,
  );
  return same && first !== undefined
    ? holds(`all name ${look.roles.master.id} at epoch ${first.view.configEpoch}`)
    : broken(said.join('; ') || 'no sentinel names a master', ctl(look, 'status'));
}

function noTilt(look: Look): Judged {
  const tilted = look.views.filter(({ sentinel }) => sentinel.answer.tilt).map(({ sentinel }) => sentinel.id);
  return tilted.length === 0
    ? holds('no sentinel is in TILT')
    : broken(`${listed(tilted)} in TILT, which ends by itself after 30 s`, ctl(look, 'wait'));
}

function noFailover(look: Look): Judged {
  const busy = look.views.filter(
    ({ view }) =>
      (view.failoverState !== null && view.failoverState !== 'none') ||
      view.flags.some((flag) => flag === 's_down' || flag === 'o_down'),
  );
  return busy.length === 0
    ? holds('no failover runs, and no sentinel calls the master down')
    : broken(
        busy
          .map(({ sentinel, view }) => `${sentinel.id}: ${view.failoverState ?? view.flags.join(',')}`)
          .join('; '),
        ctl(look, 'wait'),
      );
}

function pastGuard({ guard: { guardMs, waitMs, unread }, ...look }: Look): Judged {
  const within = humanDurationMs(guardMs);
  if (waitMs > 0)
    return broken(
      `a failover failed less than ${within} ago; the sentinels do not try again for another ${humanDurationMs(waitMs)}`,
      command('wait', look.roles.plan.spec.cluster),
    );
  return unread.length === 0
    ? holds(`no failover failed in the last ${within}`)
    : unknown(
        `no log of ${listed(unread)} can be read: whether a failover failed in the last ${within} is not known`,
      );
}

/** Each is told in the name of a peer that it knows. */
function livingPeers(look: Look): Judged {
  const alive = look.views.flatMap(({ sentinel }) => sentinel.answer.sentinelId);
  const alone = look.views.filter(
    ({ sentinel, view }) =>
      livingPeer(
        view,
        alive.filter((id) => id !== sentinel.answer.sentinelId),
      ) === null,
  );
  if (alone.length === 0) return holds('each sentinel knows a peer that answers');
  return alone.length < look.views.length
    ? holds(`${listed(alone.map(({ sentinel }) => sentinel.id))} hears of it from the others`)
    : broken(
        `${listed(alone.map(({ sentinel }) => sentinel.id))} knows no peer that answers`,
        ctl(look, 'doctor'),
      );
}

function masterAnswers(look: Look): Judged {
  const { master } = look.roles;
  const answer = look.answerOf(master);
  if (answer === null)
    return broken(
      `${master.id} does not answer: a planned move needs a master that does`,
      ctl(look, 'status'),
    );
  return answer.role === 'master' && !answer.loading
    ? holds(`${master.id} says master, ${answer.engine} ${answer.version}`)
    : broken(`${master.id} says ${answer.loading ? 'that it is loading' : answer.role}`, ctl(look, 'status'));
}

/** A CLIENT UNPAUSE would end the pause of another process as well. */
function notPaused(look: Look): Judged {
  const { master } = look.roles;
  const info = look.answerOf(master)?.raw?.info;
  const reason = info?.paused_reason;
  if (look.answerOf(master)?.heldBack !== undefined || (reason !== undefined && reason !== 'none'))
    return broken(`${master.id} holds clients back already (CLIENT PAUSE)`, ctl(look, 'wait'));
  return holds(`${master.id} holds no client back`);
}

function targetLinked(look: Look): Judged {
  const { target, roles } = look;
  if (target === roles.master) return broken(`${target.id} is the master already`);
  const answer = look.answerOf(target);
  if (answer === null) return broken(`${target.id} does not answer`, ctl(look, 'status'));
  if (answer.role !== 'replica' || !sameAddress(answer.follows, roles.master.announce))
    return broken(
      `${target.id} ${answer.role === 'replica' ? `follows ${answer.follows === null ? 'no master' : formatAddress(answer.follows)}` : `says ${answer.role}`}, not ${roles.master.id}`,
      ctl(look, 'topology'),
    );
  return answer.linkStatus === 'up'
    ? holds(`${target.id} follows ${roles.master.id}, its link is up`)
    : broken(`${target.id} has no link to ${roles.master.id}`, ctl(look, 'doctor'));
}

function targetCatchesUp({ target, catchUp, budgetMs }: Look): Judged {
  const within = `; the pause allows ${budgetMs} ms`;
  if (catchUp.ms === null)
    return broken(
      `${target.id}: ${catchUp.why}${catchUp.lagBytes === null ? '' : `, ${bytes(catchUp.lagBytes)} behind`}`,
    );
  return holds(
    catchUp.lagBytes === 0
      ? `${target.id} has what the master had at that moment${within}`
      : `${target.id} was ${bytes(catchUp.lagBytes)} behind, and caught up in ${humanDurationMs(catchUp.ms)}${within}`,
  );
}

function targetEligible(look: Look): Judged {
  const { target, isNamed, views } = look;
  const against = views.flatMap(({ sentinel, view }) => {
    const seen = view.replicas.find(({ address }) => sameAddress(address, target.announce));
    if (seen === undefined) return [`${sentinel.id} does not list it`];
    const judged = eligibility(seen, view);
    if (judged.is !== 'no' || (judged.by === 'priority' && isNamed)) return [];
    return [`${sentinel.id}: it ${excludedWords(judged)}`];
  });
  return against.length === 0
    ? holds(`every sentinel could promote ${target.id}`)
    : broken(`${target.id}: ${against.join('; ')}`, ctl(look, 'doctor'));
}

/** Sentinel prefers the lowest priority but 0. */
export const FIRST_PRIORITY = 1;

/**
 * Whether every sentinel chooses the target for its priority. Among equal ones the offset decides that INFO gave last, which
 * another replica may exceed by then.
 */
export const isFirst = ({ views, target }: Look): boolean =>
  views.every(({ view }) => {
    const priorityOf = (isTarget: boolean): number[] =>
      view.replicas
        .filter(
          (replica) =>
            sameAddress(replica.address, target.announce) === isTarget &&
            eligibility(replica, view).is !== 'no',
        )
        .map(({ priority }) => priority ?? 0);
    const [own] = priorityOf(true);
    return own !== undefined && priorityOf(false).every((other) => own < other);
  });

/** Sentinel chooses: a priority that comes first decides, unless another node has that one too. */
function targetChosen(look: Look): Judged {
  const { target, views } = look;
  if (isFirst(look)) return holds(`Sentinel would choose ${target.id}`);
  const rivals = views.flatMap(({ view }) =>
    view.replicas.filter(
      ({ address, priority }) => !sameAddress(address, target.announce) && priority === FIRST_PRIORITY,
    ),
  );
  return rivals.length === 0
    ? holds(`${target.id} gets replica-priority ${FIRST_PRIORITY} meanwhile, so that Sentinel chooses it`)
    : broken(
        `${formatAddress(rivals[0]?.address ?? target.announce)} has replica-priority ${FIRST_PRIORITY}: Sentinel may choose that node`,
        ctl(look, 'replicas'),
      );
}

/** A coordinated failover of 9.1.0 can end a sentinel, and what is older knows none. */
const COORDINATED_SINCE = [9, 1, 1] as const;

function coordinatedVersion(look: Look): Judged {
  const versions = [
    ...look.views.map(({ sentinel }) => ({ id: sentinel.id, version: sentinel.answer.version })),
    ...nodesOf(look).map(({ node, answer }) => ({
      id: node.id,
      version: answer?.engine === 'valkey' ? answer.version : '0',
    })),
  ];
  const old = versions.filter(({ version }) => {
    const numbers = version.split('.').map(Number);
    const at = COORDINATED_SINCE.findIndex((least, i) => (numbers[i] ?? 0) !== least);
    return at !== -1 && (numbers[at] ?? 0) < (COORDINATED_SINCE[at] ?? 0);
  });
  return old.length === 0
    ? holds('every server is Valkey 9.1.1 or newer')
    : broken(
        `${listed(old.map(({ id }) => id))} ${old.length === 1 ? 'is' : 'are'} not Valkey 9.1.1 or newer`,
        '--method direct',
      );
}

/** A replica that is older than its master may not read its stream. */
function targetVersion(look: Look): Judged {
  const target = look.answerOf(look.target);
  if (target === null) return unknown(`${look.target.id} does not say its version`);
  const newer = nodesOf(look).filter(
    ({ node, answer }) =>
      node !== look.target &&
      answer !== null &&
      (answer.engine !== target.engine || isOlder(answer.version, target.version)),
  );
  const words = `${look.target.id} runs ${target.engine} ${target.version}`;
  return newer.length === 0
    ? holds(`${words}, and no node that would follow it is older`)
    : broken(
        `${words}; ${newer.map(({ node, answer }) => `${node.id} runs ${answer?.engine} ${answer?.version}`).join(', ')}: an older node may not read what a newer master sends`,
      );
}

/** By the first two numbers: what a replica must read changes with those. */
function isOlder(a: string, b: string): boolean {
  const [[a1 = 0, a2 = 0], [b1 = 0, b2 = 0]] = [a, b].map((v) => v.split('.').map(Number)) as [
    number[],
    number[],
  ];
  return a1 < b1 || (a1 === b1 && a2 < b2);
}

function targetMemory(look: Look): Judged {
  const [from, to] = [look.answerOf(look.roles.master)?.memory, look.answerOf(look.target)?.memory];
  if (from === undefined || to === undefined) return unknown('a server does not say its memory');
  if (to.limitBytes > 0 && from.usedBytes > to.limitBytes)
    return broken(
      `the master uses ${bytes(from.usedBytes)}, ${look.target.id} may use ${bytes(to.limitBytes)} (maxmemory)`,
      ctl(look, 'doctor'),
    );
  return holds(
    to.limitBytes === 0
      ? `${look.target.id} has no maxmemory`
      : `the master uses ${bytes(from.usedBytes)} of the ${bytes(to.limitBytes)} that ${look.target.id} may use`,
  );
}

function disks(look: Look): Judged {
  const bad = nodesOf(look).flatMap(({ node, answer }) =>
    answer === null || ((answer.diskFaults ?? []).length === 0 && answer.pingError === undefined)
      ? []
      : [`${node.id}: ${answer.pingError ?? `its last ${listed([...(answer.diskFaults ?? [])])} failed`}`],
  );
  return bad.length === 0
    ? holds('no data node failed to write to its disk')
    : broken(bad.join('; '), ctl(look, 'doctor'));
}

const BUSY: Readonly<Record<string, string>> = {
  rdb_bgsave_in_progress: 'saves an RDB file',
  aof_rewrite_in_progress: 'rewrites its append-only file',
  async_loading: 'loads its data',
};

function noSaveRunning(look: Look): Judged {
  const busy = nodesOf(look).flatMap(({ node, answer }) => [
    ...(answer?.syncing === true || answer?.loading === true ? [`${node.id} copies or loads its data`] : []),
    ...Object.entries(BUSY).flatMap(([field, does]) =>
      answer?.raw?.info?.[field] === '1' ? [`${node.id} ${does}`] : [],
    ),
  ]);
  return busy.length === 0
    ? holds('no data node saves, rewrites its log, loads or copies its data')
    : broken(`${busy.join('; ')}: a fork or a copy delays the moves`, ctl(look, 'wait'));
}

function minReplicas(look: Look): Judged {
  const { target, roles } = look;
  const least = Number(look.answerOf(target)?.settings?.['min-replicas-to-write'] ?? Number.NaN);
  if (Number.isNaN(least)) return unknown(`${target.id} does not say its min-replicas-to-write`);
  const left = nodesOf(look).filter(({ node, answer }) => node !== target && answer !== null).length;
  const words = `${target.id} needs ${count(least, 'replica')} for a write, and ${left} of ${roles.nodes.length - 1} would follow it`;
  return left >= least ? holds(words) : broken(words, ctl(look, 'doctor'));
}

function pauseFits({ roles, pauseMs, budgetMs, method }: Look): Judged {
  const { settings } = roles;
  const words = `writes wait for ${pauseMs} ms at most, ${budgetMs} ms of it for the new master; down-after is ${humanDurationMs(settings.downAfterMs)}`;
  const leastMs = method === 'sentinel' ? SHORTEST_SENTINEL_PAUSE_MS : SHORTEST_SWITCHOVER_PAUSE_MS;
  return pauseMs >= leastMs
    ? holds(words)
    : broken(
        `down-after is ${settings.downAfterMs} ms: half of it leaves ${Math.max(0, pauseMs)} ms for a pause, and ${leastMs} ms are needed`,
      );
}

function rights(look: Look): Judged {
  const lacking = look.rights.filter(({ lacks }) => lacks !== null && lacks.length > 0);
  const silent = look.rights.filter(({ lacks }) => lacks === null);
  const purpose = `sentinelctl attach ${look.roles.plan.spec.cluster} --print-acl --for switchover`;
  if (lacking.length > 0)
    return broken(
      lacking
        .map(({ id, lacks, why }) => `${id}: ${listed(lacks ?? [])} (${why.replace(/\.$/, '')})`)
        .join('; '),
      `${purpose} # every right that switchover needs`,
    );
  return silent.length === 0
    ? holds(`the user may run every command of a switchover at ${count(look.rights.length, 'server')}`)
    : unknown(
        `${listed(silent.map(({ id }) => id))} ${silent.length === 1 ? 'does' : 'do'} not say what the user may run`,
      );
}

/** Whatever else starts or moves nodes may do so in the middle. */
function noSecondActor({ roles, restarts }: Look): Judged {
  const unseen = restarts.filter(({ known }) => !known).map(({ id }) => id);
  if (roles.plan.attached !== true)
    return holds('sentinelctl started every node, and holds the lock of the cluster');
  return unseen.length === 0
    ? holds('no operator, hook or orchestrator was seen that moves the master')
    : unknown(
        `what starts and stops ${listed(unseen)} is not seen from here: an operator, a hook or an orchestrator may act as well`,
      );
}

function converged(look: Look): Judged {
  const { plan, masterName } = look.roles;
  const missing = convergence(look.snapshot, { masterName, nodes: plan.nodes });
  return missing.length === 0
    ? holds('every sentinel sees every server, connected, with its run id')
    : broken(missing.slice(0, 3).join('; '), ctl(look, 'wait'));
}
