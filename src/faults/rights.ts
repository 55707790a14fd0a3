import { type Rights, requireRights } from '../cluster/rights.js';
import { ACT_RIGHTS, type Commands, type Sent } from '../model/operator-rights.js';
import type { Act, ActKind } from './act.js';

const SENT: Readonly<Record<ActKind, Partial<Sent>>> = ACT_RIGHTS;

/** What these acts send, wherever they are done. */
export const sentBy = (acts: readonly Act[]): Partial<Sent>[] => acts.map(({ act }) => SENT[act]);

/** What these acts send to the node that they are done to. */
export const sentTo =
  (acts: readonly Act[]): NonNullable<Rights['besides']> =>
  ({ id, kind }): Commands =>
    acts.flatMap((act) => ('node' in act && act.node === id ? (SENT[act.act][kind] ?? []) : []));

/** Throws `right-missing` (3) where the user may not do these acts, or not roll them back. */
export const requireRightsFor = (
  context: Parameters<typeof requireRights>[0],
  live: Parameters<typeof requireRights>[1],
  acts: readonly Act[],
): Promise<void> => requireRights(context, live, { purpose: 'inject', besides: sentTo(acts) });
