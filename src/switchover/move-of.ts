import type { LiveCluster } from '../cluster/open.js';
import { sameAddress } from '../model/address.js';
import { hellosFor } from '../model/hello.js';
import { type NodePlan, sentinelNodes } from '../model/plan.js';
import type { Look } from './look.js';
import type { Move, Server } from './moves.js';

/** Everything that the moves need, of what was read. */
export function moveOf({ plan, asking: { access } }: LiveCluster, look: Look): Move {
  const { roles, target, others, views, snapshot, pauseMs } = look;
  const { masterName } = plan.spec;
  const server = ({ id, endpoint, kind }: NodePlan): Server => ({ id, endpoint, credentials: access[kind] });
  const view = views[0]?.view;
  const hellos = hellosFor(snapshot, masterName, { to: target.announce, epoch: look.epoch + 1 });
  const backs = hellosFor(snapshot, masterName, { epoch: look.epoch + 2 });
  const messageTo = (list: typeof hellos, id: string): string | undefined =>
    list.find(({ sentinel }) => sentinel === id)?.message;
  return {
    masterName,
    master: server(roles.master),
    target: server(target),
    others: others.map(server),
    sentinels: sentinelNodes(plan).flatMap((node) => {
      const [hello, back] = [messageTo(hellos, node.id), messageTo(backs, node.id)];
      return hello === undefined || back === undefined ? [] : [{ ...server(node), hello, back }];
    }),
    masterAddress: view?.address ?? roles.master.announce,
    targetAddress:
      view?.replicas.find(({ address }) => sameAddress(address, target.announce))?.address ?? target.announce,
    pauseMs,
  };
}
