import { humanDurationMs } from '../../model/duration.js';
import { SHORTEST_SENTINEL_PAUSE_MS, SHORTEST_SWITCHOVER_PAUSE_MS } from '../../model/sentinel-timing.js';
import { count, listed } from '../../model/words.js';
import type { Look } from '../look.js';
import { broken, ctl, holds, type Judged, nodesOf, unknown } from './judged.js';

export function masterAnswers(look: Look): Judged {
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
export function notPaused(look: Look): Judged {
  const { master } = look.roles;
  const info = look.answerOf(master)?.raw?.info;
  const reason = info?.paused_reason;
  if (look.answerOf(master)?.heldBack !== undefined || (reason !== undefined && reason !== 'none'))
    return broken(`${master.id} holds clients back already (CLIENT PAUSE)`, ctl(look, 'wait'));
  return holds(`${master.id} holds no client back`);
}

export function disks(look: Look): Judged {
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

export function noSaveRunning(look: Look): Judged {
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

export function pauseFits({ roles, pauseMs, budgetMs, method }: Look): Judged {
  const { settings } = roles;
  const words = `writes wait for ${pauseMs} ms at most, ${budgetMs} ms of it for the new master; down-after is ${humanDurationMs(settings.downAfterMs)}`;
  const leastMs = method === 'sentinel' ? SHORTEST_SENTINEL_PAUSE_MS : SHORTEST_SWITCHOVER_PAUSE_MS;
  return pauseMs >= leastMs
    ? holds(words)
    : broken(
        `down-after is ${settings.downAfterMs} ms: half of it leaves ${Math.max(0, pauseMs)} ms for a pause, and ${leastMs} ms are needed`,
      );
}

export function rights(look: Look): Judged {
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
export function noSecondActor({ roles, unseen }: Look): Judged {
  if (roles.plan.attached !== true)
    return holds('sentinelctl started every node, and holds the lock of the cluster');
  return unseen.length === 0
    ? holds('no operator, hook or orchestrator was seen that moves the master')
    : unknown(
        `what starts and stops ${listed(unseen)} is not seen from here: an operator, a hook or an orchestrator may act as well`,
      );
}
