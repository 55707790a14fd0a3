import { refused } from '../errors.js';
import { ALWAYS_SENT, type Commands, FOR, type Purpose, type Sent } from '../model/operator-rights.js';
import type { ClusterPlan, NodePlan } from '../model/plan.js';
import { userOf } from '../model/secrets.js';
import { listed } from '../model/words.js';
import { type Asking, askingAs } from '../wire/access.js';
import { lackedRights } from '../wire/gather-rights.js';
import type { Runtime } from './runtime.js';

/** What a command is about to send. */
export interface Rights {
  purpose: Purpose;
  /** What it sends to a node besides what the purpose always sends. */
  besides?: (node: NodePlan) => Commands;
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
  { onProgress }: Pick<Runtime, 'onProgress'>,
  { plan, asking }: { plan: ClusterPlan; asking: Asking },
  { purpose, besides = () => [] }: Rights,
): Promise<void> {
  if (plan.attached !== true) return;
  const userAt = ({ kind }: NodePlan): string => userOf(kind) ?? 'default';
  const answers = await Promise.all(
    plan.nodes.map(async (node) => {
      const commands = unique([...ALWAYS_SENT[purpose][node.kind], ...besides(node)]);
      return { node, lacks: await lackedRights(node.endpoint, commands, askingAs(asking, node.kind)) };
    }),
  );
  const lacking = answers.flatMap(({ node, lacks }) => {
    const names = lacks?.ok ? Object.keys(lacks.value) : [];
    return names.length === 0 ? [] : [{ node, names, said: lacks?.ok ? Object.values(lacks.value) : [] }];
  });
  const [first] = lacking;
  if (first !== undefined)
    throw refused(
      'right-missing',
      `the user ${userAt(first.node)} may not run ${listed(first.names)} at ${first.node.id}, so nothing was done`,
      {
        why: lacking
          .map(({ node, names, said }) => `${node.id}: ${listed(names)} (${said[0]?.replace(/\.$/, '')})`)
          .join('\n'),
        hint: `sentinelctl attach ${plan.spec.cluster} --print-acl --for ${purpose} # every right for ${FOR[purpose]}`,
      },
    );
  const unknown = answers.filter(({ lacks }) => lacks !== null && !lacks.ok).map(({ node }) => node);
  const [one] = unknown;
  if (one === undefined) return;
  const text = `not known whether the user ${userAt(one)} has every right for ${FOR[purpose]}: ${listed(unknown.map(({ id }) => id))} did not say`;
  onProgress({ type: 'note', level: 'warning', text });
}

const unique = (commands: Commands): Commands => [
  ...new Map(commands.map((words) => [words.join(' '), words])).values(),
];
