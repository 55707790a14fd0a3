import type { KnownCluster } from '../cli/known.js';
import { OperatorError } from '../errors.js';
import { pick, typeIn } from './converse.js';
import type { Entry, ListPage } from './list-view.js';
import { type LookResult, lookAtCluster } from './looks.js';
import { type Aim, aimAt, clustersHere } from './menu-aim.js';
import { lineOf, type OpenMenu } from './menu-context.js';
import { clusterOffers, type Offer } from './menu-lists.js';
import { eachTime, globalsFor } from './menu-live.js';

/** From the start of one look at all clusters to the start of the next, in milliseconds. */
const LOOK_AT_ALL_EVERY_MS = 1000;

/** One of the clusters of this machine, the one that the settings name, or one by its sentinels; undefined for Esc. `leaves`: what Esc does there. */
export async function chooseCluster(
  menu: OpenMenu,
  aim: Aim,
  leaves: ListPage<Entry>['leaves'],
): Promise<Aim | undefined> {
  const { world, others } = menu;
  const stop = new AbortController();
  const looks = new Map<string, LookResult>();
  let clusters: readonly KnownCluster[] | null = null;
  const usual = aim.globals.cluster;
  const lookAtAll = async (): Promise<void> => {
    const known = await clustersHere(world, aim.globals);
    // The one that commands work on by default first.
    const ordered = [...known.filter((c) => c.name === usual), ...known.filter((c) => c.name !== usual)];
    clusters = ordered;
    menu.changed();
    await Promise.all(
      ordered.map(async ({ name, isKept }) => {
        if (isKept) return;
        const target = { kind: 'own', name, words: [] } as const;
        const look = await lookAtCluster(world, globalsFor(aim.globals, target), stop.signal);
        if (stop.signal.aborted) return;
        looks.set(name, look);
        menu.changed();
      }),
    );
  };
  void eachTime(world, LOOK_AT_ALL_EVERY_MS, lookAtAll, stop.signal);
  const page = (): ListPage<Entry & { offer: Offer | null }> => ({
    title: ['Which cluster?'],
    entries: [
      ...clusterOffers(clusters ?? [], looks).map((offer) => ({ ...offer, command: null, offer })),
      ...(clusters === null ? [] : [BY_ADDRESSES]),
    ],
    empty: '',
    leaves,
  });
  try {
    for (;;) {
      const entry = await pick(menu.conversation, page);
      if (entry === undefined) return undefined;
      if (entry.offer !== null) return await aimAt(world, [...entry.offer.words, ...others]);
      const attached = await askForAddresses(menu);
      if (attached !== undefined) return attached;
    }
  } finally {
    stop.abort();
  }
}

const BY_ADDRESSES = {
  key: '',
  name: 'By the addresses of its sentinels …',
  about: 'a cluster that sentinelctl did not create',
  command: null,
  offer: null,
};

async function askForAddresses(menu: OpenMenu): Promise<Aim | undefined> {
  let refusal: string | undefined;
  let typed = 'localhost:26379';
  for (;;) {
    const answer = await typeIn(
      menu.conversation,
      (now) => ({
        title: refusal === undefined ? ['Attached cluster'] : ['Attached cluster', refusal],
        question: 'Its sentinels, host:port,…:',
        command: lineOf(menu, ['status', '--sentinel-addrs', now]),
      }),
      { initial: typed, example: refusal === undefined },
    );
    if (answer === undefined) return undefined;
    try {
      return await aimAt(menu.world, ['--sentinel-addrs', answer, ...menu.others]);
    } catch (error) {
      if (!(error instanceof OperatorError)) throw error;
      refusal = error.message;
      typed = answer;
    }
  }
}
