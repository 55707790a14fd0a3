/** Trials as tabs; `report.html#trial-3` opens on that one. */
import { all, byId, need } from './dom.js';
import { fitTexts } from './fit.js';

const panelOf = (tab: Element): HTMLElement => need(byId(tab.getAttribute('aria-controls') ?? ''));

export function select(tab: HTMLElement): void {
  for (const other of all('[role=tab]')) {
    const on = other === tab;
    other.setAttribute('aria-selected', String(on));
    other.tabIndex = on ? 0 : -1;
    panelOf(other).hidden = !on;
  }
  tab.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  fitTexts(panelOf(tab));
}

/** `report.html#trial-3` opens on that trial. */
function follow(): void {
  const linked = /^#trial-(\d{1,6})$/.exec(location.hash)?.[1];
  const tab = linked === undefined ? null : byId(`tab-${linked}`);
  if (tab !== null) select(tab);
}
addEventListener('hashchange', follow);
follow();
