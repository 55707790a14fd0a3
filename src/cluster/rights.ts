import type { NodeHost } from '../drivers/node-host.js';
import { refused } from '../errors.js';
import { knowsUser } from '../model/conf.js';
import { command } from '../model/hints.js';
import {
  ALWAYS_SENT,
  CLIENTS,
  type Commands,
  FOR,
  type Purpose,
  type Sent,
} from '../model/operator-rights.js';
import type { ClusterPlan, NodePlan } from '../model/plan.js';
import { listed } from '../model/words.js';
import { type Asking, askingAs } from '../wire/access.js';
import { lackedRights } from '../wire/gather-rights.js';
import type { Runtime } from './runtime.js';

/** The parts of a LiveCluster that are asked. */
interface Reached {
  plan: ClusterPlan;
  host: NodeHost;
  asking: Asking;
}

/** What a command is about to send. */
export interface Rights {
  purpose: Purpose;
  /** What it sends to a node besides what the purpose always sends. */
  besides?: (node: NodePlan) => Commands;
  /** Whether clients write meanwhile, which may log in as another user. */
  clients?: boolean;
  /** Which nodes are ended and started again. */
  ends?: (node: NodePlan) => boolean;
}

/** `besides` for what is sent to every node of a kind. */
export const atEach =
  (sent: Sent): NonNullable<Rights['besides']> =>
  ({ kind }) =>
    sent[kind];

/**
 * Whether the user that is logged in to a cluster that sentinelctl did not create may run everything that is about to
 * be sent: asked of every node that answers, before anything is changed. Throws `right-missing` (3) that names command,
 * user and node. Where a node does not let it be asked, a note says so: whether it may is known when it is tried.
 */
export async function requireRights(
  { onProgress, clientLogin }: Pick<Runtime, 'onProgress' | 'clientLogin'>,
  { plan, host, asking }: Reached,
  { purpose, besides = () => [], clients = false, ends = () => false }: Rights,
): Promise<void> {
  if (plan.attached !== true) return;
  await requireSavedUsers({ plan, host, asking }, ends);
  const own = ({ kind }: NodePlan): string => asking.access[kind].username ?? 'default';
  const clientUser = clientLogin && (clientLogin.username ?? 'default');
  const questions = plan.nodes.flatMap((node) => {
    const sent = [...ALWAYS_SENT[purpose][node.kind], ...besides(node)];
    const theirs = clients ? CLIENTS[node.kind] : [];
    if (clientUser === undefined) return [{ node, user: own(node), commands: unique([...sent, ...theirs]) }];
    return [
      { node, user: own(node), commands: unique(sent) },
      { node, user: clientUser, commands: theirs },
    ];
  });
  const answers = await Promise.all(
    questions.map(async ({ node, user, commands }) => {
      const as = { ...askingAs(asking, node.kind), user };
      return { node, user, lacks: await lackedRights(node.endpoint, commands, as) };
    }),
  );
  const lacking = answers.flatMap(({ node, user, lacks }) => {
    const names = lacks?.ok ? Object.keys(lacks.value) : [];
    const said = lacks?.ok ? Object.values(lacks.value) : [];
    return names.length === 0 ? [] : [{ node, user, names, said }];
  });
  const [first] = lacking;
  if (first !== undefined)
    throw refused(
      'right-missing',
      `the user ${first.user} may not run ${listed(first.names)} at ${first.node.id}, so nothing was done`,
      {
        why: lacking
          .map(({ node, names, said }) => `${node.id}: ${listed(names)} (${said[0]?.replace(/\.$/, '')})`)
          .join('\n'),
        hint: `sentinelctl attach ${plan.spec.cluster} --print-acl --for ${purpose} # every right for ${FOR[purpose]}`,
      },
    );
  const unknown = answers.filter(({ lacks }) => lacks !== null && !lacks.ok);
  const [one] = unknown;
  if (one === undefined) return;
  const text = `not known whether the user ${one.user} has every right for ${FOR[purpose]}: ${listed(unknown.map(({ node }) => node.id))} did not say`;
  onProgress({ type: 'note', level: 'warning', text });
}

/**
 * Whether the nodes that are ended and started again know the user that is logged in when they come back: one that was
 * made by ACL SETUSER alone is gone with the process, and nothing could be done there after that. Throws `user-not-saved`
 * (3); nothing is said where the files cannot be read.
 */
export async function requireSavedUsers(
  { plan, host, asking }: Reached,
  isEnded: (node: NodePlan) => boolean,
): Promise<void> {
  if (plan.attached !== true) return;
  const lacking = await Promise.all(
    plan.nodes.filter(isEnded).map(async (node) => {
      const user = asking.access[node.kind].username ?? null;
      const conf = user === null ? undefined : await host.readConf(node.id).catch(() => undefined);
      return user !== null && conf !== undefined && knowsUser(conf, user) === false ? [{ node, user }] : [];
    }),
  );
  const unsaved = lacking.flat();
  const [first] = unsaved;
  if (first === undefined) return;
  const { node, user } = first;
  const saves = (['redis', 'sentinel'] as const).flatMap((kind) => {
    const ids = unsaved.flatMap((one) => (one.node.kind === kind ? [one.node.id] : []));
    const line = command(`call ${SAVES[kind]}`, plan.spec.cluster);
    return ids.length === 0 ? [] : [`${line} --on ${ids.join(',')} # writes what is in effect into the file`];
  });
  throw refused('user-not-saved', `the user ${user} is not in the file of ${node.id}, so nothing was done`, {
    why: `started again, it would not know the user, and could not be rolled back${unsaved.length === 1 ? '' : `; the same at: ${listed(unsaved.slice(1).map((one) => one.node.id))}`}`,
    hint: saves.join('\n'),
  });
}

/** What has a server write its file. */
const SAVES = { redis: 'CONFIG REWRITE', sentinel: 'SENTINEL FLUSHCONFIG' } as const;

const unique = (commands: Commands): Commands => [
  ...new Map(commands.map((words) => [words.join(' '), words])).values(),
];
