import { asks, confirm } from '../../src/cli/confirm.js';
import type { Context } from '../../src/cli/context.js';
import type { Seen } from '../../src/cluster/impact.js';
import type { Runtime } from '../../src/cluster/runtime.js';
import type { ClusterState } from '../../src/cluster/store/state.js';
import { isInterruption, notBegun } from '../../src/errors.js';
import type { FaultSpec } from '../../src/failover/fault.js';
import type { AttachedCluster } from '../../src/model/attached.js';
import type { RejoinMode } from '../../src/observe/result.js';
import { requireNamed } from './named.js';
import type { OwnCluster } from './runtime.js';

/** What will happen to the cluster as it is at this moment. */
type Words = (seen: Seen) => string | Promise<string>;

/** `confirm`, with a sentence about the cluster as it is at this moment. Asks no server where no question is asked. */
export async function confirmFor(
  context: Context,
  { state, runtime, action }: Pick<OwnCluster, 'state' | 'runtime' | 'action'>,
  words: Words,
): Promise<void> {
  try {
    await confirmSeen(context, { state, runtime, action }, words);
  } catch (error) {
    const isCut = isInterruption(error) || runtime.signal?.aborted === true;
    throw isCut ? notBegun(error) : error;
  }
}

async function confirmSeen(
  context: Context,
  { state, runtime, action }: Pick<OwnCluster, 'state' | 'runtime' | 'action'>,
  words: Words,
): Promise<void> {
  const { attached } = state;
  if (attached !== undefined) return confirmAttached(context, { state, runtime, action, attached }, words);
  requireNamed(context.globals, [state.plan.spec.cluster], action);
  if (!asks(context)) return;
  await confirm(context, () => seenNow(runtime, state, words));
}

/** Its name is typed, with the same sentence before it. */
async function confirmAttached(
  { prompts }: Context,
  {
    state,
    runtime,
    action,
    attached,
  }: Pick<OwnCluster, 'state' | 'runtime' | 'action'> & { attached: AttachedCluster },
  words: Words,
): Promise<void> {
  const does = prompts === null ? undefined : await seenNow(runtime, state, words);
  await runtime.attached?.allow(attached, action, does);
}

async function seenNow(runtime: Runtime, state: ClusterState, words: Words): Promise<string> {
  const { lookBefore } = await import('../../src/cluster/impact.js');
  return words(await lookBefore(runtime, state));
}

const DOES = { kill: 'kills', stop: 'shuts down', freeze: 'freezes' } as const;

/** `kills redis-2, the master, and starts it again as a master: writes stop for about 6 s; …`. */
export const failoverWords =
  (fault: FaultSpec, trials: number, rejoin: RejoinMode | null): Words =>
  async (seen) => {
    const { masterOf, lossOfMaster, RETURNS_AS_MASTER, THAWS_AS_MASTER } = await import(
      '../../src/cluster/impact.js'
    );
    const id = masterOf(seen)?.id;
    const who = trials > 1 || id === undefined ? 'the master' : `${id}, the master`;
    const often = trials > 1 ? `, ${trials} times` : '';
    const after =
      fault.name === 'freeze'
        ? ', and thaws it'
        : rejoin === null
          ? ', and leaves it down'
          : `, and starts it again as a ${rejoin === 'guarded' ? 'replica' : 'master'}`;
    // A thawed master was not started: no guard makes it a replica first.
    const second =
      fault.name === 'freeze'
        ? `; ${THAWS_AS_MASTER}`
        : rejoin === 'as-crashed'
          ? `; ${RETURNS_AS_MASTER} (--rejoin guarded avoids this)`
          : '';
    const each = trials > 1 ? 'each time ' : '';
    return `${DOES[fault.name]} ${who}${often}${after}: ${each}${lossOfMaster(seen)}${second}`;
  };
