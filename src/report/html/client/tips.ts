/** Tooltips, by pointer and by focus. */
import { around, byId, need } from './dom.js';

const tip = need(byId('tip'));
/** What has a tooltip: its `aria-label`. */
export const HAS_TIP = '.track button, .track svg';
export type Tipped = HTMLElement | SVGSVGElement;

function showTip(target: Tipped): void {
  tip.textContent = target.getAttribute('aria-label');
  tip.hidden = false;
  const box = target.getBoundingClientRect();
  const middle = (box.left + box.right) / 2;
  const rightmost = Math.max(8, document.documentElement.clientWidth - tip.offsetWidth - 8);
  const left = Math.min(Math.max(8, middle - tip.offsetWidth / 2), rightmost);
  const above = box.top - tip.offsetHeight - 8;
  tip.style.left = `${left}px`;
  tip.style.top = `${above < 4 ? box.bottom + 8 : above}px`;
}

export function hideTip(): void {
  tip.hidden = true;
}

for (const [begin, end] of [
  ['pointerover', 'pointerout'],
  ['focusin', 'focusout'],
] as const) {
  document.addEventListener(begin, (event) => {
    const target = around<Tipped>(event, HAS_TIP);
    // Over a plot the pointer moves the cursor, which a tooltip would hide.
    if (target !== null && (begin === 'focusin' || target.closest('.drawing') === null)) showTip(target);
  });
  document.addEventListener(end, hideTip);
}
// The browser scrolls what has the focus into view: its tooltip moves with it, the pointer's does not.
addEventListener(
  'scroll',
  () => {
    const focused = document.activeElement?.closest<Tipped>(HAS_TIP) ?? null;
    if (focused !== null && !tip.hidden) showTip(focused);
    else hideTip();
  },
  { capture: true, passive: true },
);
