import type { LiveCluster } from '../cluster/open.js';
import type { Runtime } from '../cluster/runtime.js';
import { refused } from '../errors.js';
import { NEEDED, type Purpose } from '../model/operator-rights.js';
import type { NodePlan } from '../model/plan.js';
import { userOf } from '../model/secrets.js';
import { listed } from '../model/words.js';
import { askingAs } from '../wire/access.js';
import { lackedRights } from '../wire/gather-rights.js';

/**
 * Whether the user that is logged in may run everything that is sent for a purpose: asked of every node, before anything
 * is changed. Throws `right-missing` (3) that names command, user and node. Where a node does not let it be asked, a note
 * says so: whether it may is known when it is tried.
 */
export async function requireRights(
  { onProgress }: Pick<Runtime, 'onProgress'>,
  { plan, asking }: Pick<LiveCluster, 'plan' | 'asking'>,
  purpose: Purpose,
): Promise<void> {
  const userAt = ({ kind }: NodePlan): string => userOf(kind) ?? 'default';
  const answers = await Promise.all(
    plan.nodes.map(async (node) => {
      const { commands } = NEEDED[purpose][node.kind];
      return { node, lacks: await lackedRights(node.endpoint, commands, askingAs(asking, node.kind)) };
    }),
  );
  const lacking = answers.flatMap(({ node, lacks }) => {
    const names = lacks.ok ? Object.keys(lacks.value) : [];
    return names.length === 0 ? [] : [{ node, names, said: lacks.ok ? Object.values(lacks.value) : [] }];
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
        hint: `sentinelctl attach ${plan.spec.cluster} --print-acl --for ${purpose} # every right that ${purpose} needs`,
      },
    );
  const unknown = answers.filter(({ lacks }) => !lacks.ok).map(({ node }) => node);
  const [one] = unknown;
  if (one === undefined) return;
  const text = `not known whether the user ${userAt(one)} has every right that ${purpose} needs: ${listed(unknown.map(({ id }) => id))} did not say`;
  onProgress({ type: 'note', level: 'warning', text });
}
