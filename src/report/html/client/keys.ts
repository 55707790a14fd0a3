/** Keys: the arrows move the focus within a lane and between tabs, Escape removes the tooltip. */
import { all, around } from './dom.js';
import { select } from './tabs.js';
import { HAS_TIP, hideTip, type Tipped } from './tips.js';

/** What can have the focus on a track, from left to right. */
const ordered = (track: Element): Tipped[] =>
  all<Tipped>('button, svg', track)
    .filter((part) => part.getClientRects().length > 0)
    .sort((a, b) => a.getBoundingClientRect().left - b.getBoundingClientRect().left);
// Within a lane the arrow keys move the focus, so that Tab goes from lane to lane.
for (const track of all('.track')) {
  const first = track.querySelector<Tipped>('button, svg');
  if (first !== null) first.tabIndex = 0;
}

document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') hideTip();
  const tab = around(event, '[role=tab]');
  const tipped = around<Tipped>(event, HAS_TIP);
  const from = tab ?? tipped;
  const track = tipped?.closest('.track') ?? null;
  const list: Tipped[] = tab !== null ? all('[role=tab]') : track !== null ? ordered(track) : [];
  const at = from === null ? -1 : list.indexOf(from);
  if (from === null || at < 0) return;
  const places: Record<string, number> = {
    ArrowRight: at + 1,
    ArrowLeft: at - 1,
    Home: 0,
    End: list.length - 1,
  };
  const next = list[places[event.key] ?? -1];
  if (next === undefined) return;
  event.preventDefault();
  from.tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
  if (tab !== null && next instanceof HTMLElement) select(next);
});
