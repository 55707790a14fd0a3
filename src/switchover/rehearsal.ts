import { withNode } from '../cluster/ask.js';
import type { LiveCluster } from '../cluster/open.js';
import { messageOf } from '../errors.js';
import { formatAddress } from '../model/address.js';
import { HELLO_CHANNEL, hellosFor } from '../model/hello.js';
import { type NodePlan, sentinelNodes } from '../model/plan.js';
import type { Rehearsed } from '../observe/switchover-result.js';
import type { Connection } from '../wire/client.js';
import { parseMasterAddress, parseRole } from '../wire/replies.js';
import { transaction } from '../wire/transaction.js';
import type { Look } from './look.js';
import { type Links, replicaOf } from './moves.js';

/** No client has it. */
const NO_CLIENT = 999_999_999;

/**
 * Sends every kind of command of the direct method in a form that changes nothing, each to the server that will get it: it
 * proves rights and reach. A sentinel hears the master and the epoch that it has, a replica the master that it follows,
 * spelled as it has it (replicaofCommand compares the words), the master that it follows none. `links`: where they are
 * open already.
 */
export async function rehearse(live: LiveCluster, look: Look, links?: Links): Promise<Rehearsed[]> {
  const { plan, asking } = live;
  const { masterName } = plan.spec;
  const hellos = hellosFor(look.snapshot, masterName);
  const sentinels = sentinelNodes(plan).flatMap((node) => {
    const message = hellos.find(({ sentinel }) => sentinel === node.id)?.message;
    return message === undefined ? [] : [[node, helloTo(masterName, message)] as const];
  });
  const replicas = [look.target, ...look.others].map((node) => [node, sameMaster] as const);
  return Promise.all(
    [...sentinels, ...replicas, [look.roles.master, staysMaster] as const].map(([node, work]) =>
      attempt(node, (say) =>
        links === undefined
          ? withNode(node, asking, (connection) => work(connection, say))
          : work(links.to(node.id), say),
      ),
    ),
  );
}

type Work = (connection: Connection, say: (command: string) => void) => Promise<string>;

const helloTo =
  (masterName: string, message: string): Work =>
  async (connection, say) => {
    say('PUBLISH, the epoch and the master that it has');
    await connection.call('PUBLISH', HELLO_CHANNEL, message);
    const address = parseMasterAddress(
      await connection.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', masterName),
    );
    return `still names ${address === null ? 'no master' : formatAddress(address)}`;
  };

const sameMaster: Work = async (connection, say) => {
  say('REPLICAOF, the master that it follows');
  const { follows } = parseRole(await connection.call('ROLE'));
  if (follows === null) throw new Error('it follows no master');
  return String(await connection.call(...replicaOf(follows)));
};

const staysMaster: Work = async (connection, say) => {
  say('REPLICAOF NO ONE; ROLE, CLIENT KILL of no client and CLIENT UNPAUSE in one MULTI');
  if (parseRole(await connection.call('ROLE')).role !== 'master') throw new Error('it is not a master');
  await connection.call('REPLICAOF', 'NO', 'ONE');
  const [, killed] = await transaction(connection, [
    ['ROLE'],
    ['CLIENT', 'KILL', 'ID', NO_CLIENT],
    ['CLIENT', 'UNPAUSE'],
  ]);
  return `OK, ${String(killed)} clients closed`;
};

async function attempt(
  { id }: NodePlan,
  work: (say: (command: string) => void) => Promise<string>,
): Promise<Rehearsed> {
  let command = 'connect';
  try {
    const answer = await work((words) => {
      command = words;
    });
    return { node: id, command, ok: true, answer };
  } catch (error) {
    return { node: id, command, ok: false, answer: messageOf(error) };
  }
}
