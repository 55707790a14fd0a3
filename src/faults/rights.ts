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

/** Whether acts end a node; one that is frozen is ended too where it was replaced meanwhile. */
export const isEnd = ({ act }: Act): boolean => act === 'end' || act === 'pause';

const endedBy =
  (acts: readonly Act[]): NonNullable<Rights['ends']> =>
  ({ id }) =>
    acts.some((act) => isEnd(act) && 'node' in act && act.node === id);

/** Throws `user-not-saved` or `right-missing` (3) where the user may not do these acts, or not roll them back. */
export const requireRightsFor = (
  context: Parameters<typeof requireRights>[0],
  live: Parameters<typeof requireRights>[1],
  acts: readonly Act[],
): Promise<void> =>
  requireRights(context, live, { purpose: 'inject', besides: sentTo(acts), ends: endedBy(acts) });
