import { pick } from './converse.js';
import type { Entry, ListPage } from './list-view.js';
import { type Aim, clustersHere } from './menu-aim.js';
import { menuChoices } from './menu-choices.js';
import { chooseCluster } from './menu-clusters.js';
import { completed, lineOf, type MenuContext, type OpenMenu, sizeOf } from './menu-context.js';
import { hiddenChoices } from './menu-hidden.js';
import { follow } from './menu-live.js';
import { askForName, chooseFrom } from './menu-questions.js';
import { type MenuChoice, SAFE_CHOICE, WRONG } from './menu-state.js';
import { titleLines } from './menu-title.js';
import { openScreen } from './screen.js';

/** The command line that was chosen, the cluster that it is about, and the name of the one that it creates. */
export interface Chosen {
  aim: Aim;
  words: readonly string[];
  line: string;
  created?: string;
}

/**
 * Shows the menu on the whole screen until a command line is chosen; undefined where it was left. With `asksFirst` it
 * asks which cluster is meant where there are several and none was named.
 */
export async function chooseCommand(
  context: MenuContext,
  aim: Aim,
  asksFirst: boolean,
): Promise<Chosen | undefined> {
  const { world, color, signal } = context;
  const screen = await openScreen(world);
  const listeners = new Set<() => void>();
  const menu: OpenMenu = {
    ...context,
    changed: () => {
      for (const listener of [...listeners]) listener();
    },
    conversation: {
      screen,
      color,
      signal,
      onChange(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
  };
  try {
    let current: Aim | undefined = aim;
    if (asksFirst && aim.target.kind === 'none' && (await clustersHere(world, aim.globals)).length > 1)
      current = await chooseCluster(menu, aim, 'quits');
    while (current !== undefined) {
      const chosen: Chosen | Aim | undefined = await chooseAt(menu, current);
      if (chosen === undefined || 'line' in chosen) return chosen;
      current = chosen;
    }
    return undefined;
  } finally {
    await screen.close();
  }
}

/** An entry of the main list. */
interface ChoiceEntry extends Entry {
  choice: MenuChoice;
}

/** A command line about this cluster, another cluster, or undefined where the menu was left. */
async function chooseAt(menu: OpenMenu, aim: Aim): Promise<Chosen | Aim | undefined> {
  const live = follow(menu.world, aim, menu.changed);
  const entryOf = (choice: MenuChoice): ChoiceEntry => {
    const { name, about, section, does } = choice;
    const command = 'words' in does && does.words.length > 0 ? lineOf(menu, does.words) : null;
    const enter = does.type === 'run' ? 'runs' : does.type === 'quit' ? 'quits' : 'opens';
    return { key: name, name, about, section, command, enter, choice, urgent: section === WRONG };
  };
  const page = (): ListPage<ChoiceEntry> => ({
    title: titleLines(live.state, sizeOf(menu)),
    entries: live.isReady ? menuChoices(live.state).map(entryOf) : [],
    empty: '',
    hidden: live.isReady ? hiddenChoices(live.state) : [],
    leaves: 'quits',
    arrives: live.state.look === null,
  });
  try {
    let at: string | null = null;
    for (;;) {
      const entry: ChoiceEntry | undefined = await pick(menu.conversation, page, { safe: SAFE_CHOICE, at });
      if (entry === undefined) return undefined;
      at = entry.key;
      const { does } = entry.choice;
      if (does.type === 'quit') return undefined;
      if (does.type === 'switch') {
        const other = await chooseCluster(menu, aim, 'back');
        if (other !== undefined) return other;
        continue;
      }
      const answer =
        does.type === 'run'
          ? []
          : does.type === 'name'
            ? await askForName(menu, live, does.words)
            : (await chooseFrom(menu, live, aim, does.list, does.words))?.words;
      if (answer === undefined) continue;
      const words = [...completed(does.words, answer), ...menu.others];
      return {
        aim: { ...aim, target: live.state.target },
        words,
        line: lineOf(menu, completed(does.words, answer)),
        ...(does.type === 'name' ? { created: answer[0] ?? '' } : {}),
      };
    }
  } finally {
    live.stop();
  }
}
