import { formatAddress, sameAddress } from '../../model/address.js';
import { convergence } from '../../model/convergence.js';
import { humanDurationMs } from '../../model/duration.js';
import { livingPeer } from '../../model/hello.js';
import { command } from '../../model/hints.js';
import { sentinelNodes } from '../../model/plan.js';
import { majorityOf } from '../../model/sentinel-timing.js';
import { listed } from '../../model/words.js';
import type { Look } from '../look.js';
import { broken, ctl, holds, type Judged, nodesOf, unknown } from './judged.js';

export function sentinelsReachable(look: Look): Judged {
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

export function sentinelsAgree(look: Look): Judged {
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

export function noTilt(look: Look): Judged {
  const tilted = look.views.filter(({ sentinel }) => sentinel.answer.tilt).map(({ sentinel }) => sentinel.id);
  return tilted.length === 0
    ? holds('no sentinel is in TILT')
    : broken(`${listed(tilted)} in TILT, which ends by itself after 30 s`, ctl(look, 'wait'));
}

export function noFailover(look: Look): Judged {
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

export function pastGuard({ guard: { guardMs, waitMs, unread }, ...look }: Look): Judged {
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
export function livingPeers(look: Look): Judged {
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

export function converged(look: Look): Judged {
  const { plan, masterName } = look.roles;
  const missing = convergence(look.snapshot, { masterName, nodes: plan.nodes });
  return missing.length === 0
    ? holds('every sentinel sees every server, connected, with its run id')
    : broken(missing.slice(0, 3).join('; '), ctl(look, 'wait'));
}

/** A coordinated failover of 9.1.0 can end a sentinel, and what is older knows none. */
const COORDINATED_SINCE = [9, 1, 1] as const;

export function coordinatedVersion(look: Look): Judged {
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
