import { messageOf } from '../errors.js';
import { pick, typeIn } from './converse.js';
import type { Entry, ListPage } from './list-view.js';
import type { Aim } from './menu-aim.js';
import { completed, lineOf, type OpenMenu, sizeOf } from './menu-context.js';
import { faultOffers, nodeOffers, type Offer, scenarioOffers } from './menu-lists.js';
import { globalsFor, type Live } from './menu-live.js';
import { knownTarget, type MenuList, type MenuState } from './menu-state.js';
import { titleLines } from './menu-title.js';

/** A list that is there at once, or arrives; null until then. */
type Offers = () => readonly Offer[] | null;

/** What completes a command line, chosen from a list; undefined for Esc. */
export async function chooseFrom(
  menu: OpenMenu,
  live: Live,
  aim: Aim,
  list: MenuList,
  words: readonly string[],
): Promise<Offer | undefined> {
  const globals = globalsFor(aim.globals, live.state.target);
  switch (list) {
    case 'start':
    case 'kill':
      return pickOffer(menu, live, () => nodeOffers(live.state, list), words);
    case 'fault':
      return pickOffer(
        menu,
        live,
        arriving(menu, faultOffers(menu.world, globals, driverOf(live.state))),
        words,
      );
    case 'scenario':
      return pickOffer(menu, live, arriving(menu, scenarioOffers(menu.world, globals)), words);
    case 'report':
      return pickOffer(
        menu,
        live,
        () => live.state.reports.map((path) => ({ key: path, name: path, about: '', words: [path] })),
        words,
      );
  }
}

const driverOf = (state: MenuState): string => knownTarget(state)?.driver ?? '';

/** What is loaded meanwhile; nothing is offered where that fails. */
function arriving(menu: OpenMenu, offers: Promise<readonly Offer[]>): Offers {
  let arrived: readonly Offer[] | null = null;
  const arrive = (is: readonly Offer[]): void => {
    arrived = is;
    menu.changed();
  };
  offers.then(arrive, (error: unknown) =>
    arrive([{ key: '', name: 'not available', about: messageOf(error), words: [] }]),
  );
  return () => arrived;
}

async function pickOffer(
  menu: OpenMenu,
  live: Live,
  offers: Offers,
  words: readonly string[],
): Promise<Offer | undefined> {
  const page = (): ListPage<Entry & { offer: Offer }> => {
    const all = offers();
    return {
      title: titleLines(live.state, sizeOf(menu)),
      entries: (all ?? []).map((offer) => ({
        ...offer,
        command: lineOf(menu, completed(words, offer.words)),
        offer,
      })),
      empty: all === null ? 'loading …' : 'nothing to choose from',
      leaves: 'back',
    };
  };
  return (await pick(menu.conversation, page))?.offer;
}

/** The name of a new cluster; undefined for Esc. */
export async function askForName(
  menu: OpenMenu,
  live: Live,
  words: readonly string[],
): Promise<string[] | undefined> {
  const name = await typeIn(menu.conversation, (typed) => ({
    title: titleLines(live.state, sizeOf(menu)),
    question: 'A name for the new cluster:',
    command: lineOf(menu, completed(words, [typed])),
  }));
  return name === undefined ? undefined : [name];
}
