import { argument } from '../../src/cli/argument.js';
import { type CommandDef, defineCommand } from '../../src/cli/command.js';
import type { Context } from '../../src/cli/context.js';
import { type Option, option } from '../../src/cli/option.js';
import type { Action } from '../../src/cluster/act.js';
import { actText } from '../../src/report/text/act.js';
import { ACT_ROWS } from '../../src/report/tsv.js';
import { confirmFor } from './confirm.js';
import { CUT_OFF_RESTART } from './cut-off.js';
import { type OwnCluster, ownCluster } from './runtime.js';
import { storeOf } from './target.js';

/** Starts a node as it was, without the guard that makes an old master a replica first. */
export const AS_CRASHED = option.flag('--as-crashed', {
  summary: 'start it with the role and configuration that it had when it went down',
  flagOnly: true,
});

/** Resumes a node as it was, also where another master was promoted meanwhile. */
export const AS_FROZEN = option.flag('--as-frozen', {
  summary: 'resume it also when it was the master and was replaced: it takes writes that are then lost',
  flagOnly: true,
});

/** The cluster, with the master that a node of an attached cluster of several masters belongs to: its id says which one is meant. */
async function aboutNode(context: Context, node: string, action: string): Promise<[Context, OwnCluster]> {
  const { globals } = context;
  if (globals.masterName !== null || globals.sentinelAddrs !== null)
    return [context, await ownCluster(context, action)];
  const record = await storeOf(context).attached(globals.cluster);
  const server = record?.servers.find(({ id }) => id === node);
  // A sentinel watches all of them.
  const masterName =
    (server?.kind === 'sentinel' ? record?.servers : [server])?.flatMap((one) => one?.masterNames ?? [])[0] ??
    null;
  const meant = masterName === null ? context : { ...context, globals: { ...globals, masterName } };
  return [meant, await ownCluster(meant, action, record ?? null)];
}

/** A command that does one thing to one node; `options` holds AS_CRASHED where the action starts it, AS_FROZEN where it resumes it. */
export const actOnNode = (
  action: Action,
  texts: {
    description?: string;
    examples: string[];
    options?: { asCrashed?: Option<boolean>; asFrozen?: Option<boolean> };
  },
): CommandDef =>
  defineCommand({
    ...texts,
    arguments: [
      argument.required('NODE', {
        summary: 'an id such as redis-1 or sentinel-2, or master',
        complete: 'node',
        ask: 'Which node?',
      }),
    ],
    async run(typed, { args: [node], options }) {
      const [context, own] = await aboutNode(typed, node, `${action} ${node}`);
      const { requireWay } = await import('../../src/cluster/attached-live.js');
      await requireWay(own.runtime, own.state.attached, node, action === 'restart' ? 'stop' : action);
      let id = node;
      const isAsItWas = options.asCrashed === true || options.asFrozen === true;
      if (isAsItWas && (action === 'start' || action === 'restart' || action === 'resume'))
        await confirmFor(context, own, async (seen) => {
          const { impactAsItWas, nodeIn } = await import('../../src/cluster/impact.js');
          const found = nodeIn(seen, node);
          id = found.id;
          return impactAsItWas(seen, found, action);
        });
      else if (action === 'kill' || action === 'stop' || action === 'pause' || action === 'restart')
        await confirmFor(context, own, async (seen) => {
          const { impactOf, nodeIn } = await import('../../src/cluster/impact.js');
          const found = nodeIn(seen, node);
          // What was confirmed is done: another node may be the master by then.
          id = found.id;
          return impactOf(seen, found, action);
        });
      const request = { node: id, asCrashed: options.asCrashed === true };
      if (action === 'restart') {
        const { restart } = await import('../../src/faults/restart.js');
        return restart(own.runtime, own.state, request);
      }
      const { act } = await import('../../src/cluster/act.js');
      return act(own.runtime, own.state, { ...request, action, asFrozen: options.asFrozen === true });
    },
    ...(action === 'restart' && { cutOff: CUT_OFF_RESTART }),
    render: actText,
    rows: ACT_ROWS,
  });
