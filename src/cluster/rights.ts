import { refused } from '../errors.js';
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

/** What a command is about to send. */
export interface Rights {
  purpose: Purpose;
  /** What it sends to a node besides what the purpose always sends. */
  besides?: (node: NodePlan) => Commands;
  /** Whether clients write meanwhile, which may log in as another user. */
  clients?: boolean;
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
  { plan, asking }: { plan: ClusterPlan; asking: Asking },
  { purpose, besides = () => [], clients = false }: Rights,
): Promise<void> {
  if (plan.attached !== true) return;
  const own = ({ kind }: NodePlan): string => askingAs(asking, kind).credentials.username ?? 'default';
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

const unique = (commands: Commands): Commands => [
  ...new Map(commands.map((words) => [words.join(' '), words])).values(),
];
